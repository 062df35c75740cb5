// Labels of a table's cells: names, numbers that the file names, numbers that mean one thing in every copy of a corpus. Knows no columns.

import type { Task } from "../../tasks/task.ts";
import type { At } from "../format.ts";
import { labels as questionPairs } from "../mqp.ts";
import { labels as evidenceVerdicts } from "../multivers.ts";
import { labels as inferences } from "../nli.ts";
import { truths } from "../pubhealth.ts";
import { taskLabel } from "../reading/annotated.ts";
import { coversLabels, isNumber, type LabelNames, labelAt, labelNamed } from "../reading/labels.ts";
import { readPythonLiteral } from "../reading/python-literal.ts";
import { relationLabels } from "../reading/relation-labels.ts";
import { malformed } from "../reading/text-file.ts";
import { labels as entailments } from "../rqe.ts";

/** Names that corpora of pairs give to labels, a corpus each. */
const ofPairs: readonly LabelNames[] = [questionPairs, entailments, inferences, evidenceVerdicts, truths];

/** Found once a task: every cell asks. */
const namesByTask = new WeakMap<Task, LabelNames>();

/** Names of all corpora whose labels the task has. */
function namesFor(task: Task): LabelNames {
  const found = namesByTask.get(task) ?? namesFound(task);
  namesByTask.set(task, found);
  return found;
}

function namesFound(task: Task): LabelNames {
  if (task.shape === "relation") return relationLabels(task)?.names ?? {};
  return Object.assign({}, ...(task.shape === "pair" ? ofPairs.filter((names) => coversLabels(task, names)) : []));
}

/** Words for a row that carries no label. */
const none: readonly string[] = ["", "-", "-1", "none", "null", "nan", "n/a"];

/** The task's label of a cell; undefined where it says that there is none. Throws `unknown-label`, and `file-malformed` for a number without a name. */
export function labelIn(task: Task, value: unknown, classes: readonly string[] | undefined, at: At): string | undefined {
  const raw = classes && isNumber(value) ? classNamed(Number(value), classes, at) : textOf(value);
  const names = namesFor(task);
  const known = labelNamed(task, names, raw) ?? taskLabel(task, raw);
  if (known !== undefined) return known;
  if (none.includes(raw.trim().toLowerCase())) return undefined;
  if (isNumber(raw))
    return malformed(
      at.file,
      at.line,
      `the label is the number ${raw.trim()}, and the file does not say what it stands for: write the labels by name, or read the Parquet file, which may name them`,
    );
  return labelAt(task, names, raw, at);
}

const textOf = (value: unknown): string =>
  value === null || value === undefined ? "" : String(value).replace(/^(-?\d+)\.0+$/, "$1");

/** The name of a class by its number; empty for -1, which stands for none. Throws `file-malformed`. */
export const classNamed = (number: number, classes: readonly string[], { file, line }: At): string =>
  number === -1 ? "" : (classes[number] ?? malformed(file, line, `the label ${number} has no name among ${classes.join(", ")}`));

/** The labels of a cell that may hold several: a list, as Python or JSON writes one too, or names between semicolons, bars or doccano's hashes. */
export function labelsIn(task: Task, value: unknown, classes: readonly string[] | undefined, at: At): string[] {
  const parts = partsOf(task, value);
  if (parts.every(isNumber) && new Set(parts.map(Number)).size < parts.length)
    malformed(at.file, at.line, "the list of labels repeats a number, as one flag for each class does: write the labels by name");
  const found = new Set(parts.map((part) => labelIn(task, part, classes, at)));
  return task.labels.map(({ id }) => id).filter((id) => found.has(id));
}

function partsOf(task: Task, value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (typeof value !== "string") return [value];
  const list = value.trim().startsWith("[") ? readPythonLiteral(value) : undefined;
  if (Array.isArray(list)) return list;
  return labelNamed(task, namesFor(task), value) === undefined ? value.split(/[;#|]/) : [value];
}
