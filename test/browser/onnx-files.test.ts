// A trained classifier's ONNX files in transformers.js: the same logits and labels as here, for tokens and for pairs.

import { describe, expect, it } from "vitest";
import { fromFolder, weightsOf } from "../../src/engines/transformers.ts";
import type { Example } from "../../src/tasks/example.ts";
import { saveModel } from "../../src/train/model-files.ts";
import { onnxFiles } from "../../src/train/onnx-files.ts";
import { outputNames } from "../../src/train/task-head.ts";
import { logitsOf, smallClassifier, textsOf, toyExamples } from "./small-classifier.ts";

const patience = 120_000;
async function logitsThere(kind: "token" | "pair", files: ReadonlyMap<string, Blob>, examples: readonly Example[]) {
  const { library, tokenizer, model } = await fromFolder(files, async (library, id) => {
    const auto = kind === "token" ? library.AutoModelForTokenClassification : library.AutoModelForSequenceClassification;
    const model = await auto.from_pretrained(id, await weightsOf(files, "wasm"));
    return { library, tokenizer: await library.AutoTokenizer.from_pretrained(id), model };
  });
  expect(library.env.allowRemoteModels).toBe(false);
  const found: number[][] = [];
  for (const example of examples) {
    const [text = "", second] = textsOf(example);
    const inputs = tokenizer(text, second === undefined ? {} : { text_pair: second });
    const { logits } = (await model(inputs)) as { logits: { data: Float32Array } };
    found.push([...logits.data]);
  }
  const { id2label } = model.config as unknown as { id2label: Record<string, string> };
  await model.dispose();
  return { found, labels: Object.values(id2label) };
}

const only = (files: ReadonlyMap<string, Blob>, unwanted: string) => new Map([...files].filter(([name]) => name !== unwanted));

const best = (logits: readonly number[], labels: number) =>
  Array.from({ length: logits.length / labels }, (_, i) => {
    const row = logits.slice(i * labels, (i + 1) * labels);
    return row.indexOf(Math.max(...row));
  });

describe.each([
  ["token", false],
  ["pair", false],
  ["pair", true],
] as const)("%s classification, LoRA %s", (kind, lora) => {
  it(
    "has the same logits and labels in transformers.js, and nearly those in 8 bits",
    async () => {
      const examples = toyExamples(kind);
      const model = await smallClassifier(kind, lora);
      const files = await onnxFiles(await saveModel(model));
      const here: number[][] = [];
      for (const example of examples) here.push(await logitsOf(model, example));
      const names = outputNames(model.task);
      await model.close();
      const { found, labels } = await logitsThere(kind, only(files, "onnx/model_quantized.onnx"), examples);
      expect(labels).toEqual(names);
      for (const [i, logits] of here.entries()) {
        expect(found[i]).toHaveLength(logits.length);
        for (const [j, x] of logits.entries()) expect(Math.abs((found[i]?.[j] as number) - x)).toBeLessThan(1e-4);
        expect(best(found[i] as number[], names.length)).toEqual(best(logits, names.length));
      }
      const eight = await logitsThere(kind, only(files, "onnx/model.onnx"), examples);
      const agreed = here.flatMap((logits, i) => {
        const other = best(eight.found[i] as number[], names.length);
        return best(logits, names.length).map((label, j) => Number(label === other[j]));
      });
      expect(agreed.reduce((a, b) => a + b, 0) / agreed.length).toBeGreaterThan(0.9);
    },
    patience,
  );
});
