// Labels for examples, by a classifier. Knows no scores and no storage.

import { turn } from "../base/async.ts";
import { throwIfAborted } from "../base/errors.ts";
import type { Example } from "../tasks/example.ts";
import { lengthBuckets, rowsFor, sortedBatches } from "./batches.ts";
import type { Classifier } from "./classifier.ts";
import { inferenceFeeds, type Outcome, outcomes } from "./feeds.ts";
import { readInput, readWindows } from "./inputs.ts";
import { isCut } from "./reading.ts";
import { decisionOf, type Input, predictedExample, type Sure, surenessOf } from "./task-head.ts";

/** Rows of a batch. More gain nothing on a CPU. */
const inferenceRows = 16;

/** Texts cut into pieces between two breaths. */
const encodedAtOnce = 64;

export type PredictProgress =
  | { readonly type: "compiling"; readonly tokens: number }
  | { readonly type: "progress"; readonly done: number; readonly total: number }; // examples

export type Prediction =
  | PredictProgress
  /** Last: all examples in their order, with predicted labels or spans in place of their own, and the probabilities of these. */
  | {
      readonly type: "predicted";
      readonly examples: readonly Example[];
      readonly sure: readonly Sure[];
      /** By example: it is longer than an input, and a part of it was not read. */
      readonly cut: readonly boolean[];
    };

/**
 * Predicts every example; the labels that they carry do not matter. Token spans follow whole words (BIO as `spansOfTags` reads
 * it); a text beyond the classifier's `maxTokens` is read in windows. Errors: `aborted`, and the trainer's.
 */
export async function* predict(
  classifier: Classifier,
  examples: readonly Example[],
  signal: AbortSignal,
): AsyncGenerator<Prediction, void> {
  const windows = await allWindows(classifier, examples, signal);
  const answers = yield* answer(classifier, examples, windows, signal);
  const cut = windows.map((own, i) => isCut(classifier, examples[i] as Example, own));
  yield { type: "predicted", examples: answers.examples, sure: answers.sure, cut };
}

export interface Answers {
  /** With predicted labels or spans in place of their own. */
  readonly examples: readonly Example[];
  /** Probabilities of each example. */
  readonly sure: readonly Sure[];
  /** One for each window, in order. */
  readonly outcomes: readonly Outcome[];
}

/** Predicts examples that are encoded already: `windows` by example, from `allWindows`. */
export async function* answer(
  classifier: Classifier,
  examples: readonly Example[],
  windows: readonly (readonly Input[])[],
  signal: AbortSignal,
): AsyncGenerator<PredictProgress, Answers> {
  const found = yield* infer(classifier, windows.flat(), signal);
  let next = 0;
  const own = windows.map((inputs) => inputs.map(() => found[next++] as Outcome));
  const outputs = own.map((of) => of.map((outcome) => outcome.outputs));
  const predicted = examples.map((e, i) =>
    predictedExample(classifier.task, e, windows[i] as readonly Input[], outputs[i] as readonly (readonly number[])[]),
  );
  const sure = predicted.map((e, i) =>
    surenessOf(
      classifier.task,
      e,
      windows[i] as readonly Input[],
      (own[i] as readonly Outcome[]).map(({ sures }) => sures),
    ),
  );
  return { examples: predicted, sure, outcomes: found };
}

/** Every example as prediction reads it: in windows where its shape allows them, else cut where it is too long. */
export function allWindows(classifier: Classifier, examples: readonly Example[], signal: AbortSignal): Promise<Input[][]> {
  return encoded(examples, signal, (example) => readWindows(classifier, example));
}

/** Every example as training reads it: cut where it is too long. */
export function inputsOf(classifier: Classifier, examples: readonly Example[], signal: AbortSignal): Promise<Input[]> {
  return encoded(examples, signal, (example) => readInput(classifier, example));
}

async function encoded<T>(examples: readonly Example[], signal: AbortSignal, encode: (example: Example) => T): Promise<T[]> {
  const inputs: T[] = [];
  for (const example of examples) {
    if (inputs.length % encodedAtOnce === 0) {
      await turn();
      throwIfAborted(signal);
    }
    inputs.push(encode(example));
  }
  return inputs;
}

/** Runs every input, batch by batch; returns their outcomes in order. */
export async function* infer(
  classifier: Classifier,
  inputs: readonly Input[],
  signal: AbortSignal,
): AsyncGenerator<PredictProgress, Outcome[]> {
  const decision = decisionOf(classifier.task);
  const layout = { rows: rowsFor(inputs.length, inferenceRows), pad: classifier.encoder.tokenizer.special.pad };
  const lengths = inputs.map((input) => input.encoding.ids.length);
  const found = new Array<Outcome>(inputs.length);
  let done = 0;
  for (const batch of sortedBatches(lengths, layout.rows, classifier.maxTokens, lengthBuckets[classifier.trainer.device])) {
    if (classifier.compiles("infer", layout.rows, batch.tokens)) yield { type: "compiling", tokens: batch.tokens };
    await turn(); // an abort sent from another thread gets its turn
    throwIfAborted(signal);
    const logits = await classifier.trainer.infer(inferenceFeeds(inputs, batch, layout));
    for (const [i, outcome] of outcomes(inputs, batch, logits, decision).entries()) found[batch.indices[i] as number] = outcome;
    done += batch.indices.length;
    yield { type: "progress", done, total: inputs.length };
  }
  return found;
}
