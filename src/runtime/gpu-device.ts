// The one GPU device of this page or worker, made by onnxruntime and kept. Knows no model.

import type * as Ort from "onnxruntime-web";
import { ClinfuseError } from "../base/errors.ts";
import { Graph } from "../graph/graph.ts";
import { toOnnx } from "../graph/onnx.ts";
import { devices } from "./device.ts";
import { gpuFaults } from "./gpu-faults.ts";

export interface Gpu {
  readonly device: GPUDevice;
  /** Why the device went away; undefined while it is there. */
  lost(): string | undefined;
  /** `out-of-memory` where memory ran out since the last asking and no call was told. */
  fault(): ClinfuseError | undefined;
}

let kept: Promise<Gpu> | undefined;
/** Release of the session that held a lost device: onnxruntime makes a new device only when the last session on the old is gone. */
let released: Promise<void> = Promise.resolve();

/**
 * onnxruntime makes a device with its first session and destroys it with its last, and every compiled pipeline with it. So a tiny
 * session stays open until the device is lost; the next call then makes a new one, once every session on the old is closed. Throws `no-webgpu`.
 */
export function gpu(ort: typeof Ort): Promise<Gpu> {
  kept ??= open(ort).catch((error: unknown) => {
    kept = undefined;
    throw error;
  });
  return kept;
}

async function open(ort: typeof Ort): Promise<Gpu> {
  const { webgpu } = await devices();
  if (!webgpu.available) throw webgpu.error;
  await released.catch(() => undefined);
  const g = new Graph();
  g.output("y", g.apply("Tanh", [g.input("x", "float32", [1])]));
  try {
    const session = await ort.InferenceSession.create(toOnnx(g), { executionProviders: ["webgpu"] });
    const device = (await ort.env.webgpu.device) as GPUDevice;
    let lost: string | undefined;
    device.lost.then(({ message }) => {
      lost = message || "no reason given";
      kept = undefined;
      released = session.release();
      return released;
    });
    return { device, lost: () => lost, fault: gpuFaults(device, "memory") };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ClinfuseError("no-webgpu", `the GPU cannot be used: ${why}`, { what: why.slice(0, 300) }, { cause: error });
  }
}
