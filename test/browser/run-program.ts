// Runs a graph once as a program of kernels: what the numeric tests compare.

import type { Graph } from "../../src/graph/graph.ts";
import { sizeOf } from "../../src/graph/ops.ts";
import { programDevice } from "../../src/runtime/program/device.ts";
import { feedBuffer } from "../../src/runtime/program/feeds.ts";
import { Heap } from "../../src/runtime/program/heap.ts";
import type { Span } from "../../src/runtime/program/pipelines.ts";
import { compileProgram } from "../../src/runtime/program/program.ts";
import { reader } from "../../src/runtime/program/reader.ts";

/** Every output by name. Numbers are fed as the type that the graph's input has. `short`: values to be stored in 16 bits. */
export async function runProgram(
  graph: Graph,
  numbers: Readonly<Record<string, ArrayLike<number>>>,
  short?: ReadonlySet<number>,
): Promise<Record<string, Float32Array>> {
  const on = await programDevice();
  const { device } = on;
  const heap = new Heap(device);
  const feeds = feedBuffer(device, graph, [...graph.inputs.keys()], []);
  const places = { input: (name: string) => feeds.span(name) as Span, output: () => undefined };
  const program = await compileProgram(on, heap, graph, places, short);
  const fed = [...graph.inputs].map(([name, { dtype, shape }]) => {
    const data = dtype === "float32" ? Float32Array.from(numbers[name] ?? []) : Int32Array.from(numbers[name] ?? []);
    return [name, { shape, data }] as const;
  });
  feeds.write(Object.fromEntries(fed));
  const back = reader(device);
  const encoder = device.createCommandEncoder();
  program.encode(encoder);
  const reads = [...graph.outputs].map(([name, { shape }]) => {
    const { buffer, offset } = program.output(name);
    return [name, back.copy(encoder, buffer, offset, 4 * sizeOf(shape))] as const;
  });
  device.queue.submit([encoder.finish()]);
  const found: Record<string, Float32Array> = {};
  for (const [name, read] of reads) found[name] = await read();
  back.close();
  program.close();
  feeds.close();
  heap.close();
  return found;
}
