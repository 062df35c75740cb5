// Labels of a corpus as labels of a task: by a table of names, or by the task's own ids. Knows no file format.

import { ClinfuseError } from "../../base/errors.ts";
import type { Task } from "../../tasks/task.ts";
import { folded, labelId, plainName } from "../clingen/labels.ts";
import type { At } from "../format.ts";

/** Names that a corpus gives to labels, in lower case, and the label of the task that each one means. */
export type LabelNames = Readonly<Record<string, string>>;

/** The task's label for a corpus's name, however it is spelled; undefined where it has none. */
export function labelNamed(task: Task, names: LabelNames, raw: string): string | undefined {
  const name = folded(raw);
  return labelId(task, Object.hasOwn(names, name) ? (names[name] as string) : raw) ?? labelSpelled(task, names, name);
}

/** The one label that a name of the table can only mean once both are plain. */
function labelSpelled(task: Task, names: LabelNames, raw: string): string | undefined {
  const wanted = plainName(raw);
  const found = new Set(Object.entries(names).flatMap(([name, id]) => (plainName(name) === wanted ? [labelId(task, id)] : [])));
  return found.size === 1 ? [...found][0] : undefined;
}

/** As `labelNamed`. Throws `unknown-label` with file and line. */
export function labelAt(task: Task, names: LabelNames, raw: string, { file, line }: At): string {
  const id = labelNamed(task, names, raw);
  if (id !== undefined) return id;
  const known = Object.keys(names).filter((name) => labelNamed(task, names, name) !== undefined);
  const expected = (known.length > 0 ? known : task.labels.map((label) => label.id)).join(", ");
  const message = `${file}, line ${line}: ${JSON.stringify(raw)} is no label of ${task.name}; expected ${expected}`;
  throw new ClinfuseError("unknown-label", message, { file, line, got: raw, expected });
}

/** Tells whether a task has every label that a table leads to. */
export const coversLabels = (task: Task, names: LabelNames): boolean =>
  Object.values(names).every((id) => labelId(task, id) !== undefined);

/** Tells a number, also in a cell of text. Floats of whole numbers are what a table with gaps makes of them. */
export const isNumber = (value: unknown): boolean =>
  typeof value === "bigint" || typeof value === "number" || (typeof value === "string" && /^\s*-?\d+(?:\.0+)?\s*$/.test(value));
