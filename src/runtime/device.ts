// Devices that this browser trains on, and why not the others. Knows no model.

import { ClinfuseError } from "../base/errors.ts";

/** Device that computes tensors. */
export type Device = "webgpu" | "wasm";

export type Availability =
  | {
      readonly available: true;
      /** Worker threads; 1 on WebGPU. */
      readonly threads: number;
      /** WebGPU that a processor computes: right, and slower than WASM. */
      readonly software?: boolean;
      readonly note?: ClinfuseError;
    }
  | { readonly available: false; readonly error: ClinfuseError };

/** Asks the browser; `wasm` is always there, with one thread and the note `not-isolated` where there is no cross-origin isolation. */
export async function devices(): Promise<{ readonly webgpu: Availability; readonly wasm: Availability }> {
  return { webgpu: await webgpu(), wasm: wasm() };
}

/** Why nothing can compute on WebGPU here; undefined when it can, by software too. */
export async function withoutWebGpu(): Promise<ClinfuseError | undefined> {
  const found = await webgpu();
  return found.available ? undefined : found.error;
}

/** Threads that onnxruntime-web may use: one less than the cores beyond 4, at most 16; 1 without shared memory. */
export function wasmThreads(): number {
  if (!globalThis.crossOriginIsolated) return 1;
  const cores = globalThis.navigator?.hardwareConcurrency || 1;
  return Math.min(16, cores > 4 ? cores - 1 : cores);
}

/** Tells whether WebAssembly multiplies and adds in one instruction here: asks for a function of f32x4.relaxed_madd. */
export function hasRelaxedSimd(): boolean {
  const zeros = [0x41, 0, 0xfd, 0x11]; // i32.const 0, i32x4.splat
  const body = [0, ...zeros, ...zeros, ...zeros, 0xfd, 0x85, 0x02, 0x0b];
  const sections = [
    [1, 5, 1, 0x60, 0, 1, 0x7b], // one type: () -> v128
    [3, 2, 1, 0],
    [10, body.length + 2, 1, body.length, ...body],
  ];
  return WebAssembly.validate(Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...sections.flat()]));
}

/** Tells whether WebAssembly can wait for a promise here (JSPI). */
export const hasJspi = (): boolean => "Suspending" in WebAssembly;

function wasm(): Availability {
  const threads = wasmThreads();
  if (globalThis.crossOriginIsolated) return { available: true, threads };
  const note = new ClinfuseError("not-isolated", "the page is not cross-origin isolated: one thread instead of several");
  return { available: true, threads, note };
}

async function webgpu(): Promise<Availability> {
  const no = (why: string): Availability => ({ available: false, error: new ClinfuseError("no-webgpu", why, { what: why }) });
  if (!globalThis.navigator?.gpu) return no("this browser has no WebGPU");
  try {
    const adapter = await navigator.gpu.requestAdapter();
    if (!adapter) return no("the browser has WebGPU but no adapter for it");
    return { available: true, threads: 1, software: isSoftware(adapter.info) };
  } catch (error) {
    return no(`asking for a WebGPU adapter failed: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function isSoftware(info: GPUAdapterInfo): boolean {
  return (
    info.isFallbackAdapter || /swiftshader|llvmpipe|lavapipe/i.test(`${info.vendor} ${info.architecture} ${info.description}`)
  );
}
