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

/** The first row is the head. A row may lie on several lines, in quotes. */
function readCells(text: string, file: string): Table {
  const head = text.slice(0, text.search(/[\r\n]|$/));
  const delimiter =
    ["\t", ",", ";"].map((mark) => [mark, head.split(mark).length] as const).sort(([, a], [, b]) => b - a)[0]?.[0] ?? ",";
  const rows: TableRow[] = [];
  let columns: readonly string[] | undefined;
  let [line, cursor] = [1, 0];
  Papa.parse<string[]>(text, {
    delimiter,
    // Quotation marks are part of the text in tables with tabs.
    ...(delimiter === "\t" ? { quoteChar: "\0" } : {}),
    step({ data, errors, meta }) {
      const [at, [fault]] = [line, errors];
      line += text.slice(cursor, meta.cursor).split(/\r\n|\n|\r/).length - 1;
      cursor = meta.cursor;
      if (fault && fault.type === "Quotes") throw malformed(file, at, "a quotation mark is not closed, or stands inside a cell");
      if (data.every((cell) => cell.trim() === "")) return;
      if (!columns) columns = named(data, file);
      else if (data.length !== columns.length) {
        throw malformed(file, at, `${data.length} cells, and the head has ${columns.length}`);
      } else rows.push({ line: at, cells: Object.fromEntries(columns.map((name, i) => [name, data[i] ?? ""])) });
    },
  });
  return { columns: columns ?? [], rows };
}

function named(head: readonly string[], file: string): readonly string[] {
  const names = head.map((cell, i) => cell.trim() || `column ${i + 1}`);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw malformed(file, 1, `two columns are called "${twice}"`);
  return names;
}
