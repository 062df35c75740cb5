// How sure the scores of a run are, as the page and the report tell it. Leaves the computation to whoever is asked.

import type { Interval, PairedComparison } from "../evaluate/bootstrap.ts";
import type { ConstantAnswer } from "../evaluate/constant.ts";
import type { Overlapping } from "../evaluate/overlap.ts";
import type { Answer } from "../experiment/answer.ts";
import type { TrainingResult } from "../experiment/notebook.ts";
import type { TaskRef } from "../tasks/catalogue.ts";
import type { Example } from "../tasks/example.ts";
import type { StageId } from "../train/train-config.ts";

export interface Sureness {
  /** 95 % intervals by `metricId`; a stage of fewer than two examples has none. */
  readonly intervals: Readonly<Partial<Record<StageId, Readonly<Record<string, Interval>> | undefined>>>;
  /** With synthetic examples against few-shot alone, on the main metric; absent where one of them is not there. */
  readonly gain?: PairedComparison;
  /** Scores in which overlapping spans count; a task without spans has none. */
  readonly overlapping?: Readonly<Partial<Record<StageId, Overlapping | undefined>>>;
  /** The best constant answer, and each stage less it, on the main metric; a task of spans has none. */
  readonly constant?: ConstantAnswer & { readonly less: Readonly<Partial<Record<StageId, PairedComparison | undefined>>> };
}

/** Intervals of each model's answers to `gold`, and each model after the first against it: the analyse worker's. */
export type AskIntervals = (request: {
  readonly task: TaskRef;
  readonly gold: readonly Example[];
  readonly models: readonly (readonly Answer[])[];
}) => Promise<{
  readonly intervals: readonly (Readonly<Record<string, Interval>> | undefined)[];
  readonly against: readonly (PairedComparison | undefined)[];
  readonly overlapping: readonly (Overlapping | undefined)[];
  readonly constant: (ConstantAnswer & { readonly less: readonly (PairedComparison | undefined)[] }) | undefined;
}>;

/** Asks once for all stages that there are. Without `gold`, which a capsule may leave out, nothing can be said. */
export async function surenessOf(
  task: TaskRef,
  gold: readonly Example[],
  results: TrainingResult["results"],
  ask: AskIntervals,
): Promise<Sureness> {
  if (gold.length === 0) return { intervals: {} };
  const stages = (["few", "synthetic"] as const).filter((stage) => results[stage] !== undefined);
  const models = stages.map((stage) => results[stage]?.predicted ?? []);
  const { intervals, against, overlapping, constant } = await ask({ task, gold, models });
  const by = <T>(each: readonly T[]) => Object.fromEntries(stages.map((stage, i) => [stage, each[i]]));
  const lenient = overlapping.some((own) => own !== undefined) ? { overlapping: by(overlapping) } : {};
  const blind = constant ? { constant: { ...constant, less: by(constant.less) } } : {};
  return { intervals: by(intervals), ...(against[0] ? { gain: against[0] } : {}), ...lenient, ...blind };
}
