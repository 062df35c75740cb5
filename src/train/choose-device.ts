// The choice of the device that trains, with its reason: the one asked for, else the faster one as far as is known. Knows no model.

import type { Availability, Device } from "../runtime/device.ts";
import type { TrainingSpeed } from "./measure-training.ts";

export type Found = Readonly<Record<Device, Availability>>;

export interface DeviceChoice {
  readonly device: Device;
  readonly reason: string;
}

/** Availability of a device, in words: what it is, or why it cannot train. */
export function describeDevice(device: Device, found: Availability): { readonly available: boolean; readonly reason: string } {
  if (!found.available) return { available: false, reason: found.error.message };
  if (device === "webgpu") {
    const by = found.software ? "WebGPU, computed by the processor: slower than WASM" : "the graphics processor, by WebGPU";
    return { available: true, reason: by };
  }
  const threads = `${found.threads} WASM ${found.threads === 1 ? "thread" : "threads"}`;
  return { available: true, reason: found.note ? `${threads}: ${found.note.message}` : threads };
}

/**
 * A wish that cannot be had is its error (`no-webgpu`), not another device. "auto": the one that measured the faster where both were, else WebGPU
 * on a real adapter (DESIGN, section 4), else the processor.
 */
export function chooseDevice(wish: Device | "auto", found: Found, measured: readonly TrainingSpeed[]): DeviceChoice {
  if (wish !== "auto") {
    const chosen = found[wish];
    if (!chosen.available) throw chosen.error;
    return { device: wish, reason: describeDevice(wish, chosen).reason };
  }
  const { webgpu, wasm } = found;
  const [first, second] = measured.toSorted((a, b) => b.gflops - a.gflops);
  if (webgpu.available && first && second) {
    const [fast, slow] = [first, second].map(({ gflops }) => gflops.toFixed(1));
    return { device: first.device, reason: `it measured ${fast} GFLOP/s on this device, the other ${slow}` };
  }
  if (webgpu.available && !webgpu.software) return { device: "webgpu", reason: describeDevice("webgpu", webgpu).reason };
  const why = webgpu.available ? "WebGPU is here, but computed by software" : webgpu.error.message;
  return { device: "wasm", reason: `${describeDevice("wasm", wasm).reason} (${why})` };
}
