// Measures of the texts of an arena's cells beside the real ones': a row a task and method, the seeds together. Pure.

import type { Estimate } from "../analyse/interval.ts";
import type { TextMeasures } from "../experiment/text-measures.ts";
import type { ArenaTable } from "./arena-table.ts";

export interface TextRow {
  readonly task: string;
  readonly method: string;
  /** Runs that are measured. */
  readonly runs: number;
  /** Mean of a run. */
  readonly texts: number;
  /** Distance at equal size; of the real text, between two of its parts. Undefined where that is too small to be parted. */
  readonly cmd: Estimate | undefined;
  readonly aps: Estimate;
  readonly nearest: Estimate;
  readonly entities: number;
  /** Texts that the entities are of: as many as the smaller set has. */
  readonly of: number;
}

/** The real text of each task first, then its methods. An encoder that is trained has no part in it: each method once. */
export function textRows({ tasks, rows }: ArenaTable): readonly TextRow[] {
  return tasks.flatMap(({ name: task }, i) => {
    const seen = new Set<string>();
    const own = rows.flatMap(({ id, method, cells }) => {
      const measures = cells[i]?.measures ?? [];
      if (measures.length === 0 || seen.has(id)) return [];
      seen.add(id);
      return [{ method, measures }];
    });
    if (own.length === 0) return [];
    return [
      realRow(
        task,
        own.flatMap(({ measures }) => measures),
      ),
      ...own.map((of) => methodRow(task, of.method, of.measures)),
    ];
  });
}

function methodRow(task: string, method: string, measures: readonly TextMeasures[]): TextRow {
  const equal = measures.flatMap((of) => (of.equal ? [of.equal.between] : []));
  return {
    task,
    method,
    runs: measures.length,
    texts: meanOf(measures.map(({ texts }) => texts)),
    cmd: equal.length === measures.length ? together(equal) : undefined,
    aps: together(measures.map(({ aps }) => aps)),
    nearest: together(measures.map(({ nearest }) => nearest)),
    entities: meanOf(measures.map(({ entities }) => entities)),
    of: meanOf(measures.map(({ equalSize }) => equalSize)),
  };
}

function realRow(task: string, measures: readonly TextMeasures[]): TextRow {
  const floors = measures.flatMap((of) => (of.equal ? [of.equal.floor] : []));
  return {
    task,
    method: "Real text",
    runs: 0,
    texts: meanOf(measures.map(({ real }) => real.texts)),
    cmd: floors.length > 0 ? together(floors) : undefined,
    aps: together(measures.map(({ real }) => real.aps)),
    nearest: together(measures.map(({ real }) => real.nearest)),
    entities: meanOf(measures.map(({ real }) => real.entities)),
    of: meanOf(measures.map(({ equalSize }) => equalSize)),
  };
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;

/** Mean of values, and of the bounds of their intervals where all have one: no narrower than one run's, for they share the real text. */
function together(estimates: readonly Estimate[]): Estimate {
  const bounded = estimates.flatMap(({ low, high }) => (low === undefined || high === undefined ? [] : [{ low, high }]));
  const value = meanOf(estimates.map((of) => of.value));
  if (bounded.length < estimates.length) return { value };
  return { value, low: meanOf(bounded.map(({ low }) => low)), high: meanOf(bounded.map(({ high }) => high)) };
}
