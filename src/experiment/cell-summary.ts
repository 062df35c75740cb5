// A cell's result as a line of a table: counts, scores and times, without texts. Pure.

import type { RejectReason } from "../generate/source.ts";
import type { StageId } from "../train/train-config.ts";
import type { CellResult } from "./drive-cell.ts";
import type { Step } from "./notebook.ts";

export interface CellSummary {
  readonly run: string | undefined;
  /** LanguageModel.id of the writer. */
  readonly writer: string | undefined;
  readonly accepted: number;
  readonly rejected: Readonly<Partial<Record<RejectReason, number>>>;
  readonly scores: Readonly<Partial<Record<StageId, Readonly<Record<string, number>>>>>;
  /** Test examples that were scored. */
  readonly test: number;
  /** Of the data and of the training. */
  readonly remarks: readonly string[];
  readonly spent: Readonly<Partial<Record<Step, number>>>; // milliseconds
}

export function summaryOf({ data, made, training, answered, spent }: CellResult): CellSummary {
  const results = Object.entries(training?.results ?? {});
  return {
    run: made?.run,
    writer: made?.writer?.id,
    accepted: made?.accepted ?? 0,
    rejected: made?.rejected ?? {},
    scores: {
      ...Object.fromEntries(results.map(([stage, { scores }]) => [stage, scores.values])),
      ...(answered ? { synthetic: answered.scores.values } : {}), // a source's own answers stand where its training's would
    },
    test: data.test.length,
    remarks: [...data.remarks, ...(training?.remarks ?? [])],
    spent,
  };
}

/** The scores of the cell's last stage: with synthetic examples where it has any. */
export const lastScores = ({ scores }: CellSummary): Readonly<Record<string, number>> => scores.synthetic ?? scores.few ?? {};
