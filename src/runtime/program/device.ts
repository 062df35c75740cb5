// The GPU device of this page or worker for programs, with the pipelines that it has compiled. Knows no graph.

import { ClinfuseError } from "../../base/errors.ts";
import { devices } from "../device.ts";
import { gpuFaults } from "../gpu-faults.ts";
import { Pipelines } from "./pipelines.ts";

export interface ProgramDevice {
  readonly device: GPUDevice;
  readonly pipelines: Pipelines;
  /** Bytes that one buffer and one binding may have. */
  readonly most: number;
  /** Kernels may add up within subgroups: the device has them, WGSL their numbers, and they are worth it. */
  readonly subgroups: boolean;
  /** Why the device went away; undefined while it is there. */
  lost(): string | undefined;
  /** The first error since the last asking that no call was told of: what was queued meanwhile is worth nothing. */
  fault(): ClinfuseError | undefined;
}

/** Threads of a subgroup at least. Smaller ones leave as many sums to add as a tree takes turns. */
const worthwhile = 8;

let kept: Promise<ProgramDevice> | undefined;

/** One for all programs, until it is lost; the next call makes a new one. Throws `no-webgpu`. */
export function programDevice(): Promise<ProgramDevice> {
  kept ??= open().catch((error: unknown) => {
    kept = undefined;
    throw error;
  });
  return kept;
}

async function open(): Promise<ProgramDevice> {
  const { webgpu } = await devices();
  if (!webgpu.available) throw webgpu.error;
  try {
    const adapter = await navigator.gpu.requestAdapter({ powerPreference: "high-performance" });
    if (!adapter) throw new Error("the browser has WebGPU but no adapter for it");
    const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits;
    const features: GPUFeatureName[] = adapter.features.has("subgroups") ? ["subgroups"] : [];
    const device = await adapter.requestDevice({
      requiredFeatures: features,
      requiredLimits: { maxBufferSize, maxStorageBufferBindingSize },
    });
    let lost: string | undefined;
    device.lost.then(({ message }) => {
      lost = message || "no reason given";
      kept = undefined;
    });
    const most = Math.min(maxBufferSize, maxStorageBufferBindingSize);
    const { subgroupMinSize = 0 } = adapter.info as { readonly subgroupMinSize?: number };
    const numbered = navigator.gpu.wgslLanguageFeatures.has("subgroup_id");
    const subgroups = features.length > 0 && numbered && subgroupMinSize >= worthwhile;
    return {
      device,
      pipelines: new Pipelines(device),
      most,
      subgroups,
      lost: () => lost,
      fault: gpuFaults(device),
    };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ClinfuseError("no-webgpu", `the GPU cannot be used: ${why}`, { what: why.slice(0, 300) }, { cause: error });
  }
}
