// Predictions beside gold, errors first. Pure; knows no component.

import { answered } from "../../../experiment/answer.ts";
import type { NotebookData, StageResult } from "../../../experiment/notebook.ts";
import type { Example } from "../../../tasks/example.ts";
import { sameItems } from "../../../tasks/shapes.ts";

export interface Comparison {
  /** In the test set, from 0. */
  readonly index: number;
  readonly gold: Example;
  readonly predicted: Example;
  readonly right: boolean;
}

/** Wrong ones first, each part in the order of the test set. */
export function compare({ test }: NotebookData, { predicted }: StageResult): readonly Comparison[] {
  const rows = answered(test, predicted).flatMap((prediction, index): Comparison[] => {
    const gold = test[index];
    return gold ? [{ index, gold, predicted: prediction, right: sameItems(gold, prediction) }] : [];
  });
  return [...rows.filter((r) => !r.right), ...rows.filter((r) => r.right)];
}
