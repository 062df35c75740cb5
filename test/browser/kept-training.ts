// A short training of a tiny BERT that keeps itself in OPFS, to be broken off and taken up again: npm test does so the quick ways, npm run
// test:slow the others.

import { afterEach } from "vitest";
import { type Classifier, openClassifier } from "../../src/classifier/classifier.ts";
import { openEncoder } from "../../src/classifier/encoder-files.ts";
import type { TrainRequest } from "../../src/experiment/steps.ts";
import { trainAndScore } from "../../src/experiment/train-and-score.ts";
import { trainingKeeper } from "../../src/experiment/training-keeper.ts";
import type { Device } from "../../src/runtime/device.ts";
import { fileFolder, files } from "../../src/store/files.ts";
import type { Weights } from "../../src/weights/weight.ts";
import { tokenExamples, toyTasks } from "../unit/train/toy.ts";
import { randomEncoder } from "./random-encoder.ts";

// SwiftShader takes a second or two for what a GPU does in milliseconds.
export const patience = 240_000;
export const never = new AbortController().signal;
const disk = files();

export const request: TrainRequest = {
  task: toyTasks.token.id,
  encoder: "tiny",
  device: "auto",
  few: tokenExamples(8, 1),
  synthetic: tokenExamples(16, 2),
  validation: tokenExamples(8, 3),
  test: [],
  config: {
    learningRate: 2e-2,
    batchSize: 8,
    maxTokens: 32,
    warmup: 0.05,
    weightDecay: 0.01,
    clipNorm: 1,
    dropout: 0.1,
    seed: 1,
  },
  fewEpochs: 2,
  syntheticEpochs: 2,
  save: "tiny",
};

export const keeper = () => trainingKeeper(fileFolder(disk, "checkpoints/tiny"), "key");

const open: Classifier[] = [];
export async function closeAll(): Promise<void> {
  for (const classifier of open.splice(0)) await classifier.close().catch(() => undefined);
}
afterEach(async () => {
  await closeAll();
  for (const path of ["checkpoints/tiny", "trained/tiny"]) await disk.delete(path);
});

/** A classifier for the training, closed after the test. */
export async function start(device: Device): Promise<Classifier> {
  const options = { device, maxTokens: 32, seed: 1, dropout: 0.1 };
  const classifier = await openClassifier(toyTasks.token, await openEncoder(randomEncoder(1)), options);
  open.push(classifier);
  return classifier;
}

export const bits = (weights: Weights) =>
  [...weights].map(([name, { data }]) => [name, [...new Uint32Array(data.slice().buffer)]]);

const unbrokenWeights = new Map<Device, ReturnType<typeof bits>>();

/** The weights of a training that nothing breaks off, trained once a device. */
export async function unbroken(device: Device) {
  const before = unbrokenWeights.get(device);
  if (before) return before;
  const classifier = await start(device);
  for await (const _ of trainAndScore(classifier, request, never));
  const found = bits(await classifier.trainer.read());
  unbrokenWeights.set(device, found);
  return found;
}
