// A data map (Swayamdipta et al. 2020) from a linear head on frozen features: what it makes of each of its examples after each epoch. Pure.

import { turn } from "../base/async.ts";
import { throwIfAborted } from "../base/errors.ts";
import { rng } from "../base/rng.ts";
import type { HeadData } from "../classifier/head-data.ts";
import { addOuter, ce, links, logitsAt } from "./linear-head.ts";
import { learningRateAt, warmupSteps } from "./schedule.ts";

export interface HeadRecipe {
  readonly epochs: number;
  /** Peak of AdamW's rate: 5 % of warm-up, then linear decay. The head begins at zero. */
  readonly learningRate: number;
  readonly batchSize: number;
}

/**
 * Chosen on 300 sentences each of BC5CDR-Disease and HoC, one in ten with a wrong label, three seeds: area under the ROC curve 0.72 and 0.89
 * (`npm run bench:cartography -- --seeds 3`). Four epochs at a third of the rate gave 0.63 and 0.80.
 */
export const headRecipe: HeadRecipe = { epochs: 10, learningRate: 0.03, batchSize: 16 };

/** As `EpochView` of the analysis: an example counts by its least likely site or output. */
export interface HeadEpoch {
  readonly epoch: number;
  readonly gold: readonly number[];
  readonly right: readonly boolean[];
}

const [beta1, beta2, epsilon, decay, clip] = [0.9, 0.999, 1e-8, 0.01, 1];

/** Trains the head and tells each epoch. The same data and seed give the same map. Errors: `aborted`. */
export async function* headMap(
  data: HeadData,
  seed: number,
  signal: AbortSignal,
  recipe: HeadRecipe = headRecipe,
): AsyncGenerator<HeadEpoch, void> {
  const { epochs, batchSize } = recipe;
  const all = Array.from({ length: data.examples }, (_, i) => i);
  const drawn = Array.from({ length: epochs }, (_, epoch) => {
    const order = rng(seed, "head-map", epoch).sample(all, all.length);
    return Array.from({ length: Math.ceil(order.length / batchSize) }, (_, i) => order.slice(i * batchSize, (i + 1) * batchSize));
  });
  yield* fitHead(data, drawn, recipe.learningRate, signal);
}

/** `batches`: of each epoch, indices of examples. A batch's loss is the mean over its sites, and over outputs of a sigmoid. */
export async function* fitHead(
  data: HeadData,
  batches: readonly (readonly (readonly number[])[])[],
  learningRate: number,
  signal: AbortSignal,
): AsyncGenerator<HeadEpoch, void> {
  const link = links[data.link];
  const starts = startsOf(data);
  const weights = new Float64Array(data.outputs * data.width);
  const moments = { first: new Float64Array(weights.length), second: new Float64Array(weights.length) };
  const steps = batches.reduce((sum, epoch) => sum + epoch.length, 0);
  const warmup = warmupSteps(steps, 0.05);
  let step = 0;
  for (const [epoch, drawn] of batches.entries()) {
    for (const batch of drawn) {
      await turn();
      throwIfAborted(signal);
      const sites = batch.flatMap((i) =>
        Array.from({ length: (starts[i + 1] as number) - (starts[i] as number) }, (_, j) => (starts[i] as number) + j),
      );
      const gradient = new Float64Array(weights.length);
      const scale = 1 / Math.max(1, sites.length * (data.link === "sigmoid" ? data.outputs : 1));
      for (const site of sites) {
        const p = link.probabilities(logitsAt(weights, data, site));
        addOuter(gradient, ce(p, data.y, site * data.outputs), data, site, scale);
      }
      step++;
      adamW(weights, gradient, moments, step, learningRateAt(step, steps, learningRate, warmup));
    }
    yield { epoch: epoch + 1, ...seen(data, weights) };
  }
}

interface Moments {
  readonly first: Float64Array;
  readonly second: Float64Array;
}

/** Loshchilov and Hutter 2019, after clipping by the global norm. In place. */
function adamW(weights: Float64Array, gradient: Float64Array, { first, second }: Moments, step: number, rate: number): void {
  const norm = Math.sqrt(gradient.reduce((sum, g) => sum + g * g, 0));
  const shrink = Math.min(1, clip / (norm + 1e-6)); // as clip_grad_norm_ of PyTorch
  for (let i = 0; i < weights.length; i++) {
    const g = (gradient[i] as number) * shrink;
    first[i] = beta1 * (first[i] as number) + (1 - beta1) * g;
    second[i] = beta2 * (second[i] as number) + (1 - beta2) * g * g;
    const mean = (first[i] as number) / (1 - beta1 ** step);
    const spread = Math.sqrt((second[i] as number) / (1 - beta2 ** step)) + epsilon;
    weights[i] = (weights[i] as number) * (1 - rate * decay) - (rate * mean) / spread;
  }
}

/** The first site of each example, and the end. */
function startsOf({ of, examples }: HeadData): Int32Array {
  const starts = new Int32Array(examples + 1);
  for (const example of of) starts[example + 1] = (starts[example + 1] as number) + 1;
  for (let i = 0; i < examples; i++) starts[i + 1] = (starts[i + 1] as number) + (starts[i] as number);
  return starts;
}

/** An example without a site has nothing to be wrong about. */
function seen(data: HeadData, weights: Float64Array): Omit<HeadEpoch, "epoch"> {
  const { link, atLeastOne = false, outputs, examples, of, y } = data;
  const gold = new Array<number>(examples).fill(1);
  const right = new Array<boolean>(examples).fill(true);
  for (const [site, example] of of.entries()) {
    const p = links[link].probabilities(logitsAt(weights, data, site));
    const own = y.subarray(site * outputs, (site + 1) * outputs);
    const told = link === "softmax" ? oneRight(p, own) : eachRight(p, own, atLeastOne);
    gold[example] = Math.min(gold[example] as number, told.gold);
    right[example] = (right[example] as boolean) && told.right;
  }
  return { gold, right };
}

function oneRight(p: Float64Array, own: Float32Array): { gold: number; right: boolean } {
  const at = own.indexOf(1);
  return { gold: p[at] as number, right: p.every((x, c) => c === at || x < (p[at] as number)) };
}

/** Right by the outputs that the head would be read as: those likelier than not, or with `atLeastOne` the likeliest where there is none. */
function eachRight(p: Float64Array, own: Float32Array, atLeastOne: boolean): { gold: number; right: boolean } {
  const of = p.map((x, c) => ((own[c] as number) > 0.5 ? x : 1 - x));
  const gold = of.reduce((a, b) => Math.min(a, b), 1);
  if (!atLeastOne || p.some((x) => x > 0.5)) return { gold, right: of.every((x) => x > 0.5) };
  const likeliest = p.indexOf(p.reduce((a, b) => Math.max(a, b), 0));
  return { gold, right: own.every((x, c) => x > 0.5 === (c === likeliest)) };
}
