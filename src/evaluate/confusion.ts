// The confusion matrix: what was predicted for each gold label. Knows no page.

import type { Example, TokenExample } from "../tasks/example.ts";
import { labelsOf } from "../tasks/shapes.ts";
import type { LearnableTask } from "../tasks/task.ts";
import { overlaps, type WordSpan, wordSpansOf } from "./overlap.ts";
import { severalItems } from "./score.ts";

/** Row of predictions without a gold label, and column of gold labels without a prediction; no label's id is empty. */
export const nothing = "";

export interface Confusion {
  /** Names of rows and columns: the task's labels in its order, then `nothing` where labels can be missed or made up. */
  readonly names: readonly string[];
  /** [gold][predicted] */
  readonly counts: readonly (readonly number[])[];
}

type Pair = readonly [gold: string, predicted: string];

/**
 * Examples with one label count once. Of several labels each counts that was given, missed or made up. A span counts as found where a predicted one of its
 * label shares a word with it, then as taken for another label where one of that does.
 */
export function confusion(task: LearnableTask, gold: readonly Example[], predicted: readonly Example[]): Confusion {
  const labels = task.labels.map(({ id }) => id);
  const one = !severalItems(task);
  const names = one ? labels : [...labels, nothing];
  const counts = names.map(() => names.map(() => 0));
  for (const [i, example] of gold.entries()) {
    for (const [row, column] of pairsOf(example, predicted[i] as Example, one)) {
      const [cells, c] = [counts[names.indexOf(row)], names.indexOf(column)];
      if (cells && c >= 0) cells[c] = (cells[c] as number) + 1;
    }
  }
  return { names, counts };
}

function pairsOf(gold: Example, predicted: Example, one: boolean): Pair[] {
  if (gold.kind === "token" && predicted.kind === "token") return spanPairs(gold, predicted);
  const [own, found] = [labelsOf(gold), labelsOf(predicted)];
  if (one) return [[own[0] ?? nothing, found[0] ?? nothing]];
  return [
    ...own.map((label): Pair => [label, found.includes(label) ? label : nothing]),
    ...found.filter((label) => !own.includes(label)).map((label): Pair => [nothing, label]),
  ];
}

function spanPairs(gold: TokenExample, predicted: TokenExample): Pair[] {
  const [wanted, given] = [wordSpansOf(gold), wordSpansOf(predicted)];
  const pairs: Pair[] = [];
  const [open, free] = [new Set(wanted), new Set(given)];
  const pair = (own: readonly WordSpan[], found: readonly WordSpan[]): void => {
    for (const [i, j] of overlaps(own, found)) {
      const [a, b] = [own[i] as WordSpan, found[j] as WordSpan];
      open.delete(a);
      free.delete(b);
      pairs.push([a.label, b.label]);
    }
  };
  for (const label of new Set(wanted.map((span) => span.label)))
    pair(
      wanted.filter((span) => span.label === label),
      given.filter((span) => span.label === label),
    );
  pair([...open], [...free]);
  return [
    ...pairs,
    ...[...open].map(({ label }): Pair => [label, nothing]),
    ...[...free].map(({ label }): Pair => [nothing, label]),
  ];
}
