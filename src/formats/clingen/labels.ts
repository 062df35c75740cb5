// Labels of ClinGen's rows: label.txt, and the label that a row states by index, by name or by both. Knows no text.

import { ClinfuseError, type Place } from "../../base/errors.ts";
import type { LearnableTask } from "../../tasks/task.ts";
import type { Line } from "./line.ts";

export const labelFile = "label.txt";

/** A name whatever its case and the form of its accents. */
export const folded = (name: string): string => name.normalize("NFC").trim().toLowerCase();

/** A name without what spellings differ in: blanks, hyphens and underscores, and the ".0" of a number that went through a table of floats. */
export const plainName = (name: string): string =>
  folded(name)
    .replace(/[\s_-]+/g, " ")
    .replace(/^(\d+)\.0+$/, "$1");

/**
 * Id of the label by its name. Case does not count: the released code reads label.txt in lower case. Blanks, hyphens and underscores are one where no
 * two labels differ in them alone.
 */
export function labelId(task: LearnableTask, name: string): string | undefined {
  const exact = task.labels.find((l) => l.id === name) ?? task.labels.find((l) => folded(l.id) === folded(name));
  const alike = exact ? [exact] : task.labels.filter((l) => plainName(l.id) === plainName(name));
  return alike.length === 1 ? alike[0]?.id : undefined;
}

const labelList = (task: LearnableTask): string => task.labels.map((l) => l.id).join(", ");

/**
 * Label ids in label.txt's order, one a line: what `_id` counts. Throws `unknown-label` for one that the task does not have and `file-malformed`
 * for one that stands twice or is missing: each would move the indices of the others.
 */
export function readLabels(task: LearnableTask, text: string): string[] {
  const lineOf = new Map<string, number>();
  for (const [i, raw] of text.split(/\r\n|\n|\r/).entries()) {
    const name = raw.trim();
    if (name === "") continue;
    const [file, line, expected] = [labelFile, i + 1, labelList(task)];
    const id = labelId(task, name);
    if (id === undefined) {
      const message = `${file}, line ${line}: "${name}" is no label of ${task.name}; expected ${expected}`;
      throw new ClinfuseError("unknown-label", message, { file, line, got: name, expected });
    }
    const before = lineOf.get(id);
    if (before !== undefined) throw malformed(`"${name}" stands on line ${before} already`, { file, line });
    lineOf.set(id, line);
  }
  const missing = task.labels.filter((l) => !lineOf.has(l.id)).map((l) => l.id);
  if (missing.length > 0) {
    throw malformed(`it lacks ${missing.join(", ")}; it must hold every label of ${task.name}, one a line`, { file: labelFile });
  }
  return [...lineOf.keys()];
}

function malformed(what: string, { file, line }: Place): ClinfuseError {
  const where = line === undefined ? file : `${file}, line ${line}`;
  return new ClinfuseError("file-malformed", `${where}: ${what}`, { file: file as string, ...(line ? { line } : {}), what });
}

/** The label of a row that carries one: `_id`, an index into label.txt. `label` and `label_name`, where present, must agree. */
export function oneLabel(line: Line): string {
  const index = line.row._id;
  if (typeof index !== "number" || !Number.isInteger(index)) {
    return line.malformed(`field "_id" must be the index of a label, got ${shown(index)}`);
  }
  const id = indexed(line, index);
  agree(line, [id]);
  return id;
}

/** The labels of a row that may carry any: `_id`, 0 or 1 for each line of label.txt. */
export function anyLabels(line: Line): string[] {
  const { labelIds, row } = line;
  const flags = row._id;
  const expected = `a list of ${labelIds.length} numbers, each 0 or 1`;
  if (!Array.isArray(flags)) return line.malformed(`field "_id" must be ${expected}, got ${shown(flags)}`);
  if (flags.length !== labelIds.length) {
    return line.malformed(`field "_id" has ${flags.length} numbers, label.txt ${labelIds.length} labels`);
  }
  const wrong = flags.find((flag) => flag !== 0 && flag !== 1);
  if (wrong !== undefined) return line.malformed(`field "_id" must be ${expected}, got ${shown(wrong)} in it`);
  const carried = new Set(labelIds.filter((_, i) => flags[i] === 1));
  const ids = line.task.labels.filter((l) => carried.has(l.id)).map((l) => l.id);
  agree(line, ids);
  return ids;
}

function indexed(line: Line, index: number): string {
  const id = line.labelIds[index];
  if (id !== undefined) return id;
  const got = `label ${index} does not exist; there are ${line.labelIds.length} labels, counted from 0`;
  return line.refuse("unknown-label", got, { got: index, expected: line.labelIds.length });
}

/** Refuses a row whose other fields name other labels than its `_id`: one of them is wrong, and which is not ours to say. */
function agree(line: Line, ids: readonly string[]): void {
  for (const field of ["label", "label_name"]) {
    const value = line.row[field];
    if (value === undefined || value === null) continue;
    const named = (Array.isArray(value) ? value : [value]).map((name: unknown) => {
      if (typeof name === "number") return indexed(line, name);
      if (typeof name !== "string") return line.malformed(`field "${field}" must name a label, got ${shown(name)}`);
      return labelId(line.task, name) ?? unknown(line, name, field);
    });
    if (named.length === ids.length && ids.every((id) => named.includes(id))) continue;
    const says = (of: readonly string[]) => of.map((id) => `"${id}"`).join(", ") || "no label";
    line.malformed(`"_id" says ${says(ids)} and "${field}" says ${says(named)}`);
  }
}

/** Refuses a name that is no label of the task. */
export function unknown(line: Line, name: string, field?: string): never {
  const expected = labelList(line.task);
  const where = field === undefined ? "" : ` (field "${field}")`;
  return line.refuse("unknown-label", `"${name}" is no label of ${line.task.name}${where}; expected ${expected}`, {
    got: name,
    expected,
  });
}

/** A value for an error message: text in quotes, so that "1" is told from 1. */
export function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value);
  const short = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  return typeof value === "string" ? `the text ${short}` : short;
}
