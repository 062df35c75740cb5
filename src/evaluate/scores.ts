// Scores of a test set. Pure data.

export interface LabelScores {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Gold items of this label. */
  readonly support: number;
}

export interface Scores {
  /** The task's metrics by `metricId`, each in [0, 1]. */
  readonly values: Readonly<Record<string, number>>;
  readonly perLabel: Readonly<Record<string, LabelScores>>;
  /** Examples scored. */
  readonly examples: number;
}
