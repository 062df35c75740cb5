// The rung of this device on the ladder of what can run, with its reason (DESIGN, section 4). Knows no engine and asks nothing.

import type { AdapterFacts } from "../models/gpu-adapter.ts";

export interface DeviceFacts {
  readonly adapter: AdapterFacts | undefined;
  /** Cross-origin isolation, without which there are no threads. */
  readonly isolated: boolean;
  readonly cores: number;
}

export interface Rung {
  readonly id: "webgpu-f16" | "webgpu-f32" | "wasm-threads" | "wasm-single";
  readonly name: string;
  /** Why this one and not the one above it. */
  readonly reason: string;
}

export function rungOf({ adapter, isolated, cores }: DeviceFacts): Rung {
  if (adapter && !adapter.software) {
    return adapter.features.includes("shader-f16")
      ? { id: "webgpu-f16", name: "WebGPU with 16-bit floats", reason: `${adapter.name} computes with shader-f16` }
      : { id: "webgpu-f32", name: "WebGPU with 32-bit floats", reason: `${adapter.name} has no 16-bit floats (shader-f16)` };
  }
  const gpu = adapter
    ? `WebGPU is here, but ${adapter.name} is computed by the processor`
    : "this browser offers no WebGPU adapter";
  if (isolated && cores > 1) return { id: "wasm-threads", name: `WASM on ${cores} cores`, reason: gpu };
  const threads = isolated ? "there is one core" : "the page is not isolated, so it gets no threads";
  return { id: "wasm-single", name: "WASM on one thread", reason: `${gpu}, and ${threads}` };
}
