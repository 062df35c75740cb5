// Activations of training graphs: what may lie in 16 bits, and what never does.

import { expect, it } from "vitest";
import { activations } from "../../../src/graph/activations.ts";
import type { Graph } from "../../../src/graph/graph.ts";
import { sizeOf } from "../../../src/graph/ops.ts";
import { toWgsl } from "../../../src/graph/wgsl.ts";
import { modelOf, modes } from "../../browser/program-cases.ts";

const token = modes[0];

/** Values that kernels write, by what they are stored in. */
function written(graph: Graph): { short: number; long: number; ofOutputs: number } {
  const { shaders, halves } = toWgsl(graph, { short: activations(graph) });
  const outputs = new Set([...graph.outputs.values()].map(({ id }) => id));
  const values = shaders.flatMap(({ writes }) => writes);
  const numbers = (some: typeof values) => some.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  return {
    short: numbers(values.filter(({ id }) => halves.has(id))),
    long: numbers(values.filter(({ id }) => !halves.has(id) && !outputs.has(id))),
    ofOutputs: values.filter(({ id }) => halves.has(id) && outputs.has(id)).length,
  };
}

it("most numbers that the forward pass stores are short, those of the gradients and of the outputs are not", () => {
  const { model } = modelOf({ ...(token as (typeof modes)[0]), config: { layers: 3 } }, { checkpointing: true });
  const shape = { batch: 2, tokens: 8 };
  const { segments } = model;
  if (!segments) throw new Error("no segments");
  const whole = written(model.training(shape));
  const inference = written(model.inference(shape));
  expect(inference.long).toBeLessThan(0.2 * inference.short); // all of it is forward
  expect(whole.short).toBeGreaterThan(0.7 * inference.short);
  expect(whole.long).toBeGreaterThan(0.7 * inference.short); // gradients of activations
  for (const graph of [segments.forward(0, shape), segments.backward(0, shape), segments.backward(segments.count - 1, shape)]) {
    const found = written(graph);
    expect(found.short).toBeGreaterThan(0);
    expect(found.ofOutputs).toBe(0);
  }
  expect(whole.ofOutputs).toBe(0);
});

it("nothing is short unless it is asked for", () => {
  const { model } = modelOf(token as (typeof modes)[0]);
  expect(toWgsl(model.training({ batch: 2, tokens: 8 })).halves.size).toBe(0);
});
