// One line of a JSONL file: its object, its fields and its refusals by file and line. Knows no shape of example.

import { ClinfuseError, type ErrorCode, type Place } from "../../base/errors.ts";
import type { Shape } from "../../tasks/example.ts";
import type { LearnableTask } from "../../tasks/task.ts";
import { isVisible } from "../../tasks/words.ts";

/** A decision made in reading a row. Each is counted and told, once a file. */
export type Note = "blank-span" | "repeated-span" | "chosen-mention" | "absent-mention" | "foreign-field";

/** Why a row is left out. Each is counted and told with its lines, once a file. */
export type LeftOut = "absent-entity" | "made-without-text";

const leftOutWords: Readonly<Record<LeftOut, (count: number, file: string) => string>> = {
  "absent-entity": (n, file) =>
    `${rows(n)} of ${file} name${n === 1 ? "s" : ""} an entity that the text does not hold and ${were(n)} left out`,
  "made-without-text": (n, file) => `${rows(n)} of ${file} ${n === 1 ? "was" : "were"} generated without a text and left out`,
};

/** Lines that a remark lists, at most. */
const mostLines = 5;

export function leftOutRemark(reason: LeftOut, lines: readonly number[], file: string): string {
  const more = lines.length > mostLines ? ` and ${lines.length - mostLines} more` : "";
  const where = `line${lines.length === 1 ? "" : "s"} ${lines.slice(0, mostLines).join(", ")}${more}`;
  return `${leftOutWords[reason](lines.length, file)} (${where}).`;
}

export const noteWords: Readonly<Record<Note, (count: number, file: string) => string>> = {
  "blank-span": (n, file) => `${spans(n)} of ${file} cover${n === 1 ? "s" : ""} no visible character and ${were(n)} left out.`,
  "repeated-span": (n, file) => `${spans(n)} of ${file} stand${n === 1 ? "s" : ""} twice in one row and ${were(n)} counted once.`,
  "chosen-mention": (n, file) =>
    `${rows(n)} of ${file} name${n === 1 ? "s" : ""} an entity several times without marking which mention is meant: the first was taken.`,
  "absent-mention": (n, file) =>
    `${n} entit${n === 1 ? "y" : "ies"} of ${file} ${n === 1 ? "does" : "do"} not stand in the sentence and ${were(n)} left out.`,
  "foreign-field": (n, file) =>
    `${n} list${n === 1 ? "" : "s"} of entities in ${file} name${n === 1 ? "s" : ""} no label of the task and ${were(n)} left out.`,
};

const rows = (n: number): string => `${n} row${n === 1 ? "" : "s"}`;
const spans = (n: number): string => `${n} span${n === 1 ? "" : "s"}`;
const were = (n: number): string => (n === 1 ? "was" : "were");

export type Row = Readonly<Record<string, unknown>>;

/** Tells a row that the released code generated: only such have these fields. */
export const isMade = (row: Row): boolean => ["Sentence", "keyword", "sent_a"].some((field) => row[field] !== undefined);

export interface LineContext {
  readonly task: LearnableTask;
  /** label.txt in its order. */
  readonly labelIds: readonly string[];
  readonly file: string;
  note(note: Note): void;
}

/** A row that is left out, thrown by the reading of it. `refused`: the error where no row of the file can be read. */
export class LeftOutRow extends Error {
  constructor(
    readonly reason: LeftOut,
    readonly line: number,
    readonly refused: ClinfuseError,
  ) {
    super(refused.message);
  }
}

export interface Line<S extends Shape = Shape> extends Omit<LineContext, "task"> {
  readonly task: LearnableTask<S>;
  readonly row: Row;
  /** Text with something to see in it. */
  text(field: string): string;
  malformed(why: string): never;
  /** Throws a `LeftOutRow`. */
  leaveOut(reason: LeftOut, why: string): never;
  refuse(code: ErrorCode, why: string, place?: Place): never;
}

/** The object on a line, `number` from 1. Throws `file-malformed` for anything else. */
export function readLine(context: LineContext, text: string, number: number): Line {
  const { file } = context;
  const refusal = (code: ErrorCode, why: string, place: Place = {}) =>
    new ClinfuseError(code, `${file}, line ${number}: ${why}`, { file, line: number, ...place });
  const refuse = (code: ErrorCode, why: string, place: Place = {}): never => {
    throw refusal(code, why, place);
  };
  const malformed = (why: string): never => refuse("file-malformed", why, { what: why });
  const row = objectOn(text.trim(), malformed); // trim: a byte order mark too, where files were joined
  return {
    ...context,
    row,
    malformed,
    refuse,
    leaveOut(reason, why) {
      throw new LeftOutRow(reason, number, refusal("file-malformed", why, { what: why }));
    },
    text(field) {
      const value = row[field];
      if (typeof value === "string" && isVisible(value)) return value;
      const why = `field "${field}" must be text`;
      return typeof value === "string" && isMade(row) ? this.leaveOut("made-without-text", why) : malformed(why);
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
