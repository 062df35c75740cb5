// Norms, softmax and sums that threads add up within subgroups, against the float64 evaluator. Skipped aloud where the GPU has no subgroups.

import { expect, it } from "vitest";
import { programDevice } from "../../src/runtime/program/device.ts";
import { evaluate } from "../unit/graph/evaluate.ts";
import { buildKernelCase, kernelCases } from "./kernel-cases.ts";
import { feedsOf, type ModeCase, modelOf, modes, numbersOf, weightsOf } from "./program-cases.ts";
import { relativeError } from "./run-graph.ts";
import { runProgram } from "./run-program.ts";

/** Runs with subgroups, however small the device's are. */
async function bySubgroups<T>(task: () => Promise<T>): Promise<T> {
  const on = (await programDevice()) as { subgroups: boolean };
  const { subgroups } = on;
  try {
    on.subgroups = true;
    return await task();
  } finally {
    on.subgroups = subgroups;
  }
}

const adapter = await navigator.gpu?.requestAdapter();
const absent = !adapter?.features.has("subgroups") || !navigator.gpu.wgslLanguageFeatures.has("subgroup_id");
if (absent) console.warn("skipped: this GPU has no subgroups, or WGSL here does not number them");

const cases = kernelCases.filter(({ title }) => /^(sums of|softmax and norms)/.test(title));

it.skipIf(absent)("every sum and norm of the kernels' cases", async () => {
  expect(cases.length).toBeGreaterThan(5);
  for (const each of cases) {
    const { graph, feeds } = buildKernelCase(each);
    const found = await bySubgroups(() => runProgram(graph, feeds));
    for (const [name, numbers] of Object.entries(evaluate(graph, feeds)))
      expect(relativeError(found[name] ?? [], numbers, 1), `${each.title}: ${name}`).toBeLessThan(1e-5);
  }
});

it.skipIf(absent)("loss and gradients, the same to the bit each time", async () => {
  const mode = modes[0] as ModeCase;
  const { model, config } = modelOf(mode);
  const graph = model.training(mode.shape);
  const numbers = numbersOf(feedsOf(graph, config), weightsOf(model));
  const [found, again] = await bySubgroups(async () => [await runProgram(graph, numbers), await runProgram(graph, numbers)]);
  expect(again).toEqual(found);
  for (const [name, own] of Object.entries(evaluate(graph, numbers)))
    expect(relativeError(found?.[name] ?? [], own, 0.1), name).toBeLessThan(1e-5);
});
