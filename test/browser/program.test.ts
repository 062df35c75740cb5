// Programs of kernels against the float64 evaluator: every operator and gradient rule, sizes that nothing divides, every mode of training.

import { expect, it } from "vitest";
import type { Graph } from "../../src/graph/graph.ts";
import { evaluate } from "../unit/graph/evaluate.ts";
import { allCases, buildCase } from "../unit/graph/operator-cases.ts";
import { buildKernelCase, kernelCases } from "./kernel-cases.ts";
import { feedsOf, modelOf, modes, numbersOf, weightsOf } from "./program-cases.ts";
import { relativeError } from "./run-graph.ts";
import { runProgram } from "./run-program.ts";

async function expectAsEvaluated(graph: Graph, feeds: Readonly<Record<string, ArrayLike<number>>>, floor = 1): Promise<void> {
  const expected = evaluate(graph, feeds);
  const got = await runProgram(graph, feeds);
  expect(Object.keys(got).sort()).toEqual(Object.keys(expected).sort());
  for (const [name, numbers] of Object.entries(expected)) {
    expect(relativeError(got[name] ?? [], numbers, floor), name).toBeLessThan(1e-5);
  }
}

it.each(allCases)("$title", async ({ op, operatorCase }) => {
  const { graph, feeds } = buildCase(op, operatorCase);
  await expectAsEvaluated(graph, feeds);
});

it.each(kernelCases)("$title", async (kernelCase) => {
  const { graph, feeds } = buildKernelCase(kernelCase);
  await expectAsEvaluated(graph, feeds);
});

it.each(modes)("loss, gradients and logits: $title", async (mode) => {
  const { model, config } = modelOf(mode);
  const weights = weightsOf(model);
  const graphs = [
    model.training(mode.shape),
    ...(mode.shape.mix === undefined ? [model.inference(mode.shape)] : []),
    ...(model.fixed ? [model.fixed.features(mode.shape), model.fixed.training(mode.shape)] : []),
  ];
  for (const graph of graphs) {
    // A key's bias has no gradient but for rounding: its floor is the others' size.
    await expectAsEvaluated(graph, numbersOf(feedsOf(graph, config), weights), 0.1);
  }
});
