// Why a score is 0 where the model, or the test set, holds nothing at all to score. Knows no metric.

import { type Answer, answered } from "../experiment/answer.ts";
import type { Example, Shape } from "../tasks/example.ts";
import { labelsOf } from "../tasks/shapes.ts";
import type { Task } from "../tasks/task.ts";

/** Words of each shape: its examples, and finding something in one. */
const words: Readonly<Record<Shape, { readonly many: string; readonly found: string; readonly holds: string }>> = {
  token: { many: "test sentences", found: "marked nothing", holds: "marks nothing" },
  sentence: { many: "test texts", found: "gave no label", holds: "gives no label" },
  relation: { many: "test examples", found: "found no relation", holds: "states no relation" },
  pair: { many: "test pairs", found: "answered with no label that counts", holds: "has no label that counts" },
};

/** A sentence where nothing was found, or nothing is there to find; undefined elsewhere. `gold` and `given` are in one order. */
export function nothingFound(task: Task, gold: readonly Example[], given: readonly Answer[]): string | undefined {
  const { many, found, holds } = words[task.shape];
  const negative = new Set(task.labels.filter((label) => label.negative).map((label) => label.id));
  const isEmpty = (example: Example) => labelsOf(example).every((label) => label === "" || negative.has(label));
  if (gold.length === 0) return undefined;
  if (gold.every(isEmpty)) return `The test set ${holds} in its ${gold.length} ${many}, so there is nothing to score.`;
  const predicted = answered(gold, given);
  return predicted.length > 0 && predicted.every(isEmpty) ? `The model ${found} in ${predicted.length} ${many}.` : undefined;
}
