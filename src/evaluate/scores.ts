// What a scoring gives back. Pure data.

import type { Metric } from "../tasks/task.ts";

export interface LabelScores {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Gold items of this label. */
  readonly support: number;
}

export interface Scores {
  /** The task's metrics, each in [0, 1]. */
  readonly values: Readonly<Partial<Record<Metric, number>>>;
  readonly perLabel: Readonly<Record<string, LabelScores>>;
  /** Examples scored. */
  readonly examples: number;
}
