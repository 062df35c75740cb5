// An arena: a grid with the rows of its tasks and what came of each cell. Pure; the products themselves are the product store's.

import { canonicalJson } from "../base/hash.ts";
import type { Standing } from "../evaluate/standing.ts";
import type { SourceConfig } from "../generate/source.ts";
import { needs, sourceOf } from "../generate/sources.ts";
import { taskIdOf } from "../tasks/catalogue.ts";
import type { CellSummary } from "./cell-summary.ts";
import type { Failure } from "./drive-cell.ts";
import type { ExperimentConfig } from "./experiment-config.ts";
import { type Grid, type GridCell, gridCells } from "./grid.ts";
import type { NotebookData } from "./notebook.ts";
import { type Cell, sameSeeds } from "./plan.ts";
import { contentKey } from "./product.ts";
import type { TextMeasures } from "./text-measures.ts";

/** Rows of a task: its sample, those of a run, or those that a task of the user's own brings. All but a sample are copied: the arena outlives the others. */
export type ArenaRows =
  | { readonly kind: "sample" }
  /** `key`: the content's, so that other rows are other cells; of a task of the user's own, the task's with it. */
  | { readonly kind: "run"; readonly title: string; readonly key: string; readonly data: NotebookData }
  /** Without data where the task's examples do not suffice: its cells fail and say so. */
  | { readonly kind: "own"; readonly key: string; readonly data?: NotebookData };

export type Outcome =
  | { readonly kind: "done"; readonly summary: CellSummary }
  | { readonly kind: "failed"; readonly failure: Failure };

export interface Arena {
  readonly id: string;
  readonly createdAt: number; // milliseconds since the epoch
  readonly updatedAt: number;
  readonly title: string;
  readonly grid: Grid;
  /** By task; a task without an entry has its sample. */
  readonly rows: Readonly<Record<string, ArenaRows>>;
  /** By `cellName`. Cells of choices that were changed since stay, for they may be chosen again. */
  readonly outcomes: Readonly<Record<string, Outcome>>;
  /** Keys of products and ids of generation runs that were begun under it: they go when it goes. */
  readonly products: readonly string[];
  readonly logs: readonly string[];
  /** Intervals, tests and ranks by `columnName`, each with the key of what it follows from. Absent: none yet. */
  readonly standings?: Readonly<Record<string, { readonly key: string; readonly standing: Standing }>>;
  /** Measures of the texts, by the id of their run: cells of one run share them. Absent: none yet. */
  readonly measures?: Readonly<Record<string, TextMeasures>>;
  /** Id of the method that the others are held against. Absent: the best baseline that a language model writes. */
  readonly baseline?: string;
  /** Watts that the computer is taken to draw at work. Absent: `assumedWatts`. */
  readonly watts?: number;
}

/** Watts of a laptop whose processor is busy: an assumption, since no browser tells. */
export const assumedWatts = 30;

/** Name of a task's column under one encoder. */
export const columnName = ({ task, encoder }: Pick<GridCell, "task" | "encoder">): string => canonicalJson({ task, encoder });

/** Id of a method in a standing: its choices, its share where that is a part, and the filter of its examples. */
export const methodId = ({
  source,
  share,
  filter,
}: Pick<GridCell, "source" | "share"> & Pick<ExperimentConfig, "filter">): string =>
  canonicalJson({ source, ...(share === 100 ? {} : { share }), ...(filter ? { filter } : {}) });

/** A source of all the real rows is a ceiling: it is compared, and not ranked. */
export const isCeiling = (source: SourceConfig): boolean => needs(source, "gold");

/** Runs of a column that can be judged: done, and by a version that kept the keys of their predictions. */
export interface JudgedRun {
  readonly cell: NamedCell;
  readonly method: string;
  readonly predictions: string;
  readonly set: string;
}

export function judgedRuns(cells: readonly NamedCell[]): ReadonlyMap<string, readonly JudgedRun[]> {
  const columns = new Map<string, JudgedRun[]>();
  for (const named of cells) {
    const judged = named.outcome?.kind === "done" ? named.outcome.summary.judged : undefined;
    if (!judged) continue;
    const name = columnName(named.cell);
    const run = { cell: named, method: methodId(named.cell), predictions: judged.predictions, set: judged.test };
    columns.set(name, [...(columns.get(name) ?? []), run]);
  }
  return columns;
}

/** Texts that can be measured, once each: the first cell of every run that wrote some. */
export function writtenRuns(cells: readonly NamedCell[]): readonly WrittenRun[] {
  const runs = new Map<string, WrittenRun>();
  for (const cell of cells) {
    const { outcome } = cell;
    if (outcome?.kind !== "done" || sourceOf(cell.cell.source).answers) continue;
    const { run, accepted } = outcome.summary;
    if (run !== undefined && accepted > 0 && !runs.has(run)) runs.set(run, { run, accepted, cell });
  }
  return [...runs.values()];
}

export interface WrittenRun {
  readonly run: string;
  readonly accepted: number;
  readonly cell: NamedCell;
}

/** Version of what a standing says: 2 ranks each two methods by the seeds that both have. */
const standingVersion = 2;

/** Key of a column's standing: the predictions, the test sets and the task that it follows from. */
export const standingKey = (runs: readonly JudgedRun[]): Promise<string> => {
  const from = runs.map(({ cell, method, predictions, set }) => [
    cell.cell.config.task,
    cell.cell.seed,
    method,
    predictions,
    set,
  ]);
  return contentKey([standingVersion, from]);
};

export const rowsOf = (arena: Pick<Arena, "rows">, task: string): ArenaRows => arena.rows[task] ?? { kind: "sample" };

/** Everything that a cell follows from, but for the rows themselves and a task of the user's own, which the rows' key stands for. */
export function cellName({ config }: GridCell, rows: ArenaRows): string {
  return canonicalJson({
    config: { ...config, task: taskIdOf(config.task) },
    rows: rows.kind === "sample" ? rows.kind : rows.key,
  });
}

/** A source of real rows has nothing to give where there are none. */
export function lacksRows({ source }: GridCell, rows: ArenaRows): boolean {
  return needs(source, "gold") && (rows.kind === "sample" || (rows.data?.gold ?? []).length === 0);
}

export interface NamedCell {
  readonly cell: GridCell;
  readonly name: string;
  readonly outcome: Outcome | undefined;
  /** Its source has no rows to give: it is not computed. */
  readonly empty: boolean;
}

/** Every cell of the grid in the order of the plan. */
export function cellsOf(arena: Pick<Arena, "grid" | "rows" | "outcomes">): readonly NamedCell[] {
  return gridCells(arena.grid).map((cell) => {
    const rows = rowsOf(arena, cell.task);
    const name = cellName(cell, rows);
    return { cell, name, outcome: arena.outcomes[name], empty: lacksRows(cell, rows) };
  });
}

/** The cell for the driver; its trained model is not kept. */
export async function planned({ cell: { config, seed }, name }: NamedCell): Promise<Cell> {
  return { config, seeds: sameSeeds(seed), keepModel: false, place: `arena-${await contentKey(name)}` };
}
