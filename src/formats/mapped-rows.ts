// Rows of a table, or tagged words, as examples of a task: columns, values and tags are mapped by the user's answer. Knows no page.

import type { Example, Shape, Shapes, Span } from "../tasks/example.ts";
import { namedPlace } from "../tasks/named-place.ts";
import type { LearnableTask } from "../tasks/task.ts";
import { type Extent, isVisible } from "../tasks/words.ts";
import type { Table, TableRow } from "./columns.ts";
import { markedPlaces } from "./reading/offsets.ts";
import { marksOf, type TaggedSentence } from "./tagged-words.ts";
import { joinWords } from "./words.ts";

export interface Mapping {
  /** Column of each field; absent while none is chosen. */
  readonly columns: Readonly<Record<string, string | undefined>>;
  /** Label's id for each value or tag of the file; rows and marks of the others are left out. */
  readonly labels: Readonly<Record<string, string | undefined>>;
}

/** A row that could not be read. */
export interface RowFault {
  readonly line: number;
  readonly what: string;
}

export interface Mapped {
  readonly examples: readonly Example[];
  readonly faults: readonly RowFault[];
  /** Rows whose label was mapped to none. */
  readonly leftOut: number;
}

export interface MappedField {
  readonly id: string;
  readonly name: string;
  /** Names of columns that are taken for it unasked. */
  readonly hints: RegExp;
  readonly isLabel?: true;
}

interface Row<S extends Shape> {
  readonly fields: readonly MappedField[];
  /** Values of a row that name labels. */
  values(cell: (id: string) => unknown, task: LearnableTask<S>): readonly string[];
  /** Undefined for a row that is left out. Throws a `Fault`. */
  read(
    cell: (id: string) => string,
    raw: (id: string) => unknown,
    labelFor: (value: string) => string | undefined,
    task: LearnableTask<S>,
  ): Shapes[S] | undefined;
}

class Fault extends Error {}

const text: MappedField = { id: "text", name: "Text", hints: /^(text|sentence|document|note|content|body)$/i };
const label: MappedField = {
  id: "label",
  name: "Label",
  hints: /^(labels?|class|category|target|gold_label|y|annotation)$/i,
  isLabel: true,
};

/** Values of a cell that name labels: a list, a JSON list, "a; b" or "a|b". A text that carries one label, or names one, is not cut. */
function labelsIn(value: unknown, task: LearnableTask<"sentence">): readonly string[] {
  if (Array.isArray(value)) return value.map(String);
  const written = String(value ?? "").trim();
  if (written.startsWith("[")) {
    try {
      const list: unknown = JSON.parse(written.replaceAll("'", '"'));
      if (Array.isArray(list)) return list.map(String);
    } catch {
      // a text that begins with a bracket
    }
  }
  const isWhole = task.carries === "one" || guessedLabel(task, written) !== undefined;
  return (isWhole ? [written] : written.split(/[;|]/).map((part) => part.trim())).filter((part) => part !== "");
}

/** `[[0, 4, "Drug"]]`, or objects with `start`, `end` and `label`. */
function marksIn(value: unknown): readonly { start: number; end: number; label: string }[] {
  const written = typeof value === "string" ? value.trim() : value;
  if (written === "" || written === undefined || written === null) return [];
  let list: unknown = written;
  try {
    if (typeof written === "string") list = JSON.parse(written);
  } catch {
    throw new Fault("the marks are no JSON list");
  }
  if (!Array.isArray(list)) throw new Fault("the marks are no list");
  return list.map((mark: unknown) => {
    const of = (Array.isArray(mark) ? { start: mark[0], end: mark[1], label: mark[2] } : mark) as Record<string, unknown> | null;
    const { start, end, label: kind = of?.type } = of ?? {};
    if (!Number.isInteger(start) || !Number.isInteger(end) || typeof kind !== "string") {
      throw new Fault("a mark needs a start, an end and a label");
    }
    return { start: start as number, end: end as number, label: kind };
  });
}

function placed(of: string, name: string, what: string, besides?: Extent): Extent {
  const found = namedPlace(of, name, besides);
  if (!found) throw new Fault(name === "" ? `the ${what} is empty` : `the text does not hold the ${what} "${name}"`);
  return found;
}

const rows: { readonly [S in Shape]: Row<S> } = {
  token: {
    fields: [text, { id: "spans", name: "Marks", hints: /^(spans|entities|labels?|ner|marks|annotations?)$/i, isLabel: true }],
    values: (cell) => marksIn(cell("spans")).map((mark) => mark.label),
    read(cell, raw, labelFor) {
      const of = visible(cell("text"), "text");
      // Tools of Python count code points; which of the two it is, the borders of words tell.
      const spans = markedPlaces(of, marksIn(raw("spans")), "units").flatMap((mark): Span[] => {
        const to = labelFor(mark.label);
        if (mark.start < 0 || mark.start >= mark.end || mark.end > of.length) {
          throw new Fault(`the mark from ${mark.start} to ${mark.end} does not lie in the text of ${of.length} characters`);
        }
        return to === undefined ? [] : [{ start: mark.start, end: mark.end, label: to }];
      });
      spans.sort((a, b) => a.start - b.start);
      const over = spans.find((span, i) => i > 0 && (spans[i - 1] as Span).end > span.start);
      if (over) throw new Fault(`two marks overlap at ${over.start}`);
      return { kind: "token", text: of, spans };
    },
  },
  sentence: {
    fields: [text, label],
    values: (cell, task) => labelsIn(cell("label"), task),
    read(cell, raw, labelFor, task) {
      const of = visible(cell("text"), "text");
      const given = labelsIn(raw("label"), task);
      const labels = [...new Set(given.flatMap((value) => labelFor(value) ?? []))];
      if (task.carries === "one" && given.length === 0) throw new Fault("the label is empty");
      if (task.carries === "one" && labels.length > 1)
        throw new Fault(`the text has ${labels.length} labels, and the task takes one`);
      return labels.length === 0 && (given.length > 0 || task.carries === "some")
        ? undefined
        : { kind: "sentence", text: of, labels };
    },
  },
  relation: {
    fields: [
      text,
      { id: "head", name: "First entity", hints: /^(head|entity_?1|subject|chemical|drug|gene)$/i },
      { id: "tail", name: "Second entity", hints: /^(tail|entity_?2|object|disease|protein)$/i },
      { ...label, hints: /^(labels?|relation|class|label_name|target)$/i },
    ],
    values: (cell) => [String(cell("label") ?? "").trim()],
    read(cell, _, labelFor, task) {
      const of = visible(cell("text"), "text");
      const to = labelFor(cell("label").trim());
      const head = placed(of, cell("head").trim(), task.head.word);
      const tail = placed(of, cell("tail").trim(), task.tail.word, head);
      if (to === undefined) return undefined;
      return {
        kind: "relation",
        text: of,
        head: { ...head, label: task.head.type },
        tail: { ...tail, label: task.tail.type },
        label: to,
      };
    },
  },
  pair: {
    fields: [
      { id: "first", name: "First text", hints: /^(first|text|text_?a|sentence_?1|question_?1|premise|evidence|question)$/i },
      {
        id: "second",
        name: "Second text",
        hints: /^(second(_?text)?|text_?b|sentence_?2|question_?2|hypothesis|claim|answer)$/i,
      },
      label,
    ],
    values: (cell) => [String(cell("label") ?? "").trim()],
    read(cell, _, labelFor) {
      const [first, second] = [visible(cell("first"), "first text"), visible(cell("second"), "second text")];
      const to = labelFor(cell("label").trim());
      return to === undefined ? undefined : { kind: "pair", first, second, label: to };
    },
  },
};

function visible(of: string, what: string): string {
  const trimmed = of.trim();
  if (!isVisible(trimmed)) throw new Fault(`the ${what} is empty`);
  if (trimmed.includes("\0")) throw new Fault(`the ${what} holds a NUL character (U+0000)`);
  return what === "text" ? of : trimmed;
}

const rowOf = (task: LearnableTask): Row<Shape> => rows[task.shape] as unknown as Row<Shape>;

/** Fields that want a column. */
export const mappedFields = (task: LearnableTask): readonly MappedField[] => rowOf(task).fields;

/** Columns that are named as the fields, or as files commonly name them. No column serves twice. */
export function guessedColumns(task: LearnableTask, { columns }: Table): Record<string, string | undefined> {
  const free = new Set(columns);
  return Object.fromEntries(
    mappedFields(task).map(({ id, hints }) => {
      const named = (wanted: (name: string) => boolean) => [...free].find((name) => wanted(name.trim()));
      const column = named((name) => name.toLowerCase() === id) ?? named((name) => hints.test(name));
      if (column !== undefined) free.delete(column);
      return [id, column];
    }),
  );
}

/** The label that a value names by itself: by its name or id in any case, with blanks or underscores, or by its position. */
export function guessedLabel(task: LearnableTask, value: string): string | undefined {
  const plain = (word: string) =>
    word
      .trim()
      .toLowerCase()
      .replace(/[\s_-]+/g, " ");
  const named = task.labels.find(({ id, name }) => [id, name].some((word) => plain(word) === plain(value)));
  return named?.id ?? (/^\d+$/.test(value) && task.shape !== "token" ? task.labels[Number(value)]?.id : undefined);
}

const cellOf =
  ({ cells }: TableRow, { columns }: Mapping) =>
  (id: string): unknown => {
    const column = columns[id];
    return column === undefined || !Object.hasOwn(cells, column) ? undefined : cells[column];
  };

const written = (value: unknown): string =>
  value === undefined || value === null ? "" : typeof value === "object" ? JSON.stringify(value) : String(value);

/** Values of the label's column with their counts, the most frequent first. */
export function valuesIn(task: LearnableTask, table: Table, mapping: Mapping): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const row of table.rows) {
    for (const value of valuesOf(task, row, mapping)) if (value !== "") counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return new Map([...counts].sort(([, a], [, b]) => b - a));
}

function valuesOf(task: LearnableTask, row: TableRow, mapping: Mapping): readonly string[] {
  try {
    return rowOf(task).values(cellOf(row, mapping), task);
  } catch (error) {
    if (error instanceof Fault) return []; // reading the row says so
    throw error;
  }
}

const labelIn =
  ({ labels }: Mapping) =>
  (value: string): string | undefined =>
    Object.hasOwn(labels, value) ? labels[value] : undefined;

export function mappedRows(task: LearnableTask, table: Table, mapping: Mapping): Mapped {
  const examples: Example[] = [];
  const faults: RowFault[] = [];
  let leftOut = 0;
  for (const row of table.rows) {
    const raw = cellOf(row, mapping);
    try {
      const example = rowOf(task).read((id) => written(raw(id)), raw, labelIn(mapping), task);
      if (example) examples.push(example);
      else leftOut++;
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      faults.push({ line: row.line, what: error.message });
    }
  }
  return { examples, faults, leftOut };
}

/** Sentences of tagged words; a type that is mapped to no label marks nothing. */
export function mappedTags(sentences: readonly TaggedSentence[], mapping: Mapping): Mapped {
  const labelFor = labelIn(mapping);
  const examples = sentences.map((sentence): Example => {
    const { text: joined, places } = joinWords(sentence.words);
    const spans = marksOf(sentence).flatMap(({ first, last, type }): Span[] => {
      const to = labelFor(type);
      const inside = places.slice(first, last + 1).filter((place) => place !== undefined);
      const [from, until] = [inside[0], inside.at(-1)];
      return to === undefined || !from || !until ? [] : [{ start: from.start, end: until.end, label: to }];
    });
    return { kind: "token", text: joined, spans };
  });
  return { examples, faults: [], leftOut: 0 };
}
