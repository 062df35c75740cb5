// The rung of this device on the ladder of what can run, with its reason (DESIGN, section 4). Knows no engine and asks nothing.

import type { AdapterFacts } from "../models/gpu-adapter.ts";

export interface DeviceFacts {
  readonly adapter: AdapterFacts | undefined;
  /** Cross-origin isolation, without which there are no threads. */
  readonly isolated: boolean;
  readonly cores: number;
  /** WebAssembly that can wait for a promise (JSPI). */
  readonly jspi: boolean;
}

export interface Rung {
  readonly id: "webgpu-f16" | "webgpu-f16-no-jspi" | "webgpu-f32" | "wasm-threads" | "wasm-single";
  readonly name: string;
  /** Why this one and not the one above it. */
  readonly reason: string;
  /** Part of the rung that this browser lacks, in a sentence. */
  readonly lack?: string;
}

/** llama.cpp alone waits for the GPU in the middle of its WebAssembly; the others leave it and come back. */
const withoutJspi =
  "This browser's WebAssembly cannot wait for the GPU (JSPI): llama.cpp (GGUF) computes on the processor, and the other engines on the GPU";

export function rungOf({ adapter, isolated, cores, jspi }: DeviceFacts): Rung {
  if (adapter && !adapter.software) {
    if (!adapter.features.includes("shader-f16"))
      return { id: "webgpu-f32", name: "WebGPU with 32-bit floats", reason: `${adapter.name} has no 16-bit floats (shader-f16)` };
    const rung = { name: "WebGPU with 16-bit floats", reason: `${adapter.name} computes with shader-f16` };
    return jspi ? { id: "webgpu-f16", ...rung } : { id: "webgpu-f16-no-jspi", ...rung, lack: withoutJspi };
  }
  const gpu = adapter
    ? `WebGPU is here, but ${adapter.name} is computed by the processor`
    : "this browser offers no WebGPU adapter";
  if (isolated && cores > 1) return { id: "wasm-threads", name: `WASM on ${cores} cores`, reason: gpu };
  const threads = isolated ? "there is one core" : "the page is not isolated, so it gets no threads";
  return { id: "wasm-single", name: "WASM on one thread", reason: `${gpu}, and ${threads}` };
}
