// Rows of a text table as it streams by, quoted cells as CSV tools write them (RFC 4180). Knows no columns.

import { ClinfuseError } from "../../base/errors.ts";
import { type TextFile, textPieces } from "./text-pieces.ts";

export interface TableRow {
  readonly cells: readonly string[];
  /** Line of its first character, from 1. */
  readonly line: number;
}

/** Rows of one piece of the stream: a batch, so that millions of rows cost no promise each. */
export interface RowBatch {
  readonly rows: readonly TableRow[];
  /** Bytes of the file read so far, as it lies on disk. */
  readonly bytes: number;
}

/** A file that is no text has no line ends: refuse it before it fills the memory. Characters. */
const longestRow = 1_000_000;

/** Characters that are gathered before a batch is handed on: decompression gives small pieces. */
const batchLength = 200_000;

/**
 * Rows that are not blank. `separatorOf` is asked with the first row's text, and may throw. Where the separator is given, a quote is a sign as any other. In a table of tabs, a quote is
 * text where it would join rows to one. Lines end in \n, \r\n or \r. Throws `file-malformed` for a row without an end and a quote that is not closed, and what `textPieces` throws.
 */
export async function* tableRows(
  file: TextFile,
  separatorOf: (header: string, line: number) => string,
  given?: string,
): AsyncGenerator<RowBatch, void> {
  let rest = "";
  let line = 1;
  let separator: string | undefined = given;
  let width: number | undefined;
  let bytes = 0;
  const take = (last: boolean): TableRow[] => {
    const rows: TableRow[] = [];
    let at = 0;
    const quoteFrom = (from: number) => (given === undefined ? rest.indexOf('"', from) : -1);
    let quote = quoteFrom(0);
    for (;;) {
      if (separator === undefined) {
        const first = firstLine(rest.slice(at), last);
        if (first === undefined) break;
        if (first.trim() === "" && at + first.length < rest.length) {
          const end = lineEnd(rest, at + first.length);
          at = end;
          line++;
          continue;
        }
        separator = separatorOf(first, line);
      }
      if (quote >= 0 && quote < at) quote = quoteFrom(at);
      const { lines, end } = plainLines(rest, at, last, quote);
      for (const text of lines) {
        if (!isBlank(text)) rows.push({ cells: text.split(separator), line });
        line++;
      }
      at = end;
      width ??= rows[0]?.cells.length;
      if (quote < 0) break;
      const row = readRow(rest, at, { separator, width }, last);
      if (row === undefined) break;
      if (row.cells.some((cell) => cell.trim() !== "")) rows.push({ cells: row.cells, line });
      line += row.lines;
      at = row.end;
    }
    rest = rest.slice(at);
    if (rest.length > longestRow || (last && rest !== "")) throw endless(file.name, line, rest, separator ?? "\t");
    return rows;
  };
  for await (const piece of textPieces(file)) {
    rest += piece.text;
    bytes = piece.bytes;
    if (rest.length < batchLength) continue;
    yield { rows: take(false), bytes };
  }
  yield { rows: take(true), bytes };
}

function endless(file: string, line: number, rest: string, separator: string): ClinfuseError {
  const quoted = rest.startsWith('"') || rest.includes(`${separator}"`);
  const what = quoted ? "a quote is opened and not closed" : `more than ${longestRow} characters without a line end`;
  return new ClinfuseError("file-malformed", `${file}, line ${line}: ${what}`, { file, line, what });
}

/** Most lines tell by their first sign that they are not. */
function isBlank(text: string): boolean {
  const code = text.charCodeAt(0);
  return !(code > 32 && code < 127) && text.trim() === "";
}

/** The first line of a text, when its end is there. */
function firstLine(text: string, last: boolean): string | undefined {
  const end = text.search(/[\r\n]/);
  if (end >= 0) return text.slice(0, end);
  return last && text !== "" ? text : undefined;
}

/** Offset after a line end. */
const lineEnd = (text: string, at: number): number => at + (text.startsWith("\r\n", at) ? 2 : 1);

/** Whole lines from `from` to the one with the first quote, if any: some times faster than cell by cell. */
function plainLines(text: string, from: number, last: boolean, quote: number): { lines: string[]; end: number } {
  // A \r at the end of what was read may have its \n in the next piece.
  const part = text.slice(from, quote < 0 ? text.length : quote); // a search back through the rest would cost it at each row
  const carriage = part.lastIndexOf("\r", quote < 0 ? part.length - 2 : part.length);
  const whole = last && quote < 0 ? text.length : from + 1 + Math.max(part.lastIndexOf("\n"), carriage);
  if (whole <= from) return { lines: [], end: from };
  const taken = text.slice(from, whole);
  const lines = carriage < 0 ? taken.split("\n") : taken.split(/\r\n?|\n/); // a single sign is found some times faster
  if (lines.at(-1) === "") lines.pop();
  return { lines, end: whole };
}

interface ReadRow {
  readonly cells: string[];
  /** Line ends in it, its own included. */
  readonly lines: number;
  readonly end: number;
}

interface Table {
  readonly separator: string;
  /** Cells of its first row, once that is read. */
  readonly width: number | undefined;
}

/** The row at `from`; undefined while its end is not there. Its line is read without quotes where only so it has the table's width. */
function readRow(text: string, from: number, table: Table, last: boolean): ReadRow | undefined {
  const row = rowOfCells(text, from, table, last);
  if (row === undefined || row.cells.length === table.width) return row;
  return fitsAlone(text, from, table) ? plainRow(text, from, table.separator) : row;
}

/** Tells whether a line of a table of tabs has the table's width without its quotes. */
const fitsAlone = (text: string, from: number, { separator, width }: Table): boolean =>
  separator === "\t" && width !== undefined && plainRow(text, from, separator).cells.length === width;

function plainRow(text: string, from: number, separator: string): ReadRow {
  const stop = cellEnd(text, from, "\n");
  const end = stop < text.length ? lineEnd(text, stop) : stop;
  return { cells: text.slice(from, stop).split(separator), lines: 1, end };
}

function rowOfCells(text: string, from: number, table: Table, last: boolean): ReadRow | undefined {
  if (from >= text.length) return undefined;
  const { separator } = table;
  const cells: string[] = [];
  let lines = 1;
  for (let at = from; ; ) {
    const read = text[at] === '"' ? readQuoted(text, at, separator, last) : undefined;
    const open = read === "unfinished";
    const joins = read !== undefined && joinsRows(open ? text.slice(at) : text.slice(at, read.end));
    const isText = (joins || (open && last)) && fitsAlone(text, from, table);
    if (open && !isText) return undefined;
    const quoted = open || isText ? undefined : read;
    const end = quoted?.end ?? cellEnd(text, at, separator);
    cells.push(quoted?.value ?? text.slice(at, end));
    lines += quoted?.lines ?? 0;
    if (end >= text.length) return last ? { cells, lines, end } : undefined;
    if (text[end] === separator) {
      at = end + 1;
      continue;
    }
    // A \r at the end of what was read may have its \n in the next piece.
    if (text[end] === "\r" && end + 1 === text.length && !last) return undefined;
    return { cells, lines, end: lineEnd(text, end) };
  }
}

/** A cell of a table of tabs that goes from one row into another. */
const joinsRows = (cell: string): boolean => cell.includes("\t") && /[\r\n]/.test(cell);

function cellEnd(text: string, from: number, separator: string): number {
  const sign = separator.charCodeAt(0);
  let at = from;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === sign || code === 10 || code === 13) break;
  }
  return at;
}

/** A cell in quotes; undefined where the quote belongs to the text (`"lazy" eye`). */
function readQuoted(
  text: string,
  from: number,
  separator: string,
  last: boolean,
): { value: string; lines: number; end: number } | "unfinished" | undefined {
  let value = "";
  for (let at = from + 1; ; ) {
    const close = text.indexOf('"', at);
    if (close < 0 || (close + 1 === text.length && !last)) return "unfinished";
    value += text.slice(at, close);
    const next = text[close + 1];
    if (next === '"') {
      value += '"';
      at = close + 2;
      continue;
    }
    if (next !== undefined && next !== separator && next !== "\n" && next !== "\r") return undefined;
    return { value, lines: value.match(/\r\n|\n|\r/g)?.length ?? 0, end: close + 1 };
  }
}
