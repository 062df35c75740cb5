// A trained classifier's ONNX files in transformers.js: the same logits and labels as here, for tokens and for pairs.

import { describe, expect, it } from "vitest";
import { openClassifier } from "../../src/classifier/classifier.ts";
import { openEncoder } from "../../src/classifier/encoder-files.ts";
import { onnxFiles } from "../../src/classifier/onnx-files.ts";
import { saveModel } from "../../src/classifier/saved-model.ts";
import { outputNames } from "../../src/classifier/task-head.ts";
import { fromFolder, weightsOf } from "../../src/engines/transformers/transformers.ts";
import type { Example } from "../../src/tasks/example.ts";
import { toyTasks } from "../unit/train/toy.ts";
import { correlation } from "./correlation.ts";
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

const minilm = "/models/all-minilm-l6-v2";
const served = (await fetch(`${minilm}/config.json`, { method: "HEAD" })).ok;

describe.skipIf(!served)("MiniLM (skipped where models/all-minilm-l6-v2 is not served)", () => {
  it(
    "with a new head has the same logits in transformers.js, and nearly those in 8 bits",
    async () => {
      const names = ["config.json", "tokenizer.json", "vocab.txt", "model.safetensors"];
      const blobs = await Promise.all(
        names.map(async (name) => [name, await (await fetch(`${minilm}/${name}`)).blob()] as const),
      );
      const encoder = await openEncoder(new Map(blobs));
      const model = await openClassifier(toyTasks.token, encoder, { device: "wasm", maxTokens: 64, seed: 1 });
      const files = await onnxFiles(await saveModel(model));
      const text = "Naïve patients with renal failure (stage 3) were treated; no seizures, no 12-lead changes.";
      const examples = [text, "Fever."].map((t): Example => ({ kind: "token", text: t, spans: [] }));
      const here: number[][] = [];
      for (const example of examples) here.push(await logitsOf(model, example));
      await model.close();
      const { found } = await logitsThere("token", only(files, "onnx/model_quantized.onnx"), examples);
      for (const [i, logits] of here.entries()) {
        expect(found[i]).toHaveLength(logits.length);
        for (const [j, x] of logits.entries()) expect(Math.abs((found[i]?.[j] as number) - x)).toBeLessThan(1e-4);
      }
      const eight = await logitsThere("token", only(files, "onnx/model.onnx"), examples);
      expect(correlation(eight.found.flat(), here.flat())).toBeGreaterThan(0.97);
    },
    patience,
  );
});
