// A tiny random BERT learns two toy tasks on each device, is saved under transformers' names, loaded and predicts the same.

import { afterEach, describe, expect, it } from "vitest";
import { type Classifier, openClassifier } from "../../src/classifier/classifier.ts";
import { type ModelFiles, openEncoder } from "../../src/classifier/encoder-files.ts";
import { predict } from "../../src/classifier/predict.ts";
import { loadModel, saveModel } from "../../src/classifier/saved-model.ts";
import { score } from "../../src/evaluate/score.ts";
import type { Device } from "../../src/runtime/device.ts";
import type { Example } from "../../src/tasks/example.ts";
import { type ExampleOf, mainMetric, type Task } from "../../src/tasks/task.ts";
import { recipeFor } from "../../src/train/recipe.ts";
import { train } from "../../src/train/train.ts";
import type { TrainConfig, TrainEvent } from "../../src/train/train-config.ts";
import { readSafetensors } from "../../src/weights/safetensors.ts";
import savedWeights from "../fixtures/saved-model/golden.json";
import { pairExamples, tokenExamples, toyTasks } from "../unit/train/toy.ts";
import { randomEncoder } from "./random-encoder.ts";

// SwiftShader takes a second or two for what a GPU does in milliseconds, and compiles each kernel on its first use.
const patience = 240_000;
const never = new AbortController().signal;
const devices: readonly Device[] = ["wasm", "webgpu"];
const open: Classifier[] = [];
afterEach(async () => {
  for (const classifier of open.splice(0)) await classifier.close();
});

async function start(task: Task, files: ModelFiles, device: Device, maxTokens = 32): Promise<Classifier> {
  const classifier = await openClassifier(task, await openEncoder(files), { device, maxTokens, seed: 1 });
  open.push(classifier);
  return classifier;
}

async function predicted(classifier: Classifier, examples: readonly Example[]): Promise<readonly Example[]> {
  for await (const event of predict(classifier, examples, never)) if (event.type === "predicted") return event.examples;
  throw new Error("no prediction came");
}

const scoreOf = (task: Task, gold: readonly Example[], found: readonly Example[]) =>
  score(task, gold as readonly ExampleOf<Task>[], found as readonly ExampleOf<Task>[]).values[mainMetric(task)];

const recipe: TrainConfig = {
  learningRate: 2e-2,
  batchSize: 16,
  maxTokens: 32,
  warmup: 0.05,
  weightDecay: 0.01,
  clipNorm: 1,
  seed: 1,
};

describe.each(devices)("on %s", (device) => {
  it.each([
    ["token", { kind: "layers", last: 1 }],
    ["pair", { kind: "layers", last: 1 }],
    ["pair", { kind: "head" }],
  ] as const)(
    "features computed once train a %s task as those of each step do (%j)",
    async (kind, trains) => {
      const examples: readonly Example[] = kind === "token" ? tokenExamples(21, 1) : pairExamples(21, 1);
      const stages = [{ id: "few", examples, epochs: 2 }] as const;
      const curve = async (once: boolean) => {
        const encoder = await openEncoder(randomEncoder(1, 2));
        const classifier = await openClassifier(toyTasks[kind], encoder, { device, maxTokens: 32, seed: 1, trains });
        open.push(classifier);
        expect(classifier.fixed?.firstToken).toBe(trains.kind === "head");
        const events: TrainEvent[] = [];
        const used = once ? classifier : { ...classifier, fixed: undefined };
        for await (const event of train(used, stages, [], recipe, never)) events.push(event);
        return events;
      };
      const [once, each] = [await curve(true), await curve(false)];
      expect(once.filter((e) => e.type === "features").map((e) => e.type === "features" && e.done)).toEqual([16, 21]);
      expect(each.filter((e) => e.type === "features")).toEqual([]);
      const steps = (events: TrainEvent[]) => events.flatMap((e) => (e.type === "step" ? [[e.loss, e.gradientNorm]] : []));
      expect(steps(once)).toHaveLength(4);
      for (const [i, numbers] of steps(each).entries()) {
        for (const [j, x] of numbers.entries()) expect(steps(once)[i]?.[j]).toBeCloseTo(x, 4);
      }
    },
    patience,
  );

  it.each(["token", "pair"] as const)(
    "a tiny BERT learns a toy %s task, is saved and loaded",
    async (kind) => {
      const task = toyTasks[kind];
      const examples: readonly Example[] = kind === "token" ? tokenExamples(16, 1) : pairExamples(16, 1);
      const classifier = await start(task, randomEncoder(1), device);
      expect(classifier.trainer.device).toBe(device);
      const steps = kind === "token" ? 12 : 30;
      const before = await predicted(classifier, examples);
      const events: TrainEvent[] = [];
      const stages = [
        { id: "few", examples: examples.slice(0, 10), epochs: 1 }, // 10 to 16 examples are 16 rows: one graph for both stages
        { id: "synthetic", examples, epochs: steps }, // one step an epoch
      ] as const;
      const validation = kind === "token" ? examples : []; // without any, the last epoch stays: half the work
      for await (const event of train(classifier, stages, validation, recipe, never)) events.push(event);
      const losses = events.flatMap((e) => (e.type === "step" && e.stage === "synthetic" ? [e.loss] : []));
      expect(losses).toHaveLength(steps);
      expect(losses.at(-1)).toBeLessThan(0.1 * losses[0]!);

      const after = await predicted(classifier, examples);
      expect(scoreOf(task, examples, before)).toBeLessThan(0.8);
      expect(scoreOf(task, examples, after)).toBeGreaterThan(0.95);

      const files = await saveModel(classifier);
      const saved = await readSafetensors(files.get("model.safetensors")!, "model.safetensors");
      expect(Object.fromEntries([...saved].map(([name, { shape }]) => [name, shape]))).toEqual(savedWeights[kind]);
      const again = await loadModel(files, device);
      open.push(again);
      expect(again.task.id).toBe(task.id);
      expect(await predicted(again, examples)).toEqual(after);
    },
    patience,
  );

  it(
    "takes the same steps twice",
    async () => {
      const losses = async () => {
        const classifier = await start(toyTasks.token, randomEncoder(2), device);
        const found: number[] = [];
        const stages = [{ id: "few", examples: tokenExamples(10, 1), epochs: 2 }] as const;
        for await (const e of train(classifier, stages, [], recipe, never)) if (e.type === "step") found.push(e.loss);
        return found;
      };
      expect(await losses()).toEqual(await losses());
    },
    patience,
  );
});

const minilm = "/models/all-minilm-l6-v2";
const served = (await fetch(`${minilm}/config.json`, { method: "HEAD" })).ok;

describe.skipIf(!served)("MiniLM (skipped where models/all-minilm-l6-v2 is not served)", () => {
  it(
    "learns five examples by its own recipe, on WASM",
    async () => {
      const names = ["config.json", "tokenizer.json", "vocab.txt", "model.safetensors"];
      const files = new Map<string, Blob>();
      for (const name of names) files.set(name, await (await fetch(`${minilm}/${name}`)).blob());
      const classifier = await start(toyTasks.token, files, "wasm");
      expect(classifier.initialised.every((name) => name.startsWith("classifier"))).toBe(true);
      const { config, fewEpochs } = recipeFor(classifier.encoder.config, "small");
      const examples = tokenExamples(5, 1);
      const stages = [{ id: "few", examples, epochs: fewEpochs }] as const;
      for await (const _ of train(classifier, stages, examples, config, never));
      expect(scoreOf(toyTasks.token, examples, await predicted(classifier, examples))).toBeGreaterThan(0.9);
    },
    patience,
  );
});
