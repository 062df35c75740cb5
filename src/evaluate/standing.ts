// Standing of methods on one task: intervals over their seeds, paired comparisons of all, ranks. Knows no source and no store.

import { type ExampleOf, type LearnableTask, mainMetric } from "../tasks/task.ts";
import { bootstrapDraws, comparisonOf, draws, type Interval, type PairedComparison, percentiles } from "./bootstrap.ts";
import type { ConstantAnswer } from "./constant.ts";
import { scoresOf, talliesOf } from "./score.ts";

/** One training of a method, scored. */
export interface ScoredRun {
  readonly method: string;
  readonly seed: number;
  /** Key of its test set: runs of the same one are paired. */
  readonly set: string;
  /** The task's metrics by `metricId`. */
  readonly values: Readonly<Record<string, number>>;
  /** For each metric; undefined for fewer than two test examples. */
  readonly intervals: Readonly<Record<string, Interval>> | undefined;
  /** Draws of the main metric. */
  readonly draws: Float64Array | undefined;
}

export type RunStanding = Omit<ScoredRun, "draws" | "method">;

export interface MethodStanding {
  readonly method: string;
  readonly runs: readonly RunStanding[];
  /** The main metric: mean over the seeds. */
  readonly mean: number;
  /** Interval of that mean, over test examples. Undefined for fewer than two. */
  readonly interval?: Interval;
  /** Best and worst rank in 95 % of the draws, from 1, among those that are ranked; each two by the seeds that both have on one test set. */
  readonly rank?: Interval;
}

/** `second` less `first`, over the seeds that both have on the same test set. */
export interface PairStanding extends PairedComparison {
  readonly first: string;
  readonly second: string;
  readonly seeds: number;
}

export interface Standing {
  readonly methods: readonly MethodStanding[];
  /** Each pair once. One that shares no seed on one test set is absent. */
  readonly pairs: readonly PairStanding[];
  /** On the same test sets. Absent for a task of spans, and in a standing of an older version. */
  readonly constant?: ConstantAnswer;
}

/** Scores one run. Runs on one test set draw the same examples. Throws as `score` does. */
export function scoredRun<T extends LearnableTask>(
  task: T,
  { method, seed, set }: Pick<ScoredRun, "method" | "seed" | "set">,
  gold: readonly ExampleOf<T>[],
  predicted: readonly ExampleOf<T>[],
): ScoredRun {
  const tallies = talliesOf(task, gold, predicted);
  const found = bootstrapDraws(task, tallies);
  return {
    method,
    seed,
    set,
    values: scoresOf(task, tallies).values,
    intervals: found && Object.fromEntries(Object.entries(found).map(([id, of]) => [id, percentiles(of)])),
    draws: found?.[mainMetric(task)],
  };
}

export interface Chosen {
  /** Methods that are paired with each other. */
  readonly compared: (method: string) => boolean;
  /** Methods that compete; a ceiling such as all the real data does not. */
  readonly ranked: (method: string) => boolean;
}

const everyMethod: Chosen = { compared: () => true, ranked: () => true };

/** Time: draws x (runs + pairs). */
export function standingOf(
  task: LearnableTask,
  runs: readonly ScoredRun[],
  { compared, ranked }: Chosen = everyMethod,
): Standing {
  const metric = mainMetric(task);
  const names = [...new Set(runs.map(({ method }) => method))];
  const own = names.map((name) => runs.filter(({ method }) => method === name));
  const means = own.map((of) => meanDraws(of));
  const ranks = ranksOf(names.flatMap((name, i) => (means[i] && ranked(name) ? [{ name, runs: own[i] as ScoredRun[] }] : [])));
  return {
    methods: names.map((method, i): MethodStanding => {
      const of = own[i] as ScoredRun[];
      const mean = means[i];
      const rank = ranks.get(method);
      return {
        method,
        runs: of.map(({ method: _, draws: __, ...run }) => run),
        mean: of.reduce((sum, { values }) => sum + (values[metric] ?? 0), 0) / of.length,
        ...(mean ? { interval: percentiles(mean) } : {}),
        ...(rank ? { rank } : {}),
      };
    }),
    pairs: names.flatMap((first, i) =>
      names.slice(i + 1).flatMap((second, j) => {
        if (!compared(first) || !compared(second)) return [];
        const pair = pairOf(metric, own[i] as ScoredRun[], own[i + 1 + j] as ScoredRun[]);
        return pair ? [{ first, second, ...pair }] : [];
      }),
    ),
  };
}

function meanDraws(runs: readonly ScoredRun[]): Float64Array | undefined {
  if (runs.length === 0 || runs.some((run) => !run.draws)) return undefined;
  const mean = new Float64Array(draws);
  for (const run of runs)
    for (let i = 0; i < draws; i++) mean[i] = (mean[i] as number) + (run.draws?.[i] as number) / runs.length;
  return mean;
}

/** Runs of two methods by seed and test set, where both have draws. */
const sharedRuns = (first: readonly ScoredRun[], second: readonly ScoredRun[]) =>
  first.flatMap((a) => {
    const b = second.find(({ seed, set }) => seed === a.seed && set === a.set);
    return b?.draws && a.draws ? [{ a, b }] : [];
  });

/** `second` less `first` in each draw, mean over the runs that both have; undefined where there are none. */
function differenceDraws(both: ReturnType<typeof sharedRuns>): Float64Array | undefined {
  if (both.length === 0) return undefined;
  const found = new Float64Array(draws);
  for (const { a, b } of both)
    for (let i = 0; i < draws; i++)
      found[i] = (found[i] as number) + ((b.draws?.[i] as number) - (a.draws?.[i] as number)) / both.length;
  return found;
}

function pairOf(
  metric: string,
  first: readonly ScoredRun[],
  second: readonly ScoredRun[],
): (PairedComparison & Pick<PairStanding, "seeds">) | undefined {
  const both = sharedRuns(first, second);
  const found = differenceDraws(both);
  if (!found) return undefined;
  const difference = both.reduce((sum, { a, b }) => sum + (b.values[metric] ?? 0) - (a.values[metric] ?? 0), 0) / both.length;
  return { seeds: both.length, ...comparisonOf(difference, found) };
}

/** Ranks in each draw: one more than the methods that are better on the runs that both have; ties share the better rank. */
function ranksOf(
  methods: readonly { readonly name: string; readonly runs: readonly ScoredRun[] }[],
): ReadonlyMap<string, Interval> {
  return new Map(
    methods.map(({ name, runs }) => {
      const ranks = new Float64Array(draws).fill(1);
      for (const other of methods) {
        const found = other.name === name ? undefined : differenceDraws(sharedRuns(runs, other.runs));
        if (!found) continue;
        for (let i = 0; i < draws; i++) if ((found[i] as number) > 1e-12) ranks[i] = (ranks[i] as number) + 1;
      }
      return [name, percentiles(ranks)];
    }),
  );
}
