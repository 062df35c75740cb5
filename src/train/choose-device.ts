// The choice of the device that trains, with its reason: the one asked for, else the faster one as far as is known. Knows no model.

import { ClinfuseError } from "../base/errors.ts";
import type { Availability, Device } from "../runtime/device.ts";
import type { WebGpuPath } from "../runtime/trainer.ts";
import type { TrainingSpeed } from "./measure-training.ts";
import type { TrainConfig } from "./train-config.ts";

export type Found = Readonly<Record<Device, Availability>>;

export interface DeviceChoice {
  readonly device: Device;
  /** Who computes on WebGPU; onnxruntime where absent. */
  readonly path?: WebGpuPath;
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
 * on a real adapter (DESIGN, section 4), else the processor. On WebGPU a program computes where it was measured, and faster than onnxruntime.
 */
export function chooseDevice(wish: Device | "auto", found: Found, measured: readonly TrainingSpeed[]): DeviceChoice {
  const fastest = (device: Device) =>
    measured.filter((speed) => speed.device === device).toSorted((a, b) => b.gflops - a.gflops)[0];
  const [graphics, processor] = [fastest("webgpu"), fastest("wasm")];
  const path = graphics?.path === "program" ? { path: graphics.path } : {};
  const on = (device: Device, reason: string): DeviceChoice =>
    device === "wasm" ? { device, reason } : { device, ...path, reason: path.path ? `${reason}; ${byProgram}` : reason };
  if (wish !== "auto") {
    const chosen = found[wish];
    if (!chosen.available) throw chosen.error;
    return on(wish, describeDevice(wish, chosen).reason);
  }
  const { webgpu, wasm } = found;
  if (webgpu.available && graphics && processor) {
    const [first, second] = graphics.gflops > processor.gflops ? [graphics, processor] : [processor, graphics];
    const [fast, slow] = [first, second].map(({ gflops }) => gflops.toFixed(1));
    return on(first.device, `it measured ${fast} GFLOP/s on this device, the other ${slow}`);
  }
  if (webgpu.available && !webgpu.software) return on("webgpu", describeDevice("webgpu", webgpu).reason);
  const why = webgpu.available ? "WebGPU is here, but computed by software" : webgpu.error.message;
  return on("wasm", `${describeDevice("wasm", wasm).reason} (${why})`);
}

/** The choice where activations of 16 bits are asked for: a program, which alone has them. Throws `device-unfit` on the processor. */
export function forActivations(chosen: DeviceChoice, activations: TrainConfig["activations"] = "float32"): DeviceChoice {
  if (activations === "float32") return chosen;
  if (chosen.device === "webgpu") return { ...chosen, path: "program" };
  const why = "activations in 16 bits need WebGPU, and this training runs on the processor";
  const remedy = "Choose the graphics processor (WebGPU) under Device, or turn off 16-bit activations under More.";
  throw new ClinfuseError("device-unfit", why, { what: "activations", remedy });
}

const byProgram = "a program of its own kernels measured faster than onnxruntime";
