// Outputs of the frozen layers, computed once per example and stage. Knows no optimizer.

import { turn } from "../base/async.ts";
import { throwIfAborted } from "../base/errors.ts";
import type { Feeds } from "../runtime/trainer.ts";
import { type Batch, lengthBuckets, rowsFor, sortedBatches } from "./batches.ts";
import type { Classifier } from "./classifier.ts";
import { inferenceFeeds, maskOf } from "./feeds.ts";
import type { Input } from "./task-head.ts";

export interface FixedFeatures {
  /** Feeds of a batch: `features`, [rows, width, hidden], zeros where a row ends, and `attention_mask`. */
  feeds(batch: Batch, rows: number): Feeds;
  /** Tokens that a step on such a batch reads. */
  width(batch: Batch): number;
}

export type FeaturesProgress =
  | { readonly type: "compiling"; readonly tokens: number }
  | { readonly type: "features"; readonly done: number; readonly total: number }; // examples

/** Rows of a batch. More gain nothing on a CPU. */
const rowsAtOnce = 16;
/** Bytes of a stage's features at most. Beyond, each step computes its own. */
const mostBytes = 2 ** 30;

/**
 * Undefined where no layer is frozen, or where its features are too many to hold. Each example's are the same numbers whenever
 * they are computed: in a batch of the stage's examples in the order of their lengths. Errors: `aborted`, and the trainer's.
 */
export async function* fixedFeatures(
  classifier: Classifier,
  inputs: readonly Input[],
  signal: AbortSignal,
): AsyncGenerator<FeaturesProgress, FixedFeatures | undefined> {
  const { fixed, encoder } = classifier;
  const hidden = encoder.config.hiddenSize;
  const lengths = inputs.map((input) => input.encoding.ids.length);
  const lengthOf = (index: number) => (fixed?.firstToken ? 1 : (lengths[index] as number));
  const numbers = lengths.reduce((sum, _, i) => sum + lengthOf(i) * hidden, 0);
  if (!fixed || 4 * numbers > mostBytes) return undefined;
  const found = yield* frozenOutputs(classifier, inputs, lengthOf, signal);
  const width = ({ tokens }: Batch) => (fixed.firstToken ? 1 : tokens);
  return {
    width,
    feeds(batch, rows) {
      const tokens = width(batch);
      const data = new Float32Array(rows * tokens * hidden);
      for (const [row, index] of batch.indices.entries()) data.set(found[index] as Float32Array, row * tokens * hidden);
      return { features: { shape: [rows, tokens, hidden], data }, ...maskOf(batch.indices.map(lengthOf), rows, tokens) };
    },
  };
}

/**
 * Outputs of the frozen layers for each input, [tokens, hidden], of its first `lengthOf` tokens. The same numbers whenever they are computed for the
 * same inputs. Errors: `aborted`, and the trainer's.
 */
export async function* frozenOutputs(
  classifier: Classifier,
  inputs: readonly Input[],
  lengthOf: (index: number) => number,
  signal: AbortSignal,
): AsyncGenerator<FeaturesProgress, Float32Array[]> {
  const { encoder, trainer, maxTokens } = classifier;
  const hidden = encoder.config.hiddenSize;
  const lengths = inputs.map((input) => input.encoding.ids.length);
  const layout = { rows: rowsFor(inputs.length, rowsAtOnce), pad: encoder.tokenizer.special.pad };
  const found = new Array<Float32Array>(inputs.length);
  let done = 0;
  for (const batch of sortedBatches(lengths, layout.rows, maxTokens, lengthBuckets[trainer.device])) {
    if (classifier.compiles("features", layout.rows, batch.tokens)) yield { type: "compiling", tokens: batch.tokens };
    await turn(); // an abort sent from another thread gets its turn
    throwIfAborted(signal);
    const { data } = await trainer.features(inferenceFeeds(inputs, batch, layout));
    for (const [row, index] of batch.indices.entries()) {
      const at = row * batch.tokens * hidden;
      found[index] = (data as Float32Array).slice(at, at + lengthOf(index) * hidden);
    }
    done += batch.indices.length;
    yield { type: "features", done, total: inputs.length };
  }
  return found;
}
