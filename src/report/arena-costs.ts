// Costs of an arena's cells: acceptance, tokens, time, energy by a stated assumption, and the paper's API by its price (Table 10). Pure.

import { type ArenaCell, type ArenaTable, mean } from "./arena-table.ts";
import { apiPrice } from "./paper-extras.ts";

export interface CostRow {
  readonly task: string;
  readonly method: string;
  readonly encoder: string;
  readonly accepted: number;
  readonly attempts: number;
  /** For one run: the mean over its seeds. Undefined where nobody counted. */
  readonly promptTokens: number | undefined;
  readonly completionTokens: number | undefined;
  readonly seconds: number;
  readonly wattHours: number;
  /** Dollars that the paper's API would have asked for the tokens, and for 1,000 samples like these. */
  readonly dollars: number | undefined;
  readonly dollarsPerThousand: number | undefined;
  /** Table 10. */
  readonly paper: number | undefined;
}

/** Cells that are done, a row each. `watts`: what the computer is taken to draw all the while. */
export function costRows({ tasks, rows }: ArenaTable, watts: number): readonly CostRow[] {
  return tasks.flatMap(({ name }, i) =>
    rows.flatMap(({ method, encoder, source, cells }) => {
      const cell = cells[i];
      if (!cell || mean(cell.values) === undefined) return [];
      return [{ task: name, method, encoder, ...costOf(cell, watts, source.kind === "in-context") }];
    }),
  );
}

function costOf(cell: ArenaCell, watts: number, answers: boolean): Omit<CostRow, "task" | "method" | "encoder"> {
  const runs = cell.values.length;
  const { accepted, attempts, tokens, paperCost: paper } = cell;
  const seconds = cell.spent / 1000 / runs;
  const samples = answers ? cell.tests : accepted;
  const all = tokens && ((tokens.prompt + tokens.completion) * apiPrice) / 1000;
  return {
    accepted: accepted / runs,
    attempts: attempts / runs,
    promptTokens: tokens && tokens.prompt / runs,
    completionTokens: tokens && tokens.completion / runs,
    seconds,
    wattHours: (watts * seconds) / 3600,
    dollars: all === undefined ? undefined : all / runs,
    dollarsPerThousand: all === undefined || samples === 0 ? undefined : (1000 * all) / samples,
    paper,
  };
}
