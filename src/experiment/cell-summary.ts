// A cell's result as a line of a table: counts, scores and times, without texts. Pure.

import type { RejectReason } from "../generate/source.ts";
import type { StageId } from "../train/train-config.ts";
import type { CellResult } from "./drive-cell.ts";
import type { Step } from "./notebook.ts";
import type { Tokens } from "./product.ts";

export interface CellSummary {
  readonly run: string | undefined;
  /** LanguageModel.id of the writer. */
  readonly writer: string | undefined;
  readonly accepted: number;
  readonly rejected: Readonly<Partial<Record<RejectReason, number>>>;
  readonly scores: Readonly<Partial<Record<StageId, Readonly<Record<string, number>>>>>;
  /** Tokens of the run; absent for a source without a writer, and in a cell of an older version. */
  readonly tokens?: Tokens;
  /** Examples that stage II learnt from, where that is a share of the run's. */
  readonly learnt?: number;
  /** Test examples that were scored. */
  readonly test: number;
  /** Keys of the last stage's predictions and of the rows that they answer. Absent in a cell of an older version. */
  readonly judged?: { readonly predictions: string; readonly test: string };
  /** Key of the encoder's files that it was trained from. Absent where it is not known, and in a cell of an older version. */
  readonly weights?: string;
  readonly remarks: readonly string[];
  readonly spent: Readonly<Partial<Record<Step, number>>>; // milliseconds
}

export function summaryOf({ data, keys, made, training, answered, predictions, spent }: CellResult): CellSummary {
  const learnt = training?.basis.examples;
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
    ...(made?.writer && made.tokens ? { tokens: made.tokens } : {}),
    ...(made && learnt !== undefined && learnt !== made.accepted ? { learnt } : {}),
    test: data.test.length,
    ...(predictions === undefined ? {} : { judged: { predictions, test: keys.test } }),
    ...(training?.weights === undefined ? {} : { weights: training.weights }),
    remarks: [...data.remarks, ...(training?.remarks ?? [])],
    spent,
  };
}

/** The scores of the cell's last stage: with synthetic examples where it has any. */
export const lastScores = ({ scores }: CellSummary): Readonly<Record<string, number>> => scores.synthetic ?? scores.few ?? {};
