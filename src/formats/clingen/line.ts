// One line of a JSONL file: its object, its fields and its refusals by file and line. Knows no shape of example.

import { ClinfuseError, type ErrorCode, type Place } from "../../base/errors.ts";
import type { Shape } from "../../tasks/example.ts";
import type { LearnableTask } from "../../tasks/task.ts";
import { isVisible } from "../../tasks/words.ts";

/** A decision made in reading a row. Each is counted and told, once a file. */
export type Note = "blank-span" | "repeated-span" | "chosen-mention" | "absent-mention" | "foreign-field";

export const noteWords: Readonly<Record<Note, (count: number, file: string) => string>> = {
  "blank-span": (n, file) => `${spans(n)} of ${file} cover${n === 1 ? "s" : ""} no visible character and ${were(n)} left out.`,
  "repeated-span": (n, file) => `${spans(n)} of ${file} stand${n === 1 ? "s" : ""} twice in one row and ${were(n)} counted once.`,
  "chosen-mention": (n, file) =>
    `${n} row${n === 1 ? "" : "s"} of ${file} name${n === 1 ? "s" : ""} an entity several times without marking which mention is meant: the first was taken.`,
  "absent-mention": (n, file) =>
    `${n} entit${n === 1 ? "y" : "ies"} of ${file} ${n === 1 ? "does" : "do"} not stand in the sentence and ${were(n)} left out.`,
  "foreign-field": (n, file) =>
    `${n} list${n === 1 ? "" : "s"} of entities in ${file} name${n === 1 ? "s" : ""} no label of the task and ${were(n)} left out.`,
};

const spans = (n: number): string => `${n} span${n === 1 ? "" : "s"}`;
const were = (n: number): string => (n === 1 ? "was" : "were");

export type Row = Readonly<Record<string, unknown>>;

export interface LineContext {
  readonly task: LearnableTask;
  /** label.txt in its order. */
  readonly labelIds: readonly string[];
  readonly file: string;
  note(note: Note): void;
}

export interface Line<S extends Shape = Shape> extends Omit<LineContext, "task"> {
  readonly task: LearnableTask<S>;
  readonly row: Row;
  /** Text with something to see in it. */
  text(field: string): string;
  malformed(why: string): never;
  refuse(code: ErrorCode, why: string, place?: Place): never;
}

/** The object on a line, `number` from 1. Throws `file-malformed` for anything else. */
export function readLine(context: LineContext, text: string, number: number): Line {
  const { file } = context;
  const refuse = (code: ErrorCode, why: string, place: Place = {}): never => {
    throw new ClinfuseError(code, `${file}, line ${number}: ${why}`, { file, line: number, ...place });
  };
  const malformed = (why: string): never => refuse("file-malformed", why, { what: why });
  const row = objectOn(text.trim(), malformed); // trim: a byte order mark too, where files were joined
  return {
    ...context,
    row,
    malformed,
    refuse,
    text(field) {
      const value = row[field];
      return typeof value === "string" && isVisible(value) ? value : malformed(`field "${field}" must be text`);
    },
  };
}

function objectOn(text: string, malformed: (why: string) => never): Row {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    if (text.startsWith("[")) return malformed("not a JSON object: the file is one JSON list; write one object a line");
    return malformed(`not JSON (${error instanceof Error ? error.message : String(error)})`);
  }
  if (parsed === null || typeof parsed !== "object" || Array.isArray(parsed)) {
    return malformed("not a JSON object; each line must hold one");
  }
  return parsed as Row;
}
