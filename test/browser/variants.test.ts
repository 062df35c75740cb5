// Variants of a classifier on a device: what trains, the saved model read again here, and as ONNX in transformers.js.

import { describe, expect, it } from "vitest";
import { type Classifier, openClassifier } from "../../src/classifier/classifier.ts";
import { openEncoder } from "../../src/classifier/encoder-files.ts";
import { inferenceFeeds, targetFeeds } from "../../src/classifier/feeds.ts";
import { onnxFiles } from "../../src/classifier/onnx-files.ts";
import { inputsOf } from "../../src/classifier/predict.ts";
import { loadModel, saveModel } from "../../src/classifier/saved-model.ts";
import { queryOf, type Variant } from "../../src/classifier/variant.ts";
import { fromFolder, weightsOf } from "../../src/engines/transformers/transformers.ts";
import type { Device } from "../../src/runtime/device.ts";
import type { TokenExample } from "../../src/tasks/example.ts";
import { train } from "../../src/train/train.ts";
import { tokenExamples, toyTasks } from "../unit/train/toy.ts";
import { randomEncoder } from "./random-encoder.ts";
import { logitsOf } from "./small-classifier.ts";

const patience = 180_000;
const never = new AbortController().signal;
const task = toyTasks.token;
const examples = tokenExamples(6, 5);
const config = { learningRate: 2e-2, batchSize: 3, maxTokens: 64, warmup: 0.05, weightDecay: 0.01, clipNorm: 1, seed: 1 };

const open = async (variant: Variant, device: Device) =>
  openClassifier(task, await openEncoder(randomEncoder(4)), { device, maxTokens: 64, seed: 1, variant });

/** Losses of a short training. */
async function trained(classifier: Classifier): Promise<number[]> {
  const stages = [{ id: "synthetic", examples, epochs: 6 }] as const;
  const losses: number[] = [];
  for await (const event of train(classifier, stages, [], config, never)) if (event.type === "step") losses.push(event.loss);
  return losses;
}

const largest = (a: readonly number[], b: readonly number[]) => Math.max(...a.map((x, i) => Math.abs(x - (b[i] as number))));

it(
  "LightNER changes its prompt alone, and learns by it",
  async () => {
    const classifier = await open("lightner", "wasm");
    const before = await classifier.trainer.read();
    const losses = await trained(classifier);
    const after = await classifier.trainer.read();
    await classifier.close();
    const changed = [...after].filter(([name, { data }]) => data.some((x, i) => x !== before.get(name)?.data[i]));
    expect(changed.map(([name]) => name).filter((name) => name.startsWith("prompt."))).toHaveLength(7);
    expect(changed).toHaveLength(7);
    expect(before.size).toBeGreaterThan(20);
    expect(losses.at(-1)).toBeLessThan(0.8 * (losses[0] as number));
  },
  patience,
);

it.each(["lightner", "kgpc"] as const)(
  "%s takes the same steps on both devices",
  async (variant) => {
    const steps = async (device: Device) => {
      const classifier = await open(variant, device);
      const inputs = await inputsOf(classifier, examples.slice(0, 2), never);
      const batch = { indices: [0, 1], tokens: 48 };
      const layout = { rows: 2, pad: 0, perToken: true, outputs: 3, asks: variant === "kgpc" };
      const feeds = { ...inferenceFeeds(inputs, batch, layout), ...targetFeeds(inputs, batch, layout) };
      const found: number[] = [];
      for (let i = 0; i < 2; i++) {
        const { loss, gradientNorm } = await classifier.trainer.step(feeds, { ...config, learningRate: 1e-2 });
        found.push(loss, gradientNorm);
      }
      await classifier.close();
      return found;
    };
    const [there, here] = [await steps("webgpu"), await steps("wasm")];
    for (const [i, x] of here.entries()) expect(there[i] as number).toBeCloseTo(x, 3);
  },
  patience,
);

describe.each(["lightner", "kgpc"] as const)("%s", (variant) => {
  it(
    "saved and read again tags as it did, and as ONNX it does in transformers.js",
    async () => {
      const classifier = await open(variant, "wasm");
      const losses = await trained(classifier);
      expect(losses.at(-1)).toBeLessThan(0.8 * (losses[0] as number));
      const files = await saveModel(classifier);
      const here: number[][] = [];
      for (const example of examples) here.push(await logitsOf(classifier, example));
      await classifier.close();

      const again = await loadModel(files, "wasm");
      expect(again.variant).toBe(variant);
      for (const [i, example] of examples.entries()) expect(largest(here[i] as number[], await logitsOf(again, example))).toBe(0);
      await again.close();
      const card = JSON.parse(await (files.get("clinfuse.json") as Blob).text());
      expect(card).toMatchObject({
        variant,
        note: expect.stringMatching(variant === "kgpc" ? /second text/ : /transformers has no class/),
      });
      const { architectures } = JSON.parse(await (files.get("config.json") as Blob).text());
      expect(architectures).toEqual([variant === "kgpc" ? "BertForTokenClassification" : "BertModel"]);

      const onnx = new Map([...(await onnxFiles(files))].filter(([name]) => name !== "onnx/model_quantized.onnx"));
      const { tokenizer, model } = await fromFolder(onnx, async (library, id) => ({
        model: await library.AutoModelForTokenClassification.from_pretrained(id, await weightsOf(onnx, "wasm")),
        tokenizer: await library.AutoTokenizer.from_pretrained(id),
      }));
      // Cut at a quarter of the 64 pieces that the encoder reads; every word of it is one piece here.
      const question = (queryOf(task).match(/\w+|[^\w\s]/g) as string[]).slice(0, 16).join(" ");
      for (const [i, { text }] of (examples as readonly TokenExample[]).entries()) {
        const inputs = tokenizer(text, variant === "kgpc" ? { text_pair: question } : {});
        const { logits } = (await model(inputs)) as { logits: { data: Float32Array } };
        const there = [...logits.data];
        expect(there).toHaveLength((here[i] as number[]).length);
        expect(largest(there, here[i] as number[])).toBeLessThan(1e-4);
      }
      await model.dispose();
    },
    patience,
  );
});

it("a padded batch gives LightNER the logits of each text alone: the prefix is read, and no padding is", async () => {
  const classifier = await open("lightner", "wasm");
  const inputs = await inputsOf(classifier, examples, never);
  const { data } = await classifier.trainer.infer(
    inferenceFeeds(inputs, { indices: [0, 1, 2, 3, 4, 5], tokens: 32 }, { rows: 8, pad: 0 }),
  );
  for (const [i, example] of examples.entries()) {
    const alone = await logitsOf(classifier, example);
    expect(largest(alone, [...data.slice(i * 32 * 3, i * 32 * 3 + alone.length)])).toBeLessThan(1e-5);
  }
  await classifier.close();
});
