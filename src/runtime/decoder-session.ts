// One onnxruntime-web session over a graph whose weights stay with it, for shapes that each run chooses. Knows no model and no tokens.

import type { InferenceSession, Tensor } from "onnxruntime-web";
import { axisOf, closeSizes, type FreeSizes, fedShapes } from "../graph/free-sizes.ts";
import type { Graph } from "../graph/graph.ts";
import { toOnnx } from "../graph/onnx.ts";
import { sizeOf, type Value } from "../graph/ops.ts";
import type { Device } from "./device.ts";
import { gpu } from "./gpu-device.ts";
import { unlessFault } from "./gpu-faults.ts";
import { requireHeap } from "./heap.ts";
import { loadOrt, ortError } from "./ort.ts";

/** A dense tensor in row-major order, here or on the session's GPU. */
export interface DecoderTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array | BigInt64Array | GPUBuffer;
}

export interface DecoderSession {
  /** The device whose buffers may be fed and filled; undefined on WASM. */
  readonly gpu: GPUDevice | undefined;
  /**
   * Inputs by name, all but the weights. Writes the outputs that `into` names there, and gives the others. Errors: `device-lost`,
   * `out-of-memory`, `engine-failed`.
   */
  run(
    feeds: Readonly<Record<string, DecoderTensor>>,
    into: Readonly<Record<string, DecoderTensor>>,
  ): Promise<ReadonlyMap<string, Float32Array>>;
  /** Frees the weights. */
  close(): Promise<void>;
}

export interface DecoderSessionOptions {
  readonly device: Device;
  readonly graph: Graph;
  readonly free: FreeSizes;
  /** Inputs of the graph that are weights. */
  readonly weights: readonly string[];
  /** Gives each of them once; an array belongs to the session from then on. */
  readonly load: () => AsyncIterable<{
    readonly name: string;
    readonly data: Float32Array<ArrayBuffer> | Int8Array<ArrayBuffer> | Uint8Array<ArrayBuffer>;
  }>;
}

/** Errors: `out-of-memory`, before any weight is loaded where they cannot fit; those of `load`; `no-webgpu`; `engine-failed`. */
export async function openDecoderSession(options: DecoderSessionOptions): Promise<DecoderSession> {
  const { device, graph, free, weights, load } = options;
  throwIfTooBig(options);
  const ort = await loadOrt(device);
  // Keeps the device, and what is compiled, from one session to the next.
  const on = device === "webgpu" ? await gpu(ort) : undefined;
  const fault = () => on?.fault();
  fault(); // an older one is no fault of this session
  const externalData: { path: string; data: Uint8Array }[] = [];
  for await (const { name, data } of load()) {
    externalData.push({ path: name, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) });
  }
  const model = toOnnx(graph, { free, external: new Set(weights) });
  let session: InferenceSession;
  try {
    session = await ort.InferenceSession.create(model, {
      executionProviders: [device],
      graphOptimizationLevel: "all",
      externalData,
    });
  } catch (error) {
    throw ortError(error);
  }
  const shapes = fedShapes(graph, free);
  const axes = Object.keys(free).map((name) => [name, axisOf(graph, free, name)] as const);
  const tensor = ({ shape, data }: DecoderTensor): Tensor => {
    if (data instanceof Float32Array) return new ort.Tensor("float32", data, shape);
    if (data instanceof Int32Array) return new ort.Tensor("int32", data, shape);
    if (data instanceof BigInt64Array) return new ort.Tensor("int64", data, shape);
    return ort.Tensor.fromGpuBuffer(data, { dataType: "float32", dims: shape });
  };
  return {
    gpu: on?.device,
    async run(feeds, into) {
      const sizes = Object.fromEntries(axes.map(([name, { input, axis }]) => [name, feeds[input]?.shape[axis] ?? 0]));
      const tensors: Record<string, Tensor> = {};
      for (const [name, shape] of shapes) {
        const data = BigInt64Array.from(closeSizes(free, shape, sizes), BigInt);
        tensors[name] = new ort.Tensor("int64", data, [data.length]);
      }
      for (const [name, fed] of Object.entries(feeds)) tensors[name] = tensor(fed);
      const wanted = Object.fromEntries([...graph.outputs.keys()].map((name) => [name, into[name] ? tensor(into[name]) : null]));
      try {
        const results = await unlessFault(fault, () => session.run(tensors, wanted));
        const here = Object.entries(results).filter(([name]) => !into[name]);
        return new Map(here.map(([name, result]) => [name, result.data as Float32Array]));
      } catch (error) {
        throw ortError(error);
      }
    },
    close: () => session.release(),
  };
}

/** While a session is made it holds its weights twice: as they are, and packed for its kernels. */
function throwIfTooBig({ device, graph, weights }: DecoderSessionOptions): void {
  if (device !== "wasm") return;
  const bytesOf = (value: Value | undefined) =>
    value ? sizeOf(value.shape) * (value.dtype === "int8" || value.dtype === "uint8" ? 1 : 4) : 0;
  requireHeap(weights.reduce((n, name) => n + 2 * bytesOf(graph.inputs.get(name)), 0));
}
