// The table of an arena: a method a row, a task a column, seeds together, the paper's number beside. Pure.

import { type Arena, cellsOf, columnName, methodId, type NamedCell, rowsOf } from "../experiment/arena.ts";
import { lastScores } from "../experiment/cell-summary.ts";
import type { Failure } from "../experiment/drive-cell.ts";
import { type Grid, type GridCell, gridSources, rowName, sharesOf } from "../experiment/grid.ts";
import { isValidationScored } from "../experiment/notebook.ts";
import type { Tokens } from "../experiment/product.ts";
import type { TextMeasures } from "../experiment/text-measures.ts";
import type { SourceConfig } from "../generate/source.ts";
import { taskOf } from "../tasks/catalogue.ts";
import { type Metric, metricId } from "../tasks/metric.ts";
import { type Method, type Verdict, type Verdicts, verdictsOf } from "./arena-standing.ts";
import { constantName } from "./constant-words.ts";
import { paperAblation, paperCost, paperErratum } from "./paper-extras.ts";
import { isCopied, paperRowOf, paperScore } from "./paper-numbers.ts";

export interface ArenaCell {
  /** The main metric of each seed that is done, in [0, 1], in the order of the seeds. */
  readonly values: readonly number[];
  readonly seeds: number;
  /** Interval, rank and tests; undefined before they are computed. */
  readonly verdict: Verdict | undefined;
  /** The others of the column are held against it. */
  readonly isBaseline: boolean;
  /** Accepted examples and attempts, over the seeds that are done. */
  readonly accepted: number;
  readonly attempts: number;
  /** Test examples, over the seeds that are done: what in-context inference answers. */
  readonly tests: number;
  /** Milliseconds, likewise. */
  readonly spent: number;
  /** Tokens, likewise; undefined for a source without a writer, and where a seed did not count them. */
  readonly tokens: Tokens | undefined;
  /** Measures of the texts of each seed that is done and measured. */
  readonly measures: readonly TextMeasures[];
  readonly failures: readonly Failure[];
  /** The source has no rows to give: no seed is computed. */
  readonly empty: boolean;
  /** Reported for PubMedBERT Base; undefined where the paper has no number. */
  readonly paper: number | undefined;
  /** The paper copied that number from another. */
  readonly copied: boolean;
  /** Errata known of that number. */
  readonly erratum: string | undefined;
  /** Dollars for 1,000 samples in the paper. */
  readonly paperCost: number | undefined;
}

export interface ArenaRow {
  /** `methodId` of the whole set. */
  readonly id: string;
  readonly method: string;
  readonly source: SourceConfig;
  readonly encoder: string;
  /** One for each of the table's tasks. */
  readonly cells: readonly ArenaCell[];
}

export interface ArenaTask {
  readonly id: string;
  readonly name: string;
  readonly metric: Metric;
  /** There were no test examples: its scores are those of the validation set, and flatter the models. */
  readonly onValidation: boolean;
  /** The best constant answer; absent before the standings are computed, and for a task of spans. */
  readonly constant?: { readonly words: string; readonly value: number };
}

export interface ArenaTable {
  readonly tasks: readonly ArenaTask[];
  readonly rows: readonly ArenaRow[];
  /** Encoders whose cells were trained from different files of that name: they do not compare. */
  readonly mixed: readonly string[];
}

/** `nameOf` tells a model's name, where the grid has several writers. */
export function arenaTable(arena: Arena, nameOf?: (model: string) => string, cells = cellsOf(arena)): ArenaTable {
  const { grid } = arena;
  const named = wholeCells(grid, cells);
  const tasks = grid.tasks.map((ref) => {
    const task = taskOf(ref);
    const { id, name, metrics } = task;
    const key = metricId(metrics, metrics[0]);
    const found = grid.encoders.map((encoder) => arena.standings?.[columnName({ task: id, encoder })]?.standing.constant);
    const answer = found.find((of) => of !== undefined);
    const constant = answer && { words: constantName(task, answer.labels), value: answer.values[key] ?? 0 };
    const rows = rowsOf(arena, id);
    const onValidation = rows.kind !== "sample" && rows.data !== undefined && isValidationScored(rows.data);
    return { id, name, metric: metrics[0], key, onValidation, ...(constant ? { constant } : {}) };
  });
  const methods = gridSources(grid).map((source) => ({ id: methodId({ source, share: 100 }), source }));
  const rows = grid.encoders.flatMap((encoder) => {
    const columns = tasks.map(({ id }) => columnVerdicts(arena, { task: id, encoder }, methods));
    return methods.map(({ id, source }): ArenaRow => {
      const own = tasks.map(({ id: task, key }, i) => {
        const seeds = named.get(`${columnName({ task, encoder })} ${id}`) ?? [];
        const column = columns[i];
        return {
          ...together(seeds, key),
          measures: measuresOf(arena, seeds),
          ...ofPaper(task, source),
          verdict: column?.of.get(id),
          isBaseline: column?.baseline === id,
        };
      });
      return { id, method: rowName(grid, source, nameOf), source, encoder, cells: own };
    });
  });
  const mixed = grid.encoders.filter((encoder) => filesOf(cells, encoder).size > 1);
  return { tasks: tasks.map(({ key: _, ...task }) => task), rows, mixed };
}

/** Keys of the files that the encoder's done cells were trained from, as far as they are known. */
const filesOf = (cells: readonly NamedCell[], encoder: string): ReadonlySet<string> =>
  new Set(
    cells.flatMap(({ cell, outcome }) =>
      cell.encoder === encoder && outcome?.kind === "done" ? (outcome.summary.weights ?? []) : [],
    ),
  );

/** Verdicts of a column; undefined before they are computed. */
export function columnVerdicts(
  arena: Pick<Arena, "standings" | "baseline">,
  column: Pick<GridCell, "task" | "encoder">,
  methods: readonly Method[],
): Verdicts | undefined {
  const found = arena.standings?.[columnName(column)];
  return found && verdictsOf(found.standing, methods, arena.baseline);
}

/** Cells of the whole sets by column and method, the seeds together; of the largest share where the grid leaves the whole out. */
function wholeCells(grid: Grid, cells: readonly NamedCell[]): ReadonlyMap<string, readonly NamedCell[]> {
  const found = new Map<string, NamedCell[]>();
  for (const named of cells) {
    const { cell } = named;
    if (cell.share !== Math.max(...sharesOf(cell.source, grid))) continue;
    const key = `${columnName(cell)} ${methodId({ ...cell, share: 100 })}`;
    found.set(key, [...(found.get(key) ?? []), named]);
  }
  return found;
}

const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);

function together(seeds: readonly NamedCell[], metric: string) {
  const done = seeds.flatMap(({ outcome }) => (outcome?.kind === "done" ? [outcome.summary] : []));
  const accepted = sum(done.map((summary) => summary.accepted));
  return {
    values: done.flatMap((summary) => lastScores(summary)[metric] ?? []),
    seeds: seeds.length,
    accepted,
    attempts: accepted + sum(done.flatMap(({ rejected }) => Object.values(rejected))),
    tests: sum(done.map(({ test }) => test)),
    spent: sum(done.flatMap(({ spent }) => Object.values(spent))),
    tokens: tokensOf(done.map(({ tokens }) => tokens)),
    failures: seeds.flatMap(({ outcome }) => (outcome?.kind === "failed" ? [outcome.failure] : [])),
    empty: seeds.length > 0 && seeds.every(({ empty }) => empty),
  };
}

function measuresOf({ measures = {} }: Arena, seeds: readonly NamedCell[]): readonly TextMeasures[] {
  return seeds.flatMap(({ outcome }) => (outcome?.kind === "done" ? (measures[outcome.summary.run ?? ""] ?? []) : []));
}

function tokensOf(each: readonly (Tokens | undefined)[]): Tokens | undefined {
  const known = each.filter((tokens) => tokens !== undefined);
  if (known.length === 0 || known.length < each.length) return undefined;
  return { prompt: sum(known.map(({ prompt }) => prompt)), completion: sum(known.map(({ completion }) => completion)) };
}

function ofPaper(task: string, source: SourceConfig) {
  const row = paperRowOf(source);
  return {
    paper: row ? paperScore(task, row) : paperAblation(task, source),
    copied: row !== undefined && isCopied(row),
    erratum: row && paperErratum(task, row),
    paperCost: paperCost(task, source, row),
  };
}

export const mean = (values: readonly number[]): number | undefined =>
  values.length === 0 ? undefined : values.reduce((a, b) => a + b, 0) / values.length;
