// Spans that meet, whether or not their ends are the same: the matching that lenient scores and the confusion of types are counted by. Knows no average.

import type { Example, TokenExample } from "../tasks/example.ts";
import type { LearnableTask } from "../tasks/task.ts";
import { wordSpans } from "../tasks/words.ts";
import { type Interval, scoreIntervals } from "./bootstrap.ts";
import { scoresOf } from "./score.ts";
import type { Scores } from "./scores.ts";
import { type Tally, tallyOf } from "./tally.ts";

/** A span by the words that it covers, as the exact scores count it: what no model can tell apart is one answer. */
export interface WordSpan {
  readonly start: number;
  readonly end: number;
  readonly label: string;
}

export const wordSpansOf = ({ text, spans }: TokenExample): WordSpan[] =>
  wordSpans(text, spans).map(({ start, end, span: { label } }) => ({ start, end, label }));

/** Positions of a gold and of a predicted span that share a word. */
export type Match = readonly [gold: number, predicted: number];

/**
 * The most pairs of spans that share a word, each span in one pair at most, in order. Spans of each list are in order and apart, so that taking the
 * first pair that meets, and else passing over the span that ends first, is best. O(spans).
 */
export function overlaps(gold: readonly WordSpan[], predicted: readonly WordSpan[]): Match[] {
  const matches: Match[] = [];
  let [i, j] = [0, 0];
  while (i < gold.length && j < predicted.length) {
    const [a, b] = [gold[i] as WordSpan, predicted[j] as WordSpan];
    if (a.start < b.end && b.start < a.end) matches.push([i++, j++]);
    else if (a.end <= b.end) i++;
    else j++;
  }
  return matches;
}

/**
 * Tally in which a span counts as found where one of its own label overlaps it, a gold span by one predicted span at most; `tallyOf`'s for examples
 * without spans. Several definitions of lenient scores exist; in this one precision and recall share their hits, as in the exact one.
 */
export function overlapTally(gold: Example, predicted: Example): Tally {
  if (gold.kind !== "token" || predicted.kind !== "token") return tallyOf(gold, predicted);
  const [wanted, given] = [wordSpansOf(gold), wordSpansOf(predicted)];
  const labels = [...new Set([...wanted, ...given].map(({ label }) => label))];
  const counts = labels.map((label) => {
    const own = wanted.filter((span) => span.label === label);
    const found = given.filter((span) => span.label === label);
    return { label, hits: overlaps(own, found).length, predicted: found.length, gold: own.length };
  });
  return { exact: counts.every((count) => count.hits === count.gold && count.hits === count.predicted), counts };
}

/** Scores in which overlapping spans count, and their 95 % intervals; those are undefined for fewer than two examples. */
export interface Overlapping {
  readonly values: Scores["values"];
  readonly intervals?: Readonly<Record<string, Interval>>;
}

/** Undefined for tasks without spans: there every score is exact. */
export function overlapping(
  task: LearnableTask,
  gold: readonly Example[],
  predicted: readonly Example[],
): Overlapping | undefined {
  if (task.shape !== "token") return undefined;
  const tallies = gold.map((example, i) => overlapTally(example, predicted[i] as Example));
  const intervals = scoreIntervals(task, tallies);
  return { values: scoresOf(task, tallies).values, ...(intervals ? { intervals } : {}) };
}
