// Scores of predictions against gold examples: exact spans as seqeval counts them, labels as scikit-learn does. Knows no shape. Pure.

import type { Example, Shape } from "../tasks/example.ts";
import { type Average, type Metric, metricId } from "../tasks/metric.ts";
import { itemsOf, sameItems } from "../tasks/shapes.ts";
import { type ExampleOf, type LearnableTask, mainMetric } from "../tasks/task.ts";
import type { LabelScores, Scores } from "./scores.ts";

/** True positives, predicted and gold items of one label. */
interface Counts {
  readonly label: string;
  hits: number;
  predicted: number;
  gold: number;
}

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
  if (gold.length !== predicted.length) {
    throw new Error(`score: expected ${gold.length} predictions, one for each gold example; got ${predicted.length}`);
  }
  const other = [...gold, ...predicted].find((e: Example) => e.kind !== task.shape) as Example | undefined;
  if (other) throw new Error(`score: expected ${task.shape} examples, got a ${other.kind} example`);
  const counts = countItems(task, gold, predicted);
  const exact = gold.filter((example, i) => sameItems(example, predicted[i] as Example)).length;
  const counted = ({ without }: Metric): Counted => {
    const counting = (all: readonly Counts[]) => all.filter((c) => c.label !== without);
    const examples = () => gold.map((e, i) => counting(countItems(task, [e], [predicted[i] as Example])));
    return { task, labels: counting(counts), examples };
  };
  const values: Record<string, number> = {};
  for (const metric of task.metrics) {
    values[metricId(task.metrics, metric)] =
      metric.name === "accuracy" ? ratio(exact, gold.length) : averages[averageOf(task, metric)](counted(metric))[metric.name];
  }
  return { values, perLabel: Object.fromEntries(counts.map((c) => [c.label, ofCounts(c)])), examples: gold.length };
}

function countItems(task: LearnableTask, gold: readonly Example[], predicted: readonly Example[]): Counts[] {
  const counts = new Map(task.labels.map(({ id }): [string, Counts] => [id, { label: id, hits: 0, predicted: 0, gold: 0 }]));
  const of = (label: string): Counts => {
    const found = counts.get(label);
    if (!found) throw new Error(`score: expected one of ${[...counts.keys()].join(", ")}, got label ${JSON.stringify(label)}`);
    return found;
  };
  gold.forEach((example, i) => {
    const wanted = itemsOf(example);
    const keys = new Set(wanted.map((item) => item.key));
    for (const { label } of wanted) of(label).gold++;
    for (const { key, label } of itemsOf(predicted[i] as Example)) {
      const count = of(label);
      count.predicted++;
      if (keys.has(key)) count.hits++;
    }
  });
  return [...counts.values()];
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
  readonly task: LearnableTask;
  /** One entry a label that counts. */
  readonly labels: readonly Counts[];
  /** The same of each example alone. */
  readonly examples: () => readonly (readonly Counts[])[];
}

const averages: Readonly<Record<Average, (counted: Counted) => Averaged>> = {
  micro: ({ labels }) => pooled(labels),
  macro: ({ labels }) => means(labels.map(ofCounts)),
  positive({ task, labels }) {
    const negative = new Set(task.labels.filter((label) => label.negative).map((label) => label.id));
    return pooled(labels.filter((c) => !negative.has(c.label)));
  },
  example({ examples }) {
    const { precision, recall } = means(examples().map(pooled));
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

const averageOf = (task: LearnableTask, { average }: Metric): Average => average ?? (severalItems(task) ? "micro" : "macro");

/** Tells whether an example may have any number of scored items: then a micro average is not the accuracy. */
const several: { readonly [S in Shape]: (task: LearnableTask<S>) => boolean } = {
  token: () => true,
  sentence: (task) => task.carries !== "one",
  relation: () => false,
  pair: () => false,
};

// The compiler does not follow that the row is the task's own.
const severalItems = (task: LearnableTask): boolean => (several[task.shape] as (task: LearnableTask) => boolean)(task);

/** The metric that decides which epoch is best: the task's first (bold in Table 5). */
export function mainScore(task: LearnableTask, scores: Scores): number {
  return scores.values[mainMetric(task)] ?? 0;
}
