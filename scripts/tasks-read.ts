// Files of a data set, read for a task as the app reads them: npm run tasks -- --read TASK PATH... Changes nothing.

import { ClinfuseError } from "../src/base/errors.ts";
import { rng } from "../src/base/rng.ts";
import { datasetOf, type ReadRows, readRows } from "../src/formats/dataset.ts";
import { overlapRemarks } from "../src/formats/dataset-remarks.ts";
import type { Rows } from "../src/formats/format.ts";
import type { Example } from "../src/tasks/example.ts";
import { labelsOf, spansOf } from "../src/tasks/shapes.ts";
import type { Task } from "../src/tasks/task.ts";
import { type Fault, faultOf } from "./command.ts";
import { pickedFiles } from "./picked-files.ts";
import { taskAsked } from "./task-argument.ts";

export interface ReadLine {
  readonly task: string;
  readonly format: string;
  /** Rows of the corpus's own sets. A corpus without sets has those that a run with seed 1 draws. */
  readonly train: number;
  readonly dev: number;
  readonly test: number;
  /** Rows that carry the label; for a task that marks spans, the spans. */
  readonly labels: Readonly<Record<string, number>>;
  readonly spans: number;
  readonly remarks: readonly string[];
}

export interface ReadFault {
  readonly error: Fault;
}

/** Never throws for what is wrong with the files or with their names. */
export async function readTask(id: string, paths: readonly string[]): Promise<ReadLine | ReadFault> {
  try {
    const task = taskAsked(id);
    if (paths.length === 0) throw new ClinfuseError("file-missing", "no file or folder is named after the task");
    return lineOf(task, await readRows(task, pickedFiles(paths)));
  } catch (error) {
    if (!(error instanceof ClinfuseError)) throw error;
    const fault = faultOf(error);
    const [path, ...more] = paths;
    return { error: { ...fault, file: fault.file ?? (more.length === 0 ? (path ?? null) : null) } }; // of a folder as a whole
  }
}

interface Sets {
  readonly train: readonly Example[];
  readonly dev: readonly Example[];
  readonly test: readonly Example[];
  readonly remarks: readonly string[];
}

function lineOf(task: Task, { format, rows }: ReadRows): ReadLine {
  const { train, dev, test, remarks } = setsOf(task, rows);
  const all = [train, dev, test].flat();
  const marks = task.shape === "token";
  const carried = all.flatMap((example) => (marks ? spansOf(example).map((span) => span.label) : labelsOf(example)));
  const labels = Object.fromEntries(task.labels.map((label) => [label.id, 0]));
  for (const label of carried) labels[label] = (labels[label] ?? 0) + 1;
  return {
    task: task.id,
    format: format.id,
    train: train.length,
    dev: dev.length,
    test: test.length,
    labels,
    spans: all.reduce((sum, example) => sum + spansOf(example).length, 0),
    remarks,
  };
}

/** The sets that the files name; where they name none, those that a run would draw, or all rows as the test set where it could draw none. */
function setsOf(task: Task, rows: Rows): Sets {
  const { train, validation, test = [], full, dev, pool } = rows.rows;
  const run = runOf(task, rows);
  if (train || validation || rows.rows.test || full || dev) {
    const beside = (set: unknown, more: readonly Example[] | undefined, name: string): string[] =>
      set && more ? [`${name} holds ${more.length} more row${more.length === 1 ? "" : "s"}, not counted here.`] : [];
    const sets = { train: train ?? full ?? [], dev: validation ?? dev ?? [], test };
    return {
      ...sets,
      remarks: [
        ...run.remarks,
        ...overlapRemarks(task, { train: sets.train, validation: sets.dev, test }),
        ...beside(train, full, rows.names.full),
        ...beside(validation, dev, rows.names.dev),
        ...beside(true, pool, rows.names.pool),
      ],
    };
  }
  const { train: few = [], dev: best = [], test: rest = pool ?? [] } = run.sets ?? {};
  const sets = { train: few, dev: best, test: rest };
  return { ...sets, remarks: [...run.remarks, ...overlapRemarks(task, { train: few, validation: best, test: rest })] };
}

/** The sets of a run, and its remarks but for those on the rows themselves; where the rows do not suffice for one, the reason is a remark. */
function runOf(task: Task, rows: Rows): { readonly sets?: Omit<Sets, "remarks">; readonly remarks: readonly string[] } {
  try {
    const { train, validation, test, remarks } = datasetOf(task, rows, rng("dataset", 1));
    const overlaps = overlapRemarks(task, { train, validation, test });
    return { sets: { train, dev: validation, test }, remarks: remarks.filter((remark) => !overlaps.includes(remark)) };
  } catch (error) {
    if (!(error instanceof ClinfuseError)) throw error;
    return { remarks: [...rows.remarks, `A run needs more: ${error.message}.`] };
  }
}
