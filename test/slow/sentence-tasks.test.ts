// Single texts on a tiny random BERT: any of the labels, and relations, whose markers are new tokens of the model.

import { describe, expect, it } from "vitest";
import { rng } from "../../src/base/rng.ts";
import { openClassifier } from "../../src/classifier/classifier.ts";
import { openEncoder } from "../../src/classifier/encoder-files.ts";
import { predict } from "../../src/classifier/predict.ts";
import { saveModel } from "../../src/classifier/saved-model.ts";
import { fromFolder } from "../../src/engines/transformers/transformers.ts";
import { score } from "../../src/evaluate/score.ts";
import type { Example, RelationExample, SentenceExample } from "../../src/tasks/example.ts";
import { textsOf } from "../../src/tasks/shapes.ts";
import type { ExampleOf, LearnableTask } from "../../src/tasks/task.ts";
import { encodeText } from "../../src/text/encoding.ts";
import { train } from "../../src/train/train.ts";
import { randomEncoder } from "../browser/random-encoder.ts";
import { vocabulary } from "../unit/train/toy.ts";

const patience = 120_000;
const never = new AbortController().signal;
const config = { learningRate: 2e-2, batchSize: 16, maxTokens: 32, warmup: 0.05, weightDecay: 0.01, clipNorm: 1, seed: 1 };
const label = (id: string) => ({ id, name: id, description: id });
const sick = ["fever", "cough", "asthma"];

const symptoms: LearnableTask<"sentence"> = {
  id: "symptoms",
  name: "Symptoms",
  shape: "sentence",
  carries: "any",
  labels: sick.map(label),
  metrics: [{ name: "f1" }, { name: "accuracy" }],
};

function symptomExamples(n: number): SentenceExample[] {
  const stream = rng("symptoms");
  return Array.from({ length: n }, () => {
    const labels = sick.filter(() => stream.next() < 0.5);
    return { kind: "sentence", text: ["the patient had", ...labels, "today"].join(" "), labels };
  });
}

/** The same two words in each text, and which of them is marked decides: nothing but the markers tells. */
const marked: LearnableTask<"relation"> = {
  id: "marked",
  name: "Marked",
  shape: "relation",
  head: { word: "symptom", type: "E1" },
  tail: { word: "patient", type: "E2" },
  labels: ["first", "second"].map(label),
  metrics: [{ name: "accuracy" }],
};

function markedExamples(n: number): RelationExample[] {
  const stream = rng("marked");
  return Array.from({ length: n }, (_, i) => {
    const [a, b] = stream.sample(sick, 2) as [string, string];
    const text = `the patient had ${a} and ${b}`;
    const [name, label] = i % 2 === 0 ? [a, "first"] : [b, "second"];
    const start = text.indexOf(name);
    const head = { start, end: start + name.length, label: "E1" };
    return { kind: "relation", text, head, tail: { start: 4, end: 11, label: "E2" }, label };
  });
}

describe.each([
  ["any of the labels", symptoms, symptomExamples(32), "f1"],
  ["a relation between what is marked", marked, markedExamples(32), "accuracy"],
] as const)("%s", (_, task, examples, metric) => {
  it.each(["wasm", "webgpu"] as const)(
    "is learnt on %s",
    async (device) => {
      const classifier = await openClassifier(task, await openEncoder(randomEncoder(3)), { device, maxTokens: 32, seed: 1 });
      const stages = [{ id: "few", examples, epochs: device === "wasm" ? 16 : 10 }] as const;
      const losses: number[] = [];
      for await (const event of train(classifier, stages, device === "wasm" ? examples : [], config, never)) {
        if (event.type === "step") losses.push(event.loss);
      }
      let found: readonly Example[] = [];
      for await (const event of predict(classifier, examples, never)) {
        if (event.type === "predicted") found = event.examples;
      }
      await classifier.close();
      expect(losses.at(-1)).toBeLessThan(0.5 * (losses[0] as number));
      expect(
        score(task, examples as ExampleOf<LearnableTask>[], found as ExampleOf<LearnableTask>[]).values[metric],
      ).toBeGreaterThan(0.9);
      expect(found.every((e, i) => textsOf(e)[0] === examples[i]?.text)).toBe(true);
    },
    patience,
  );
});

it(
  "markers are in the saved model: a larger table, and a tokenizer that transformers.js reads alike",
  async () => {
    const encoder = await openEncoder(randomEncoder(3));
    const classifier = await openClassifier(marked, encoder, { device: "wasm", maxTokens: 32, seed: 1 });
    const rows = vocabulary.length + 4;
    const weights = await classifier.trainer.read();
    const table = weights.get("bert.embeddings.word_embeddings.weight");
    expect(table?.shape).toEqual([rows, 32]);
    const old = encoder.weights.get("bert.embeddings.word_embeddings.weight")?.data as Float32Array;
    expect(table?.data.slice(0, old.length)).toEqual(old);
    const fresh = table?.data.slice(old.length) as Float32Array;
    const deviation = Math.sqrt(fresh.reduce((sum, x) => sum + x * x, 0) / fresh.length);
    expect(deviation).toBeGreaterThan(0.01); // 128 draws of deviation 0.02
    expect(deviation).toBeLessThan(0.03);
    const files = await saveModel(classifier);
    await classifier.close();
    expect(JSON.parse(await (files.get("config.json") as Blob).text())).toMatchObject({
      vocab_size: rows,
      architectures: ["BertForSequenceClassification"],
      problem_type: "single_label_classification",
    });
    const again = await openEncoder(files);
    const texts = ["the [E1] fever [/E1] of the [E2] patient [/E2]", "[E2] asthma [/E2] and [E1] cough [/E1]"];
    const here = texts.map((text) => encodeText(again.tokenizer, text, 32).ids);
    expect(here[0]?.filter((id) => id >= vocabulary.length)).toEqual([0, 1, 2, 3].map((i) => vocabulary.length + i));
    const tokenizer = await fromFolder(files, (library, id) => library.AutoTokenizer.from_pretrained(id));
    const there = texts.map((text) => tokenizer(text, { return_tensor: false }).input_ids);
    expect(there).toEqual(here);
  },
  patience,
);
