// Runs a graph once on a device: what the numeric tests compare.

import type { Graph } from "../../src/graph/graph.ts";
import { toOnnx } from "../../src/graph/onnx.ts";
import type { Device } from "../../src/runtime/device.ts";
import { gpu } from "../../src/runtime/gpu-device.ts";
import { loadOrt } from "../../src/runtime/ort.ts";

/** Every output by name. Numbers are fed as the type that the graph's input has. */
export async function runGraph(
  device: Device,
  graph: Graph,
  feeds: Readonly<Record<string, ArrayLike<number>>>,
): Promise<Record<string, Float32Array>> {
  const ort = await loadOrt(device);
  if (device === "webgpu") await gpu(ort); // keeps what is compiled from one run to the next
  const session = await ort.InferenceSession.create(toOnnx(graph), { executionProviders: [device] });
  const inputs = Object.fromEntries(
    [...graph.inputs].map(([name, { dtype, shape }]) => {
      const numbers = feeds[name] ?? [];
      const data = dtype === "float32" ? Float32Array.from(numbers) : Int32Array.from(numbers);
      return [name, new ort.Tensor(dtype, data, shape)];
    }),
  );
  const results = await session.run(inputs);
  const outputs = Object.fromEntries(
    Object.entries(results).map(([name, tensor]) => [name, (tensor.data as Float32Array).slice()]),
  );
  await session.release();
  return outputs;
}

/** Euclidean length of the difference over that of `expected`; over 1 where `expected` is shorter than `floor`. */
export function relativeError(got: ArrayLike<number>, expected: ArrayLike<number>, floor = 1e-12): number {
  if (got.length !== expected.length) throw new Error(`expected ${expected.length} numbers, got ${got.length}`);
  let difference = 0;
  let length = 0;
  for (let i = 0; i < got.length; i++) {
    difference += ((got[i] as number) - (expected[i] as number)) ** 2;
    length += (expected[i] as number) ** 2;
  }
  return Math.sqrt(difference) / Math.max(Math.sqrt(length), floor);
}
