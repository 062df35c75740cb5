// A score worked out from its counts, in sentences with the numbers in them. Pure; knows no page.

import { averageOf, countedLabels, metricValue, type Sums, talliesOf, weighed } from "../evaluate/score.ts";
import type { Counts } from "../evaluate/tally.ts";
import type { Example } from "../tasks/example.ts";
import type { Average } from "../tasks/metric.ts";
import type { ExampleOf, LearnableTask } from "../tasks/task.ts";

/** Lines that lead from the counts to the task's first metric. `predicted[i]` answers `gold[i]`. */
export function scoreWorking(task: LearnableTask, gold: readonly Example[], predicted: readonly Example[]): string[] {
  const metric = task.metrics[0];
  const sums = weighed(
    task,
    talliesOf(task, gold as readonly ExampleOf<LearnableTask>[], predicted as readonly ExampleOf<LearnableTask>[]),
  );
  const value = metricValue(task, metric, sums);
  if (metric.name === "accuracy") {
    return [
      `Of ${sums.examples} examples ${sums.exact} are answered exactly as they should be: ${sums.exact} / ${sums.examples} = ${round(value)}.`,
    ];
  }
  return workings[averageOf(task, metric)](countedLabels(task, metric, sums), sums);
}

const round = (x: number): string => x.toFixed(3);
const share = (a: number, b: number): string => (b === 0 ? `${a} / 0, which counts as 0` : `${a} / ${b} = ${round(a / b)}`);
const f1Of = ({ hits, predicted, gold }: Omit<Counts, "label">): number =>
  predicted + gold === 0 ? 0 : (2 * hits) / (predicted + gold);

const workings: Readonly<Record<Average, (labels: readonly Counts[], sums: Sums) => string[]>> = {
  micro: pooledWorking,
  positive: pooledWorking,
  macro(labels) {
    const each = labels.map((of) => ({ label: of.label.replaceAll("_", " "), of, f1: f1Of(of) }));
    const mean = each.reduce((sum, { f1 }) => sum + f1, 0) / Math.max(1, each.length);
    const lines = each.map(
      ({ label, of, f1 }) =>
        `${label}: ${of.hits} right of ${of.predicted} predicted and ${of.gold} to be found, F1 = 2 × ${of.hits} / (${of.predicted} + ${of.gold}) = ${round(f1)}.`,
    );
    const summed = each.map(({ f1 }) => round(f1)).join(" + ");
    return [...lines, `The mean of ${each.length} labels: (${summed}) / ${each.length} = ${round(mean)}.`];
  },
  example(labels, { perExample, examples }) {
    const without = Object.keys(perExample)[0] ?? "";
    const of = perExample[without] ?? { precision: 0, recall: 0 };
    const [p, r] = [of.precision / Math.max(1, examples), of.recall / Math.max(1, examples)];
    const f1 = p + r === 0 ? 0 : (2 * p * r) / (p + r);
    return [
      `Each of ${examples} examples has a precision and a recall of its own, over ${labels.length} labels. Their means are ${round(p)} and ${round(r)}.`,
      `F1 = 2 × ${round(p)} × ${round(r)} / (${round(p)} + ${round(r)}) = ${round(f1)}.`,
    ];
  },
};

function pooledWorking(labels: readonly Counts[]): string[] {
  const sum = (field: "hits" | "predicted" | "gold") => labels.reduce((n, counts) => n + counts[field], 0);
  const [hits, predicted, gold] = [sum("hits"), sum("predicted"), sum("gold")];
  return [
    `Precision: right / predicted = ${share(hits, predicted)}.`,
    `Recall: right / to be found = ${share(hits, gold)}.`,
    `F1, their harmonic mean: 2 × ${hits} / (${predicted} + ${gold}) = ${round(f1Of({ hits, predicted, gold }))}.`,
  ];
}
