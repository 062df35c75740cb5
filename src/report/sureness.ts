// How sure the scores of a run are, as the page and the report tell it. Knows no computation.

import type { Interval, PairedComparison } from "../evaluate/bootstrap.ts";
import type { StageId } from "../train/train-config.ts";

export interface Sureness {
  /** 95 % intervals by `metricId`; a stage of fewer than two examples has none. */
  readonly intervals: Readonly<Partial<Record<StageId, Readonly<Record<string, Interval>> | undefined>>>;
  /** With synthetic examples against few-shot alone, on the main metric; absent where one of them is not there. */
  readonly gain?: PairedComparison;
}
