// Fields in which one note is typed, by the shape of its task, and the note of what was typed. Knows no page.

import type { RelationExample, Shape, Span } from "../tasks/example.ts";
import { namedPlace } from "../tasks/named-place.ts";
import type { LearnableTask } from "../tasks/task.ts";
import type { Extent } from "../tasks/words.ts";
import type { Note } from "./note.ts";

export interface NoteField {
  readonly id: "text" | "second" | "head" | "tail";
  readonly label: string;
  readonly lines: number;
  /** Text that stands in it at first. */
  readonly value?: string;
}

interface TypedRow<S extends Shape> {
  fields(task: LearnableTask<S>): readonly NoteField[];
  /** Throws an Error in words for what is missing. */
  note(task: LearnableTask<S>, typed: (id: NoteField["id"]) => string): Note;
  /** Files that hold such notes. */
  files(task: LearnableTask<S>): string;
}

const written = (text: string): Note => ({ id: "text", file: "text", text });

const one: TypedRow<"token" | "sentence"> = {
  fields: () => [{ id: "text", label: "Text or note", lines: 6 }],
  note: (_, typed) => written(typed("text")),
  files: () => "Text files, each a note; or tables (CSV, TSV, JSON Lines) with a column that is called text or note.",
};

const typedRows: { readonly [S in Shape]: TypedRow<S> } = {
  token: one,
  sentence: one,
  pair: {
    fields: () => [
      { id: "text", label: "First text", lines: 3 },
      { id: "second", label: "Second text", lines: 3 },
    ],
    note(_, typed) {
      const second = typed("second");
      if (typed("text").trim() !== "" && second.trim() === "") throw new Error("the second text is empty");
      return { ...written(typed("text")), second };
    },
    files: () => "Tables (CSV, TSV, JSON Lines) with two columns of texts, such as text_1 and text_2.",
  },
  // A corpus that hides its names has one sign for each.
  relation: {
    fields: ({ head, tail }) => [
      { id: "text", label: "Sentence that names both", lines: 4 },
      { id: "head", label: `${head.type} in it`, lines: 1, ...(head.mask === undefined ? {} : { value: head.mask }) },
      { id: "tail", label: `${tail.type} in it`, lines: 1, ...(tail.mask === undefined ? {} : { value: tail.mask }) },
    ],
    note(task, typed) {
      const ends = namedEnds(task, typed("text"), { head: typed("head"), tail: typed("tail") });
      if (typeof ends === "string") throw new Error(ends);
      return { ...written(typed("text")), ends };
    },
    files: ({ head, tail }) =>
      `Tables (CSV, TSV, JSON Lines) with three columns: text, and the names in it under ${head.type} and ${tail.type}, or head and tail.`,
  },
};

const rowOf = (task: LearnableTask): TypedRow<Shape> => typedRows[task.shape] as unknown as TypedRow<Shape>;

export const noteFields = (task: LearnableTask): readonly NoteField[] => rowOf(task).fields(task);
export const noteFiles = (task: LearnableTask): string => rowOf(task).files(task);
export const typedNote = (task: LearnableTask, typed: (id: NoteField["id"]) => string): Note => rowOf(task).note(task, typed);

/** Places of two names, the first of each that do not overlap; a sentence where one is missing. */
export function namedEnds(
  { head, tail }: LearnableTask<"relation">,
  text: string,
  named: { readonly head: string; readonly tail: string },
): Pick<RelationExample, "head" | "tail"> | string {
  const place = (name: string, type: string, besides?: Extent): Span | string => {
    const found = namedPlace(text, name, besides);
    if (found) return { ...found, label: type };
    return name === "" ? `no ${type} is named` : `the text does not hold the ${type} "${name}"`;
  };
  const first = place(named.head.trim(), head.type);
  if (typeof first === "string") return first;
  const second = place(named.tail.trim(), tail.type, first);
  return typeof second === "string" ? second : { head: first, tail: second };
}
