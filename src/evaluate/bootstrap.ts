// Intervals of scores by the bootstrap over test examples, and paired comparisons of predictions on one test set. Knows no model.

import { rng } from "../base/rng.ts";
import type { Metric } from "../tasks/metric.ts";
import { type LearnableTask, mainMetric } from "../tasks/task.ts";
import { metricValue, type Sums, valuesOf, weighed } from "./score.ts";
import type { Tally } from "./tally.ts";

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Draws of a bootstrap, and the share of them that an interval covers. */
export const draws = 10_000;
const covered = 0.95;

/**
 * 95 % percentile intervals of the task's metrics, by `metricId`: what other test sets of that size would have given (Efron & Tibshirani 1993). It says nothing of
 * other seeds of the training. Undefined for fewer than two examples. Time: draws x examples.
 */
export function scoreIntervals(
  task: LearnableTask,
  tallies: readonly Tally[],
  seed = 1,
): Readonly<Record<string, Interval>> | undefined {
  const values = bootstrapDraws(task, tallies, seed);
  return values && Object.fromEntries(Object.entries(values).map(([id, of]) => [id, percentiles(of)]));
}

/**
 * Values of the task's metrics in each draw, by `metricId`. Equal numbers of examples and equal seeds draw the same examples, so that the draws of two models
 * on one test set are paired. Undefined for fewer than two examples.
 */
export function bootstrapDraws(
  task: LearnableTask,
  tallies: readonly Tally[],
  seed = 1,
): Readonly<Record<string, Float64Array>> | undefined {
  if (tallies.length < 2) return undefined;
  const { groups, of } = grouped(tallies.map((tally) => [tally]));
  const sums = summing(
    task,
    groups.map(([tally]) => tally as Tally),
  );
  const values: Record<string, Float64Array> = Object.fromEntries(
    Object.keys(valuesOf(task, weighed(task, tallies))).map((id) => [id, new Float64Array(draws)]),
  );
  for (const [i, weights] of resamples(of, groups.length, seed)) {
    for (const [id, value] of Object.entries(valuesOf(task, sums(weights)))) (values[id] as Float64Array)[i] = value;
  }
  return values;
}

/** Predictions of one training on the test set that all share. */
export interface SeedPair {
  readonly first: readonly Tally[];
  readonly second: readonly Tally[];
}

export interface PairedComparison {
  /** Second less first: mean over the seeds. */
  readonly difference: number;
  readonly interval: Interval;
  /** Two-sided: twice the share of draws in which the difference has not the sign that it has. */
  readonly p: number;
}

/**
 * Paired bootstrap of a metric between two sources (Koehn 2004): each draw takes test examples with all their predictions, of all seeds. Undefined for fewer than
 * two examples or no seed. Throws Error for predictions of several lengths.
 */
export function pairedBootstrap(
  task: LearnableTask,
  seeds: readonly SeedPair[],
  metric: Metric = mainMetricOf(task),
  seed = 1,
): PairedComparison | undefined {
  const examples = seeds[0]?.first.length ?? 0;
  if (examples < 2) return undefined;
  const runs = seeds.flatMap(({ first, second }) => [first, second]);
  const short = runs.find((run) => run.length !== examples);
  if (short) throw new Error(`pairedBootstrap: expected ${examples} predictions in every run, got ${short.length}`);
  const { groups, of } = grouped(Array.from({ length: examples }, (_, i) => runs.map((run) => run[i] as Tally)));
  const byRun = runs.map((_, k) =>
    summing(
      task,
      groups.map((group) => group[k] as Tally),
    ),
  );
  const sizes = sizesOf(of, groups.length);
  const differenceOf = (weights: Int32Array) => {
    const values = byRun.map((sums) => metricValue(task, metric, sums(weights)));
    return values.reduce((sum, value, k) => sum + (k % 2 === 1 ? value : -value), 0) / seeds.length;
  };
  const found = new Float64Array(draws);
  for (const [i, weights] of resamples(of, groups.length, seed)) found[i] = differenceOf(weights);
  return comparisonOf(differenceOf(sizes), found);
}

/** The comparison that a difference and its draws make. */
export function comparisonOf(difference: number, found: Float64Array): PairedComparison {
  const against = found.reduce((n, x) => n + (difference > 0 ? (x <= 0 ? 1 : 0) : x >= 0 ? 1 : 0), 0);
  return { difference, interval: percentiles(found), p: Math.min(1, (2 * (1 + against)) / (1 + draws)) };
}

const mainMetricOf = (task: LearnableTask): Metric =>
  task.metrics.find((m) => m.name === mainMetric(task)) ?? (task.metrics[0] as Metric);

/** Examples with equal tallies are one group: a draw is then how often it takes each group. */
function grouped(rows: readonly (readonly Tally[])[]): { groups: (readonly Tally[])[]; of: Int32Array } {
  const known = new Map<string, number>();
  const groups: (readonly Tally[])[] = [];
  const of = Int32Array.from(rows, (row) => {
    const key = JSON.stringify(row);
    const found = known.get(key) ?? groups.length;
    if (found === groups.length) {
      known.set(key, found);
      groups.push(row);
    }
    return found;
  });
  return { groups, of };
}

function sizesOf(of: Int32Array, groups: number): Int32Array {
  const sizes = new Int32Array(groups);
  for (const group of of) sizes[group] = (sizes[group] as number) + 1;
  return sizes;
}

/**
 * Sums of tallies by weight, many times over: each tally once as the few numbers that it adds, so that a draw costs no object an example. The same numbers as
 * `weighed` gives.
 */
function summing(task: LearnableTask, tallies: readonly Tally[]): (weights: Int32Array) => Sums {
  const places: number[] = [];
  const amounts: number[] = [];
  const ends: number[] = [];
  let width = 0;
  for (const tally of tallies) {
    const numbers = numbersOf(weighed(task, [tally]));
    width = numbers.length;
    for (const [place, amount] of numbers.entries()) {
      if (amount === 0) continue;
      places.push(place);
      amounts.push(amount);
    }
    ends.push(places.length);
  }
  const [at, by, end] = [Int32Array.from(places), Float64Array.from(amounts), Int32Array.from(ends)];
  const shape = weighed(task, []);
  const total = new Float64Array(width);
  return (weights) => {
    total.fill(0);
    let k = 0;
    for (let i = 0; i < end.length; i++) {
      const [times, last] = [weights[i] as number, end[i] as number];
      if (times > 0)
        for (let j = k; j < last; j++) total[at[j] as number] = (total[at[j] as number] as number) + times * (by[j] as number);
      k = last;
    }
    return sumsFrom(shape, total);
  };
}

/** Sums in a row, and back: examples, exact, three counts a label, two sums an average over examples. */
function numbersOf({ examples, exact, counts, perExample }: Sums): number[] {
  const own = counts.flatMap(({ hits, predicted, gold }) => [hits, predicted, gold]);
  return [examples, exact, ...own, ...Object.values(perExample).flatMap(({ precision, recall }) => [precision, recall])];
}

function sumsFrom(shape: Sums, numbers: Float64Array): Sums {
  let at = 0;
  const next = () => numbers[at++] as number;
  const [examples, exact] = [next(), next()];
  const counts = shape.counts.map(({ label }) => ({ label, hits: next(), predicted: next(), gold: next() }));
  const perExample = Object.fromEntries(
    Object.keys(shape.perExample).map((without) => [without, { precision: next(), recall: next() }]),
  );
  return { examples, exact, counts, perExample };
}

/** Position of each draw, and how often it takes each group. The array is the same one each time. */
function* resamples(of: Int32Array, groups: number, seed: number): Generator<readonly [number, Int32Array], void> {
  const weights = new Int32Array(groups);
  const n = of.length;
  let state = rng("bootstrap", seed).int(0x7fffffff) + 1;
  for (let draw = 0; draw < draws; draw++) {
    weights.fill(0);
    for (let i = 0; i < n; i++) {
      // xorshift32 (Marsaglia 2003) in place: a bootstrap draws fifty million numbers.
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      const group = of[Math.floor((state >>> 0) * (n / 4294967296))] as number;
      weights[group] = (weights[group] as number) + 1;
    }
    yield [draw, weights];
  }
}

/** The 95 % percentile interval of draws. */
export function percentiles(values: Float64Array): Interval {
  const sorted = Float64Array.from(values).sort();
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.max(0, Math.round(share * (sorted.length - 1))))] as number;
  return { low: at((1 - covered) / 2), high: at((1 + covered) / 2) };
}
