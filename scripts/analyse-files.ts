// Sets of texts from files of any format that is read, with their marked entities: for npm run analyse. Knows no measure.

import { basename, extname } from "node:path";
import { ClinfuseError } from "../src/base/errors.ts";
import { readTable } from "../src/formats/columns.ts";
import { readRows } from "../src/formats/dataset.ts";
import { readableText } from "../src/formats/encodings.ts";
import { splits } from "../src/formats/format.ts";
import { tasks } from "../src/tasks/catalogue.ts";
import type { Example, Span } from "../src/tasks/example.ts";
import { entitiesOf, spansOf, textsOf } from "../src/tasks/shapes.ts";
import { isVisible } from "../src/tasks/words.ts";
import { pickedFiles } from "./picked-files.ts";
import { taskAsked } from "./task-argument.ts";

export interface ReadSet {
  /** Name of the file or folder, without its extension. */
  readonly name: string;
  readonly texts: readonly string[];
  readonly marked: readonly (readonly string[])[];
  /** How it was read, for people. */
  readonly as: string;
}

/** Reads a file or folder: as the task's where one is named, by its id or its file; else as a table with a column of texts, as plain lines, or as the tasks that it fits. */
export async function readSet(path: string, task: string | undefined): Promise<ReadSet> {
  if (pickedFiles([path]).size === 0) throw new ClinfuseError("file-missing", `${path} is an empty folder`, { file: path });
  const name = basename(path, extname(path));
  const set = task === undefined ? await readUnnamed(path) : { ...setOf(await examplesFor(task, path)), as: task };
  return { name, ...withText(set, path) };
}

/** Without the rows that have no text, which would count as texts that are all alike. Throws `file-empty`. */
function withText<S extends Omit<ReadSet, "name">>(set: S, path: string): S {
  const kept = [...set.texts.keys()].filter((i) => isVisible(set.texts[i] as string));
  if (kept.length === 0) throw new ClinfuseError("file-empty", `${path} holds no text`, { file: path });
  const left = set.texts.length - kept.length;
  if (left === 0) return set;
  const as = `${set.as}; ${left} row${left === 1 ? "" : "s"} without text ${left === 1 ? "was" : "were"} left out`;
  return { ...set, as, texts: kept.map((i) => set.texts[i]), marked: kept.map((i) => set.marked[i]) };
}

async function examplesFor(id: string, path: string): Promise<readonly Example[]> {
  const { rows } = await readRows(taskAsked(id), pickedFiles([path]));
  return splits.flatMap((split) => rows.rows[split] ?? []);
}

const textOf = (example: Example): string => textsOf(example).join(" ");

const setOf = (examples: readonly Example[]): Pick<ReadSet, "texts" | "marked"> => ({
  texts: examples.map(textOf),
  marked: examples.map(entitiesOf),
});

interface Reading {
  readonly task: string;
  readonly examples: readonly Example[];
}

/** As a task of tokens reads it, which has each sentence once; else as the first other: one of relations has it once for each pair, and not at all without. */
async function readFitting(path: string): Promise<Omit<ReadSet, "name"> | undefined> {
  const readingsOf = async function* (tokens: boolean): AsyncGenerator<Reading> {
    for (const { id } of tasks.filter(({ shape }) => (shape === "token") === tokens)) {
      try {
        const examples = await examplesFor(id, path);
        if (examples.length > 0) yield { task: id, examples };
      } catch (error) {
        if (!(error instanceof ClinfuseError)) throw error;
      }
    }
  };
  const marked: Reading[] = [];
  for await (const reading of readingsOf(true)) marked.push(reading);
  if (marked[0]) return withAllMarks(marked[0], marked);
  for await (const { task, examples } of readingsOf(false)) return { ...setOf(examples), as: task };
  return undefined;
}

/** The texts of the first reading, with the marks of all that have the same texts: each task marks its own type alone. */
function withAllMarks(first: Reading, readings: readonly Reading[]): Omit<ReadSet, "name"> {
  const { texts } = setOf(first.examples);
  const spans = texts.map(() => new Map<string, Span>());
  const marks = () => spans.reduce((sum, { size }) => sum + size, 0);
  const named: string[] = [];
  for (const { task, examples } of readings) {
    if (examples.length !== texts.length || !examples.every((example, i) => textOf(example) === texts[i])) continue;
    const before = marks();
    for (const [i, example] of examples.entries()) {
      for (const span of spansOf(example)) spans[i]?.set(`${span.start} ${span.end}`, span);
    }
    if (marks() > before) named.push(task);
  }
  const marked = texts.map((text, i) => {
    const inOrder = [...(spans[i]?.values() ?? [])].sort((a, b) => a.start - b.start || a.end - b.end);
    return inOrder.map(({ start, end }) => text.slice(start, end));
  });
  return { texts, marked, as: named.length > 0 ? named.join(" and ") : first.task };
}

const textColumns = /^(text|sentence|document|note|content|body)$/i;
/** Columns of the first and of the second text of a pair. */
const pairColumns: readonly (readonly [RegExp, RegExp])[] = [
  [/^(text|sentence|question)_?(1|a)$/i, /^(text|sentence|question)_?(2|b)$/i],
  [/^(first|premise|claim|chq)$/i, /^(second|hypothesis|evidence|faq)$/i],
];

async function readUnnamed(path: string): Promise<Omit<ReadSet, "name">> {
  let fault: ClinfuseError | undefined; // of a table; a task's format may be one without a header
  try {
    const table = await tableOf(path);
    if (table) return table;
  } catch (error) {
    if (!(error instanceof ClinfuseError) || error.code === "file-missing") throw error;
    fault = error;
  }
  const found = await readFitting(path);
  if (found) return found;
  if (fault) throw fault;
  const why = "is no table with a column of texts, and no task's format; name its task with --task";
  throw new ClinfuseError("format-unknown", `${path} ${why}`, { file: path });
}

/** A table with a column of texts or two, or plain lines; undefined for other files and for folders. */
async function tableOf(path: string): Promise<Omit<ReadSet, "name"> | undefined> {
  const files = pickedFiles([path]);
  const [file] = [...files];
  if (files.size !== 1 || !file) return undefined;
  const [name, blob] = file;
  const kind = extname(name).toLowerCase();
  if (![".jsonl", ".json", ".csv", ".tsv", ".txt"].includes(kind)) return undefined;
  const { text, remark } = await readableText(blob, name);
  const told = remark === undefined ? "" : `; ${remark.replace(/\.$/, "")}`;
  if (kind === ".txt") {
    const texts = text.split(/\r\n|\n|\r/).filter((line) => line.trim() !== "");
    return /\t\S|^\d+\|[ta]\|/m.test(text) ? undefined : { texts, marked: texts.map(() => []), as: `lines of text${told}` };
  }
  let table: ReturnType<typeof readTable>;
  try {
    table = readTable(text, name);
  } catch (error) {
    if (error instanceof ClinfuseError && kind !== ".tsv") throw error;
    return undefined;
  }
  const { columns, rows } = table;
  const of = (pattern: RegExp) => columns.find((column) => pattern.test(column));
  const pair = pairColumns.map(([a, b]) => [of(a), of(b)]).find(([a, b]) => a !== undefined && b !== undefined);
  const taken = pair ?? (columns.some((column) => textColumns.test(column)) ? [of(textColumns)] : undefined);
  // Tables with marks or names of entities are a task's: its reader knows where they are.
  if (!taken || columns.some((column) => /^(tokens|spans|chemical|disease|gene|entities)$/i.test(column))) return undefined;
  const texts = rows.map(({ cells }) => taken.map((column) => String(cells[column as string] ?? "")).join(" "));
  return { texts, marked: texts.map(() => []), as: `the column ${taken.join(" and ")}${told}` };
}
