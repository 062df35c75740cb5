// A tiny BERT that was trained a little on a toy task, and its logits.

import { type Classifier, openClassifier } from "../../src/classifier/classifier.ts";
import { openEncoder } from "../../src/classifier/encoder-files.ts";
import { inferenceFeeds } from "../../src/classifier/feeds.ts";
import { inputsOf } from "../../src/classifier/predict.ts";
import type { Example } from "../../src/tasks/example.ts";
import { train } from "../../src/train/train.ts";
import { pairExamples, tokenExamples, toyTasks } from "../unit/train/toy.ts";
import { randomEncoder } from "./random-encoder.ts";

const never = new AbortController().signal;
const config = { learningRate: 2e-2, batchSize: 16, maxTokens: 32, warmup: 0.05, weightDecay: 0.01, clipNorm: 1, seed: 1 };

export const toyExamples = (kind: "token" | "pair"): readonly Example[] =>
  kind === "token" ? tokenExamples(16, 5) : pairExamples(16, 5);

/** On WASM, on the toy examples; the caller closes it. */
export async function smallClassifier(kind: "token" | "pair", lora = false): Promise<Classifier> {
  const trains = lora ? ({ kind: "lora", rank: 2, alpha: 4 } as const) : ({ kind: "all" } as const);
  const options = { device: "wasm", maxTokens: 32, seed: 1, trains } as const;
  const classifier = await openClassifier(toyTasks[kind], await openEncoder(randomEncoder(4)), options);
  const stages = [{ id: "few", examples: toyExamples(kind), epochs: 8 }] as const;
  for await (const _ of train(classifier, stages, [], config, never));
  return classifier;
}

/** Logits of one example, without padding: [tokens, labels] or [labels]. */
export async function logitsOf(classifier: Classifier, example: Example): Promise<number[]> {
  const inputs = await inputsOf(classifier, [example], never);
  const tokens = inputs[0]?.encoding.ids.length as number;
  const { data } = await classifier.trainer.infer(inferenceFeeds(inputs, { indices: [0], tokens }, { rows: 1, pad: 0 }));
  return [...data];
}

export const textsOf = (example: Example): readonly string[] =>
  example.kind === "pair" ? [example.first, example.second] : [example.text];
