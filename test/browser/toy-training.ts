// Small trainings of a random BERT as cases that a device is put through. Knows no device: npm test runs the quick ones, npm run test:slow the rest.

import { afterEach, expect } from "vitest";
import { type Classifier, openClassifier } from "../../src/classifier/classifier.ts";
import { type ModelFiles, openEncoder } from "../../src/classifier/encoder-files.ts";
import { predict } from "../../src/classifier/predict.ts";
import { loadModel, saveModel } from "../../src/classifier/saved-model.ts";
import { score } from "../../src/evaluate/score.ts";
import type { Trains } from "../../src/nn/trains.ts";
import type { Device } from "../../src/runtime/device.ts";
import type { Example } from "../../src/tasks/example.ts";
import { type ExampleOf, mainMetric, type Task } from "../../src/tasks/task.ts";
import { train } from "../../src/train/train.ts";
import type { TrainConfig, TrainEvent } from "../../src/train/train-config.ts";
import { readSafetensors } from "../../src/weights/safetensors.ts";
import savedWeights from "../fixtures/saved-model/golden.json";
import { pairExamples, tokenExamples, toyTasks } from "../unit/train/toy.ts";
import { randomEncoder } from "./random-encoder.ts";

// SwiftShader takes a second or two for what a GPU does in milliseconds, and compiles each kernel on its first use.
export const patience = 240_000;
const never = new AbortController().signal;
const open: Classifier[] = [];
afterEach(async () => {
  for (const classifier of open.splice(0)) await classifier.close();
});

export const toyRecipe: TrainConfig = {
  learningRate: 2e-2,
  batchSize: 16,
  maxTokens: 32,
  warmup: 0.05,
  weightDecay: 0.01,
  clipNorm: 1,
  seed: 1,
};

type ToyKind = "token" | "pair";
const examplesOf = (kind: ToyKind, n: number): readonly Example[] =>
  kind === "token" ? tokenExamples(n, 1) : pairExamples(n, 1);

/** A classifier of at most 32 tokens, closed after the test. */
export async function start(task: Task, files: ModelFiles, device: Device, trains?: Trains): Promise<Classifier> {
  const encoder = await openEncoder(files);
  const classifier = await openClassifier(task, encoder, { device, maxTokens: 32, seed: 1, ...(trains && { trains }) });
  open.push(classifier);
  return classifier;
}

export async function predicted(classifier: Classifier, examples: readonly Example[]): Promise<readonly Example[]> {
  for await (const event of predict(classifier, examples, never)) if (event.type === "predicted") return event.examples;
  throw new Error("no prediction came");
}

export const scoreOf = (task: Task, gold: readonly Example[], found: readonly Example[]) =>
  score(task, gold as readonly ExampleOf<Task>[], found as readonly ExampleOf<Task>[]).values[mainMetric(task)];

/** Features computed once train a task as those that are computed in each step. */
export async function featuresOnce(kind: ToyKind, trains: Trains, device: Device): Promise<void> {
  const stages = [{ id: "few", examples: examplesOf(kind, 21), epochs: 2 }] as const;
  const curve = async (once: boolean) => {
    const classifier = await start(toyTasks[kind], randomEncoder(1, 2), device, trains);
    expect(classifier.fixed?.firstToken).toBe(trains.kind === "head");
    const events: TrainEvent[] = [];
    const used = once ? classifier : { ...classifier, fixed: undefined };
    for await (const event of train(used, stages, [], toyRecipe, never)) events.push(event);
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
}

/** A tiny BERT learns a toy task, is saved, loaded, and predicts the same. */
export async function learnsToy(kind: ToyKind, device: Device): Promise<void> {
  const task = toyTasks[kind];
  const examples = examplesOf(kind, 16);
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
  for await (const event of train(classifier, stages, validation, toyRecipe, never)) events.push(event);
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
}
