// Scores of predictions against gold examples: exact spans as seqeval counts them, labels as scikit-learn does. Knows no shape. Pure.

import type { Example, Shape } from "../tasks/example.ts";
import { type Average, type Metric, metricId } from "../tasks/metric.ts";
import { type ExampleOf, type LearnableTask, mainMetric } from "../tasks/task.ts";
import type { LabelScores, Scores } from "./scores.ts";
import { type Counts, type Tally, tallyOf } from "./tally.ts";

/**
 * Scores of the task's own metrics; `predicted[i]` answers `gold[i]`. Accuracy is the share of examples with exactly the gold items. Precision,
 * recall and F1 are averaged as the metric says; where it does not, over spans and over any of several labels `micro` (seqeval's default), over the
 * one label of an example `macro` (scikit-learn's `average="macro", labels=..., zero_division=0`). Nothing predicted or nothing to find gives 0.
 * Throws when the lists differ in length or hold another shape of example.
 */
export function score<T extends LearnableTask>(
  task: T,
  gold: readonly ExampleOf<T>[],
  predicted: readonly ExampleOf<T>[],
): Scores {
  return scoresOf(task, talliesOf(task, gold, predicted));
}

/** A tally an example, in order. Throws as `score` does. */
export function talliesOf<T extends LearnableTask>(
  task: T,
  gold: readonly ExampleOf<T>[],
  predicted: readonly ExampleOf<T>[],
): Tally[] {
  if (gold.length !== predicted.length) {
    throw new Error(`score: expected ${gold.length} predictions, one for each gold example; got ${predicted.length}`);
  }
  const other = [...gold, ...predicted].find((e: Example) => e.kind !== task.shape) as Example | undefined;
  if (other) throw new Error(`score: expected ${task.shape} examples, got a ${other.kind} example`);
  return gold.map((example, i) => tallyOf(example, predicted[i] as Example));
}

export function scoresOf(task: LearnableTask, tallies: readonly Tally[]): Scores {
  const all = weighed(task, tallies);
  return {
    values: valuesOf(task, all),
    perLabel: Object.fromEntries(all.counts.map((c) => [c.label, ofCounts(c)])),
    examples: tallies.length,
  };
}

/** Sums that all metrics of a task follow from. */
export interface Sums {
  readonly examples: number;
  readonly exact: number;
  /** One entry a label of the task, in its order. */
  readonly counts: readonly Counts[];
  /** Sums over the examples of their own precision and recall, by metrics that are averaged over examples. */
  readonly perExample: Readonly<Record<string, { readonly precision: number; readonly recall: number }>>;
}

/** Sums of tallies, each as often as its weight says; once where there are no weights. Throws for a label that the task lacks. */
export function weighed(task: LearnableTask, tallies: readonly Tally[], weights?: ArrayLike<number>): Sums {
  const counts = new Map(task.labels.map(({ id }): [string, Counts] => [id, { label: id, hits: 0, predicted: 0, gold: 0 }]));
  const averaged = task.metrics.filter((metric) => metric.average === "example");
  const perExample = Object.fromEntries(averaged.map(({ without = "" }) => [without, { precision: 0, recall: 0 }]));
  let [examples, exact] = [0, 0];
  for (const [i, tally] of tallies.entries()) {
    const times = weights ? (weights[i] as number) : 1;
    if (times === 0) continue;
    examples += times;
    if (tally.exact) exact += times;
    for (const { label, hits, predicted, gold } of tally.counts) {
      const sum = counts.get(label);
      if (!sum) throw new Error(`score: expected one of ${[...counts.keys()].join(", ")}, got label ${JSON.stringify(label)}`);
      sum.hits += times * hits;
      sum.predicted += times * predicted;
      sum.gold += times * gold;
    }
    for (const [without, sum] of Object.entries(perExample)) {
      const { precision, recall } = pooled(tally.counts.filter(({ label }) => label !== without));
      sum.precision += times * precision;
      sum.recall += times * recall;
    }
  }
  return { examples, exact, counts: [...counts.values()], perExample };
}

/** The task's metrics by `metricId`. */
export function valuesOf(task: LearnableTask, sums: Sums): Record<string, number> {
  return Object.fromEntries(task.metrics.map((metric) => [metricId(task.metrics, metric), metricValue(task, metric, sums)]));
}

export function metricValue(task: LearnableTask, metric: Metric, sums: Sums): number {
  if (metric.name === "accuracy") return ratio(sums.exact, sums.examples);
  const labels = countedLabels(task, metric, sums);
  return averages[averageOf(task, metric)]({ labels, sums, without: metric.without ?? "" })[metric.name];
}

/** Counts of the labels that the metric's average is taken of. */
export function countedLabels(task: LearnableTask, metric: Metric, { counts }: Sums): readonly Counts[] {
  const negative = averageOf(task, metric) === "positive" ? task.labels.filter((l) => l.negative).map((l) => l.id) : [];
  return counts.filter(({ label }) => label !== metric.without && !negative.includes(label));
}

const ratio = (a: number, b: number): number => (b === 0 ? 0 : a / b);

function ofCounts({ hits, predicted, gold }: Omit<Counts, "label">): LabelScores {
  return {
    precision: ratio(hits, predicted),
    recall: ratio(hits, gold),
    f1: ratio(2 * hits, predicted + gold),
    support: gold,
  };
}

type Averaged = Pick<LabelScores, "precision" | "recall" | "f1">;

/** Counts that an average is taken of. */
interface Counted {
  /** One entry a label that counts. */
  readonly labels: readonly Counts[];
  readonly sums: Sums;
  /** Label that does not count; empty for none. */
  readonly without: string;
}

const averages: Readonly<Record<Average, (counted: Counted) => Averaged>> = {
  micro: ({ labels }) => pooled(labels),
  macro: ({ labels }) => means(labels.map(ofCounts)),
  positive: ({ labels }) => pooled(labels),
  example({ sums, without }) {
    const of = sums.perExample[without] ?? { precision: 0, recall: 0 };
    const [precision, recall] = [ratio(of.precision, sums.examples), ratio(of.recall, sums.examples)];
    return { precision, recall, f1: ratio(2 * precision * recall, precision + recall) };
  },
};

const pooled = (counts: readonly Counts[]): Averaged => {
  const sum = (field: "hits" | "predicted" | "gold"): number => counts.reduce((n, c) => n + c[field], 0);
  return ofCounts({ hits: sum("hits"), predicted: sum("predicted"), gold: sum("gold") });
};

/** Means field by field; 0 of nothing. */
function means(each: readonly Averaged[]): Averaged {
  const mean = (field: keyof Averaged) =>
    ratio(
      each.reduce((n, s) => n + s[field], 0),
      each.length,
    );
  return { precision: mean("precision"), recall: mean("recall"), f1: mean("f1") };
}

/** The metric's own average, or the one that its task's kind of labels has. */
export const averageOf = (task: LearnableTask, { average }: Metric): Average =>
  average ?? (severalItems(task) ? "micro" : "macro");

/** Tells whether an example may have any number of scored items: then a micro average is not the accuracy. */
const several: { readonly [S in Shape]: (task: LearnableTask<S>) => boolean } = {
  token: () => true,
  sentence: (task) => task.carries !== "one",
  relation: () => false,
  pair: () => false,
};

/** Tells it of a task. The compiler does not follow that the row is the task's own. */
export const severalItems = (task: LearnableTask): boolean => (several[task.shape] as (task: LearnableTask) => boolean)(task);

/** The metric that decides which epoch is best: the task's first (bold in Table 5). */
export function mainScore(task: LearnableTask, scores: Scores): number {
  return scores.values[mainMetric(task)] ?? 0;
}
