// Scores of predictions against gold examples: exact spans as seqeval counts them, single labels as scikit-learn does. Pure.

import { unreachable } from "../base/errors.ts";
import type { Example, PairExample, SentenceExample, TokenExample } from "../tasks/example.ts";
import type { ExampleOf, LearnableTask, Metric } from "../tasks/task.ts";
import type { LabelScores, Scores } from "./scores.ts";

/** True positives, predicted and gold items. */
interface Counts {
  hits: number;
  predicted: number;
  gold: number;
}

/**
 * Scores of the task's own metrics; `predicted[i]` answers `gold[i]`. Token tasks: precision, recall and F1 over exact spans with
 * their labels, micro-averaged (seqeval's default). Single-label tasks: accuracy, and precision, recall and F1 macro-averaged
 * over all of the task's labels (scikit-learn's `average="macro", labels=..., zero_division=0`; a micro average would equal
 * accuracy). Any of the labels: accuracy, the share of examples with exactly theirs, and the others micro-averaged. Nothing predicted or nothing to find gives 0. Throws when the lists differ in length or hold another kind of
 * example.
 */
export function score<T extends LearnableTask>(
  task: T,
  gold: readonly ExampleOf<T>[],
  predicted: readonly ExampleOf<T>[],
): Scores {
  if (gold.length !== predicted.length) {
    throw new Error(`score: expected ${gold.length} predictions, one for each gold example; got ${predicted.length}`);
  }
  const labels = task.labels.map((label) => label.id);
  switch (task.kind) {
    case "token":
      return finish(task, countSpans(labels, ofKind("token", gold), ofKind("token", predicted)), gold.length, micro);
    case "pair":
      return finish(task, countLabels(labels, labelSets("pair", gold), labelSets("pair", predicted)), gold.length, macro);
    case "sentence": {
      const [wanted, given] = [labelSets("sentence", gold), labelSets("sentence", predicted)];
      const exact = wanted.filter((set, i) => sameSet(set, given[i] as ReadonlySet<string>)).length;
      const average = task.objective === "multi" ? microWith(exact) : macro;
      return finish(task, countLabels(labels, wanted, given), gold.length, average);
    }
    default:
      return unreachable(task);
  }
}

function ofKind(kind: "token", examples: readonly Example[]): readonly TokenExample[];
function ofKind(kind: "pair" | "sentence", examples: readonly Example[]): readonly (PairExample | SentenceExample)[];
function ofKind(kind: Example["kind"], examples: readonly Example[]): readonly Example[] {
  const other = examples.find((e) => e.kind !== kind);
  if (other) throw new Error(`score: expected ${kind} examples, got a ${other.kind} example`);
  return examples;
}

function emptyCounts(labels: readonly string[]): Map<string, Counts> {
  return new Map(labels.map((label) => [label, { hits: 0, predicted: 0, gold: 0 }]));
}

function countOf(counts: Map<string, Counts>, label: string): Counts {
  const found = counts.get(label);
  if (!found) throw new Error(`score: expected one of ${[...counts.keys()].join(", ")}, got label ${JSON.stringify(label)}`);
  return found;
}

function countSpans(
  labels: readonly string[],
  gold: readonly TokenExample[],
  predicted: readonly TokenExample[],
): Map<string, Counts> {
  const counts = emptyCounts(labels);
  // The same span named twice is one span, as in seqeval's sets.
  const distinct = (example: TokenExample) =>
    new Map(example.spans.map((span) => [`${span.start} ${span.end} ${span.label}`, span]));
  gold.forEach((example, i) => {
    const wanted = distinct(example);
    const given = distinct(predicted[i] as TokenExample);
    for (const span of wanted.values()) countOf(counts, span.label).gold++;
    for (const [key, span] of given) {
      const count = countOf(counts, span.label);
      count.predicted++;
      if (wanted.has(key)) count.hits++;
    }
  });
  return counts;
}

type LabelSet = ReadonlySet<string>;

function labelSets(kind: "pair" | "sentence", examples: readonly Example[]): LabelSet[] {
  return ofKind(kind, examples).map((e) => new Set(e.kind === "pair" ? [e.label] : e.labels));
}

const sameSet = (a: LabelSet, b: LabelSet) => a.size === b.size && [...a].every((label) => b.has(label));

function countLabels(labels: readonly string[], gold: readonly LabelSet[], predicted: readonly LabelSet[]): Map<string, Counts> {
  const counts = emptyCounts(labels);
  gold.forEach((wanted, i) => {
    const given = predicted[i] as LabelSet;
    for (const label of wanted) countOf(counts, label).gold++;
    for (const label of given) {
      countOf(counts, label).predicted++;
      if (wanted.has(label)) countOf(counts, label).hits++;
    }
  });
  return counts;
}

type Average = (counts: readonly Counts[], examples: number) => Readonly<Partial<Record<Metric, number>>>;

const ratio = (a: number, b: number): number => (b === 0 ? 0 : a / b);

function ofCounts({ hits, predicted, gold }: Counts): LabelScores {
  return {
    precision: ratio(hits, predicted),
    recall: ratio(hits, gold),
    f1: ratio(2 * hits, predicted + gold),
    support: gold,
  };
}

const sum = (counts: readonly Counts[], field: keyof Counts): number => counts.reduce((n, c) => n + c[field], 0);

const micro: Average = (counts) => {
  const { precision, recall, f1 } = ofCounts({
    hits: sum(counts, "hits"),
    predicted: sum(counts, "predicted"),
    gold: sum(counts, "gold"),
  });
  return { precision, recall, f1 };
};

const microWith =
  (exact: number): Average =>
  (counts, examples) => ({ ...micro(counts, examples), accuracy: ratio(exact, examples) });

const macro: Average = (counts, examples) => {
  const each = counts.map(ofCounts);
  const meanOf = (field: "precision" | "recall" | "f1") =>
    ratio(
      each.reduce((n, s) => n + s[field], 0),
      each.length,
    );
  return {
    accuracy: ratio(sum(counts, "hits"), examples),
    precision: meanOf("precision"),
    recall: meanOf("recall"),
    f1: meanOf("f1"),
  };
};

function finish(task: LearnableTask, counts: ReadonlyMap<string, Counts>, examples: number, average: Average): Scores {
  const all = average([...counts.values()], examples);
  const values: Partial<Record<Metric, number>> = {};
  for (const metric of task.metrics) {
    const value = all[metric];
    if (value !== undefined) values[metric] = value;
  }
  return { values, perLabel: Object.fromEntries([...counts].map(([label, c]) => [label, ofCounts(c)])), examples };
}

/** The metric that decides which epoch is best: the task's first (bold in Table 5). */
export function mainScore(task: LearnableTask, scores: Scores): number {
  return scores.values[task.metrics[0]] ?? 0;
}
