// The table of an arena: a method a row, a task a column, seeds together, the paper's number beside. Pure.

import type { Arena, NamedCell } from "../experiment/arena.ts";
import { cellsOf } from "../experiment/arena.ts";
import { lastScores } from "../experiment/cell-summary.ts";
import type { Failure } from "../experiment/drive-cell.ts";
import { methodName } from "../experiment/grid.ts";
import { taskOf } from "../tasks/catalogue.ts";
import { type Metric, metricId } from "../tasks/metric.ts";
import { isCopied, type PaperRow, paperRowOf, paperScore } from "./paper-numbers.ts";

export interface ArenaCell {
  /** The main metric of each seed that is done, in [0, 1], in the order of the seeds. */
  readonly values: readonly number[];
  readonly seeds: number;
  /** Accepted examples and attempts, over the seeds that are done. */
  readonly accepted: number;
  readonly attempts: number;
  /** Milliseconds, likewise. */
  readonly spent: number;
  readonly failures: readonly Failure[];
  /** The source has no rows to give: no seed is computed. */
  readonly empty: boolean;
  /** Reported for PubMedBERT Base; undefined where the paper has no number. */
  readonly paper: number | undefined;
  /** The paper copied that number from another. */
  readonly copied: boolean;
}

export interface ArenaRow {
  readonly method: string;
  readonly encoder: string;
  /** One for each of the table's tasks. */
  readonly cells: readonly ArenaCell[];
}

export interface ArenaTable {
  readonly tasks: readonly { readonly id: string; readonly name: string; readonly metric: Metric }[];
  readonly rows: readonly ArenaRow[];
}

export function arenaTable(arena: Arena): ArenaTable {
  const { grid } = arena;
  const named = cellsOf(arena);
  const tasks = grid.tasks.map((ref) => {
    const { id, name, metrics } = taskOf(ref);
    return { id, name, metric: metrics[0], key: metricId(metrics, metrics[0]) };
  });
  const rows = grid.encoders.flatMap((encoder) =>
    grid.sources.map((source): ArenaRow => {
      const paperRow = paperRowOf(source);
      const cells = tasks.map(({ id, key }) =>
        together(
          named.filter(({ cell }) => cell.task === id && cell.encoder === encoder && cell.source === source),
          key,
          paperRow,
          id,
        ),
      );
      return { method: methodName(source), encoder, cells };
    }),
  );
  return { tasks: tasks.map(({ key: _, ...task }) => task), rows };
}

function together(seeds: readonly NamedCell[], metric: string, paperRow: PaperRow | undefined, task: string): ArenaCell {
  const done = seeds.flatMap(({ outcome }) => (outcome?.kind === "done" ? [outcome.summary] : []));
  const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
  const accepted = sum(done.map((summary) => summary.accepted));
  return {
    values: done.flatMap((summary) => lastScores(summary)[metric] ?? []),
    seeds: seeds.length,
    accepted,
    attempts: accepted + sum(done.flatMap(({ rejected }) => Object.values(rejected))),
    spent: sum(done.flatMap(({ spent }) => Object.values(spent))),
    failures: seeds.flatMap(({ outcome }) => (outcome?.kind === "failed" ? [outcome.failure] : [])),
    empty: seeds.length > 0 && seeds.every(({ empty }) => empty),
    paper: paperRow && paperScore(task, paperRow),
    copied: paperRow !== undefined && isCopied(paperRow),
  };
}

export const mean = (values: readonly number[]): number | undefined =>
  values.length === 0 ? undefined : values.reduce((a, b) => a + b, 0) / values.length;

/** One line a cell, seeds apart, for a spreadsheet: RFC 4180. */
export function arenaCsv(arena: Arena): string {
  const head = ["task", "method", "encoder", "seed", "metric", "few", "all", "accepted", "attempts", "seconds", "error"];
  const lines = cellsOf(arena).flatMap(({ cell, outcome }) => {
    const of = [cell.task, methodName(cell.source), cell.encoder, String(cell.seed)];
    if (outcome === undefined) return [];
    if (outcome.kind === "failed") return [[...of, "", "", "", "", "", "", outcome.failure.message]];
    const { scores, accepted, rejected, spent } = outcome.summary;
    const attempts = Object.values(rejected).reduce((a, b) => a + b, accepted);
    const seconds = Object.values(spent).reduce((a, b) => a + b, 0) / 1000;
    const { metrics } = taskOf(cell.config.task);
    return metrics.map((metric) => {
      const key = metricId(metrics, metric);
      const value = (stage: "few" | "synthetic") => String(scores[stage]?.[key] ?? "");
      return [...of, key, value("few"), value("synthetic"), String(accepted), String(attempts), seconds.toFixed(1), ""];
    });
  });
  return `${[head, ...lines].map((fields) => fields.map(quoted).join(",")).join("\r\n")}\r\n`;
}

/** Quotes where RFC 4180 wants them; what a spreadsheet would take for a formula is made text. */
function quoted(field: string): string {
  const text = /^[=+\-@\t\r]/.test(field) && Number.isNaN(Number(field)) ? `'${field}` : field;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
