// Counts that every metric is made of, and an example's part in them: hits, predicted and gold items by label. Knows no average.

import type { Example } from "../tasks/example.ts";
import { itemsOf, sameItems } from "../tasks/shapes.ts";

/** Counts of one label. */
export interface Counts {
  readonly label: string;
  hits: number;
  predicted: number;
  gold: number;
}

/** Counts of one example, for the labels that it is about, and whether it is right as a whole. */
export interface Tally {
  readonly exact: boolean;
  readonly counts: readonly Counts[];
}

export function tallyOf(gold: Example, predicted: Example): Tally {
  const counts = new Map<string, Counts>();
  const of = (label: string): Counts => {
    const found = counts.get(label) ?? { label, hits: 0, predicted: 0, gold: 0 };
    counts.set(label, found);
    return found;
  };
  const wanted = itemsOf(gold);
  const keys = new Set(wanted.map((item) => item.key));
  for (const { label } of wanted) of(label).gold++;
  for (const { key, label } of itemsOf(predicted)) {
    const count = of(label);
    count.predicted++;
    if (keys.has(key)) count.hits++;
  }
  return { exact: sameItems(gold, predicted), counts: [...counts.values()] };
}
