// A trained classifier's files in Python's transformers: the same logits, every weight taken.

import { describe, expect, it } from "vitest";
import { commands } from "vitest/browser";
import { saveModel } from "../../src/classifier/saved-model.ts";
import { outputNames } from "../../src/classifier/task-head.ts";
import type { hasPython, pythonLogits } from "./python-command.ts";
import { logitsOf, smallClassifier, textsOf, toyExamples } from "./small-classifier.ts";

type Awaitable<F extends (...args: never[]) => unknown> =
  Parameters<F> extends [unknown, ...infer A] ? (...args: A) => Promise<ReturnType<F>> : () => Promise<ReturnType<F>>;
const python = commands as unknown as {
  hasPython: Awaitable<typeof hasPython>;
  pythonLogits: Awaitable<typeof pythonLogits>;
};

const base64 = async (blob: Blob) => btoa(String.fromCharCode(...new Uint8Array(await blob.arrayBuffer())));

const there = await python.hasPython();

describe.skipIf(!there)("Python's transformers (skipped where CLINFUSE_PYTHON names no Python that has it)", () => {
  it.each([
    ["token", false],
    ["pair", false],
    ["pair", true],
  ] as const)("%s classification, LoRA %s", async (kind, lora) => {
    const classifier = await smallClassifier(kind, lora);
    const examples = toyExamples(kind).slice(0, 6);
    const files: Record<string, string> = {};
    for (const [name, blob] of await saveModel(classifier)) files[name] = await base64(blob);
    const found = await python.pythonLogits(files, examples.map(textsOf));
    expect(found?.labels).toEqual(outputNames(classifier.task));
    for (const [i, example] of examples.entries()) {
      const here = await logitsOf(classifier, example);
      expect(found?.logits[i]).toHaveLength(here.length);
      for (const [j, x] of here.entries()) expect(Math.abs((found?.logits[i]?.[j] as number) - x)).toBeLessThan(1e-4);
    }
    await classifier.close();
  });
});
