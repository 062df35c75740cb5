// A batch of inputs as the graphs' feeds, and logits as predictions and losses. Knows no device.

import type { Rng } from "../base/rng.ts";
import type { BertConfig } from "../nn/bert-config.ts";
import { seedsName } from "../nn/dropout.ts";
import { dropoutSiteCount } from "../nn/training-graphs.ts";
import type { Feeds, HostTensor } from "../runtime/trainer.ts";
import { ignoredLabel } from "../text/bio.ts";
import { padBatch } from "../text/encoding.ts";
import type { Batch } from "./batches.ts";
import type { Decision, Input, Share } from "./task-head.ts";

export interface Layout {
  /** Rows of the batch, empty ones included. */
  readonly rows: number;
  /** Id of the padding token. */
  readonly pad: number;
}

/** `input_ids`, `token_type_ids` and `attention_mask`, [rows, tokens] each. */
export function inferenceFeeds(inputs: readonly Input[], batch: Batch, { rows, pad }: Layout): Feeds {
  const encodings = batch.indices.map((i) => (inputs[i] as Input).encoding);
  const { ids, types, mask, tokens } = padBatch(encodings, rows, batch.tokens, pad);
  const shape = [rows, tokens];
  return {
    input_ids: { shape, data: ids },
    token_type_ids: { shape, data: types },
    attention_mask: { shape, data: Float32Array.from(mask) },
  };
}

/** `attention_mask`, [rows, tokens], of texts of these lengths; rows without one see nothing. */
export function maskOf(lengths: readonly number[], rows: number, tokens: number): Feeds {
  const data = new Float32Array(rows * tokens);
  for (const [row, length] of lengths.entries()) data.fill(1, row * tokens, row * tokens + length);
  return { attention_mask: { shape: [rows, tokens], data } };
}

/** Weights of a stage's targets. */
export interface Weighing {
  /** See TrainConfig. */
  readonly smoothing: number;
  /** By output; absent where all count 1. */
  readonly weights?: readonly number[];
}

/** scikit-learn's "balanced": targets over outputs and the output's own targets; 0 for one that is never a target. */
export function balancedWeights(inputs: readonly Input[], outputs: number): number[] {
  const counts = new Array<number>(outputs).fill(0);
  for (const input of inputs) {
    for (const { output, share } of askedOf(input)) counts[output] = (counts[output] as number) + share;
  }
  const all = counts.reduce((a, b) => a + b, 0);
  return counts.map((n) => (n === 0 ? 0 : all / (outputs * n)));
}

/** Meaning of the outputs. */
export interface Asked {
  readonly outputs: number;
  /** One output for each token, not for the whole input. */
  readonly perToken: boolean;
  /** Any number of the outputs may be right. */
  readonly multi?: boolean;
  /** A query stands behind each input, and the head contrasts it with the words: see `contrastFeeds`. */
  readonly asks?: boolean;
}

/**
 * Targets of a step. `targets`: [rows, tokens, outputs] or [rows, outputs], one-hot without weighing, zeros where nothing is asked. `scale`: [],
 * one over the sum of the whole batch's weights, which makes the loss a mean, as PyTorch's CrossEntropyLoss has it. Where any number of outputs
 * may be right, see `multiFeeds`.
 */
export function targetFeeds(
  inputs: readonly Input[],
  batch: Batch,
  layout: Pick<Layout, "rows"> & Asked,
  { smoothing, weights }: Weighing = { smoothing: 0 },
  /** The batch that this one is a part of. */
  whole: readonly number[] = batch.indices,
): Feeds {
  const { rows, perToken, outputs, multi, asks } = layout;
  if (multi) return multiFeeds(inputs, batch, layout, smoothing, whole.length);
  const width = perToken ? batch.tokens : 1;
  const data = new Float32Array(rows * width * outputs);
  const weightOf = (output: number) => weights?.[output] ?? 1;
  batch.indices.forEach((index, row) => {
    for (const { place, output, share } of askedOf(inputs[index] as Input)) {
      const at = (row * width + place) * outputs;
      const spread = (smoothing / outputs) * share;
      if (smoothing > 0) for (let c = 0; c < outputs; c++) data[at + c] = (data[at + c] as number) + spread * weightOf(c);
      data[at + output] = (data[at + output] as number) + (1 - smoothing) * share * weightOf(output);
    }
  });
  const total = whole
    .flatMap((index) => askedOf(inputs[index] as Input))
    .reduce((sum, { output, share }) => sum + share * weightOf(output), 0);
  return {
    targets: { shape: perToken ? [rows, width, outputs] : [rows, outputs], data },
    scale: { shape: [], data: Float32Array.of(total > 0 ? 1 / total : 1) },
    ...(asks ? contrastFeeds(inputs, batch, layout, whole) : {}),
  };
}

/** All that an input is asked for: at which of its places which output, and how much of it. */
function askedOf({ targets, soft }: Input): (Share & { readonly place: number })[] {
  if (soft) return soft.flatMap((shares, place) => shares.map((share) => ({ ...share, place })));
  return targets.flatMap((output, place) => (output === ignoredLabel ? [] : [{ place, output, share: 1 }]));
}

/**
 * `targets` and `absences`, [rows, outputs] each: outputs that are right, and those that are not. Smoothing moves half of it to the other. Empty rows
 * have zeros. `scale`: one over the number of examples and outputs, PyTorch's BCEWithLogitsLoss. Weights by output do not count.
 */
function multiFeeds(
  inputs: readonly Input[],
  batch: Batch,
  { rows, outputs }: Pick<Layout, "rows"> & Asked,
  smoothing: number,
  examples: number,
): Feeds {
  const present = new Float32Array(rows * outputs);
  batch.indices.forEach((index, row) => {
    for (const target of (inputs[index] as Input).targets) present[row * outputs + target] = 1;
  });
  const filled = batch.indices.length * outputs;
  const share = (x: number) => x * (1 - smoothing) + smoothing / 2;
  return {
    targets: { shape: [rows, outputs], data: present.map((x, i) => (i < filled ? share(x) : 0)) },
    absences: { shape: [rows, outputs], data: present.map((x, i) => (i < filled ? share(1 - x) : 0)) },
    scale: { shape: [], data: Float32Array.of(1 / Math.max(1, examples * outputs)) },
  };
}

/**
 * Feeds of a contrast head, [rows, tokens] each: shares of the query's tokens in its mean, and weights of the words. Each sentence counts the same,
 * and the whole is divided by the batch's words, as the tags' loss is: the two are to each other as in a sum over words and a mean over sentences.
 */
function contrastFeeds(inputs: readonly Input[], batch: Batch, { rows }: Pick<Layout, "rows">, whole: readonly number[]): Feeds {
  const shape = [rows, batch.tokens];
  const empty = () => new Float32Array(rows * batch.tokens);
  const [query, entities, others] = [empty(), empty(), empty()];
  const places = (index: number, is: (target: number) => boolean) =>
    (inputs[index] as Input).targets.flatMap((target, i) => (target !== ignoredLabel && is(target) ? [i] : []));
  const words = whole.reduce((sum, index) => sum + places(index, () => true).length, 0);
  for (const [row, index] of batch.indices.entries()) {
    const { encoding, query: count = 0 } = inputs[index] as Input;
    const fill = (into: Float32Array, at: readonly number[], sum: number) => {
      for (const i of at) into[row * batch.tokens + i] = sum / at.length;
    };
    const asked = Math.max(0, count - 1); // without its separator
    const from = encoding.ids.length - count;
    fill(
      query,
      Array.from({ length: asked }, (_, i) => from + i),
      1,
    );
    const each = 1 / (Math.max(1, words) * whole.length);
    fill(
      entities,
      places(index, (target) => target > 0),
      each,
    ); // O is the first output
    fill(
      others,
      places(index, (target) => target === 0),
      each,
    );
  }
  return { query_tokens: { shape, data: query }, entity_words: { shape, data: entities }, other_words: { shape, data: others } };
}

/** Fresh seeds for a step's dropout. */
export function dropoutFeeds(config: BertConfig, draws: Rng): Feeds {
  const sites = dropoutSiteCount(config);
  return { [seedsName]: { shape: [sites], data: Float32Array.from({ length: sites }, () => draws.next()) } };
}

/** Output of a model for one input. */
export interface Outcome {
  /** Shaped as the input's targets where the decision is `likeliest`; the first of equals. */
  readonly outputs: readonly number[];
  /** Cross-entropy in nats, summed over the input's targets, or over its outputs where each is asked for, and how many those are. */
  readonly loss: number;
  readonly count: number;
  /** The largest of the cross-entropies that `loss` sums: that of the least likely target. */
  readonly worst: number;
  /** The outputs are the targets, where there are any. */
  readonly right: boolean;
  /** Probability of each output, in their order; 0 for a piece that carries no label. */
  readonly sures: readonly number[];
}

/** Reads a batch's logits, [rows, tokens, outputs] or [rows, outputs]; one outcome for each of the batch's indices. */
export function outcomes(inputs: readonly Input[], batch: Batch, logits: HostTensor, decision: Decision): Outcome[] {
  const outputs = logits.shape.at(-1) as number;
  if (decision !== "likeliest") {
    return batch.indices.map((index, row) => {
      const scores = logits.data.subarray(row * outputs, (row + 1) * outputs);
      return multiOutcome((inputs[index] as Input).targets, scores, decision === "some");
    });
  }
  const width = logits.shape.length === 3 ? (logits.shape[1] as number) : 1;
  return batch.indices.map((index, row) => {
    const { targets } = inputs[index] as Input;
    let loss = 0;
    let count = 0;
    let worst = 0;
    let right = true;
    const sures: number[] = [];
    const best = targets.map((target, i) => {
      const from = (row * width + i) * outputs;
      const scores = logits.data.subarray(from, from + outputs);
      const likeliest = argmax(scores);
      if (target !== ignoredLabel) {
        const own = crossEntropy(scores, target);
        loss += own;
        count++;
        worst = Math.max(worst, own);
        right &&= likeliest === target;
      }
      sures.push(target === ignoredLabel ? 0 : Math.exp(-Math.max(0, crossEntropy(scores, likeliest))));
      return likeliest;
    });
    return { outputs: best, loss, count, worst, right, sures };
  });
}

function multiOutcome(targets: readonly number[], scores: Float32Array | Int32Array, atLeastOne: boolean): Outcome {
  const right = new Set(targets);
  const numbers = Array.from(scores);
  const losses = numbers.map((x, i) => softplus(right.has(i) ? -x : x));
  const loss = losses.reduce((a, b) => a + b, 0);
  const likely = numbers.flatMap((x, i) => (x > 0 ? [i] : []));
  const outputs = likely.length === 0 && atLeastOne ? [argmax(scores)] : likely;
  return {
    outputs,
    loss,
    count: numbers.length,
    worst: Math.max(0, ...losses),
    right: outputs.length === right.size && outputs.every((output) => right.has(output)),
    sures: outputs.map((output) => 1 / (1 + Math.exp(-(numbers[output] as number)))),
  };
}

/** log(1 + e^x), -log of what the logistic function gives -x. */
const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

function argmax(scores: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < scores.length; i++) if ((scores[i] as number) > (scores[best] as number)) best = i;
  return best;
}

function crossEntropy(scores: Float32Array | Int32Array, target: number): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (const x of scores) largest = Math.max(largest, x);
  let sum = 0;
  for (const x of scores) sum += Math.exp(x - largest);
  return largest + Math.log(sum) - (scores[target] as number);
}
