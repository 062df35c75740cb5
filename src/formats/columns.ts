// Rows of a table that a user holds, as CSV, TSV or JSONL: columns by name, cells as text, each row with its line. Knows no task.

import Papa from "papaparse";
import { ClinfuseError } from "../base/errors.ts";
import { type JsonRow, jsonRows } from "./reading/json.ts";

export interface TableRow {
  readonly line: number; // from 1, in the file
  readonly cells: Readonly<Record<string, unknown>>;
}

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly TableRow[];
}

const mostRows = 200_000;

/** The first line tells what it is: an object of JSON or a list of them, else cells between commas, tabs or semicolons. Throws with file and line. */
export function readTable(text: string, file: string): Table {
  const begin = text.trimStart();
  if (begin === "") throw new ClinfuseError("file-empty", `${file} holds no rows`, { file });
  const table = begin.startsWith("{") || begin.startsWith("[") ? readJson(text, file) : readCells(text, file);
  if (table.rows.length === 0) throw new ClinfuseError("file-empty", `${file} holds no rows below its head`, { file });
  if (table.rows.length > mostRows) {
    const what = `${file} has ${table.rows.length} rows; a task takes ${mostRows} at most`;
    throw new ClinfuseError("file-too-large", what, { file, got: table.rows.length, expected: mostRows });
  }
  return table;
}

const malformed = (file: string, line: number, what: string) =>
  new ClinfuseError("file-malformed", `${file}, line ${line}: ${what}`, { file, line, what });

function readJson(text: string, file: string): Table {
  const lines = text.replace(/\r\n?/g, "\n");
  const rows = lines.trimStart().startsWith("[") ? jsonRows(lines, file) : lines.split("\n").flatMap(objectOf(file));
  const columns = new Set(rows.flatMap(({ value }) => Object.keys(value)));
  return { columns: [...columns], rows: rows.map(({ line, value }) => ({ line, cells: value })) };
}

const objectOf =
  (file: string) =>
  (content: string, i: number): JsonRow[] => {
    if (content.trim() === "") return [];
    const value = parsed(content, file, i + 1);
    if (value === null || typeof value !== "object" || Array.isArray(value))
      throw malformed(file, i + 1, "the row is no JSON object");
    return [{ line: i + 1, value: value as JsonRow["value"] }];
  };

function parsed(text: string, file: string, line: number): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw malformed(file, line, `not JSON (${error instanceof Error ? error.message : String(error)})`);
  }
}

/**
 * The first row that is not blank is the head. A row may lie on several lines, in quotes. The ends of rows may be of several kinds; a line break
 * inside of quotes stays as it is, so that places in a cell's text are those of the file.
 */
function readCells(given: string, file: string): Table {
  const delimiter = delimiterIn(given, file);
  // Quotation marks are part of the text in tables with tabs.
  const quoteChar = delimiter === "\t" ? "\0" : '"';
  const text = delimiter === "\t" ? given.replace(/\r\n?/g, "\n") : withLineFeeds(given, delimiter);
  const rows: TableRow[] = [];
  let columns: readonly string[] | undefined;
  let [line, cursor] = [1, 0];
  Papa.parse<string[]>(text, {
    delimiter,
    quoteChar,
    newline: "\n",
    step({ data, errors, meta }) {
      const [at, [fault]] = [line, errors];
      line += text.slice(cursor, meta.cursor).split(/\r\n|\n|\r/).length - 1;
      cursor = meta.cursor;
      if (fault && fault.type === "Quotes") throw malformed(file, at, "a quotation mark is not closed, or stands inside a cell");
      if (data.every((cell) => cell.trim() === "")) return;
      if (!columns) columns = named(data, file, at);
      else if (data.length !== columns.length) {
        throw malformed(file, at, `${data.length} cells, and the head has ${columns.length}`);
      } else rows.push({ line: at, cells: Object.fromEntries(columns.map((name, i) => [name, data[i] ?? ""])) });
    },
  });
  return { columns: columns ?? [], rows };
}

/** Between the cells of a table of one column: a sign that no text has. */
const none = "\0";
/** Characters in which a head is looked for. */
const longestHead = 65_536;

/** The sign that the head has most often outside of quotes. A head without any is one column, and a comma in its rows is part of the text. */
function delimiterIn(text: string, file: string): string {
  const bare = text.slice(0, longestHead).replace(/(?<=^|[\t,;\r\n])"(?:[^"]|"")*"/g, "quoted");
  const head = /[^\r\n]*\S[^\r\n]*/.exec(bare)?.[0] ?? "";
  const counts = ["\t", ",", ";"].map((mark) => ({ mark, count: head.split(mark).length - 1 }));
  const most = counts.reduce((a, b) => (b.count > a.count ? b : a));
  if (most.count > 0) return most.mark;
  return /\.(?:tsv|tab|txt)$/i.test(file) ? "\t" : none;
}

/** The text with a line feed behind each row. Cells in quotes stay as they are. */
function withLineFeeds(text: string, delimiter: string): string {
  if (!text.includes("\r")) return text;
  const stops = new RegExp(`(?<=^|[\\r\\n${delimiter}])"|\\r\\n?`, "g");
  const parts: string[] = [];
  let from = 0;
  for (let stop = stops.exec(text); stop; stop = stops.exec(text)) {
    if (stop[0] === '"') stops.lastIndex = quotedEnd(text, stop.index);
    else {
      parts.push(text.slice(from, stop.index));
      from = stops.lastIndex;
    }
  }
  return [...parts, text.slice(from)].join("\n");
}

/** Place behind a cell in quotes, which begins at `at`. */
function quotedEnd(text: string, at: number): number {
  let end = text.indexOf('"', at + 1);
  while (end >= 0 && text[end + 1] === '"') end = text.indexOf('"', end + 2);
  return end < 0 ? text.length : end + 1;
}

function named(head: readonly string[], file: string, line: number): readonly string[] {
  const names = head.map((cell, i) => cell.trim() || `column ${i + 1}`);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw malformed(file, line, `two columns are called "${twice}"`);
  return names;
}
