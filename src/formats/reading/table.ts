// Tables of text: CSV with quotes (RFC 4180) and tab-separated lines without, each row with its line. Knows no columns.

import Papa from "papaparse";
import { malformed } from "./text-file.ts";

export type Delimiter = "," | "\t" | ";";

export interface TableRow {
  readonly cells: readonly string[];
  /** First line of the row in its file, from 1. */
  readonly line: number;
}

/** Rows of a text with quotes. Blank lines are passed over. Throws `file-malformed` for a quote that is not closed, or not doubled. */
export function csvRows(text: string, file: string, delimiter: Delimiter = ","): TableRow[] {
  const rows: TableRow[] = [];
  let [line, from] = [1, 0];
  Papa.parse<string[]>(text, {
    delimiter,
    newline: "\n",
    skipEmptyLines: false,
    step({ data, errors, meta }) {
      const fault = errors.find((error) => error.type === "Quotes");
      if (fault?.code === "MissingQuotes") malformed(file, line, "a quote opens a field here and is never closed");
      if (fault) malformed(file, line, 'a quote inside a quoted field is not doubled ("")');
      if (data.length > 1 || data[0]?.trim() !== "") rows.push({ cells: data, line });
      for (let next = text.indexOf("\n", from); next >= 0 && next < meta.cursor; next = text.indexOf("\n", from)) {
        line++;
        from = next + 1;
      }
    },
  });
  return rows;
}

/** Lines cut at tabs; a quote is a character as any other. Blank lines are passed over. */
export function tsvRows(text: string): TableRow[] {
  return text.split("\n").flatMap((content, i) => (content.trim() === "" ? [] : [{ cells: content.split("\t"), line: i + 1 }]));
}

/**
 * Rows under a header, or of `width` cells, between these delimiters. Quotes in a table of tabs may be a spreadsheet's, or part of the text: they are read
 * by `looseRows`, others by `csvRows`, which throws.
 */
export const rowsBetween = (delimiter: Delimiter, text: string, file: string, width?: number): TableRow[] =>
  delimiter === "\t" ? looseRows(text, delimiter, [width ?? headerOf(text, delimiter).length]) : csvRows(text, file, delimiter);

/**
 * Rows with quotes as in CSV where they have one of the widths so, else lines without; also where a quote that is part of a text would join several lines
 * with tabs to one cell. Rows of other widths are lines too. Corpora open fields by quotes that they never close. Throws nothing.
 */
export function looseRows(text: string, delimiter: Delimiter, widths: readonly number[]): TableRow[] {
  const rows: TableRow[] = [];
  for (let [at, line] = [0, 1]; at < text.length; ) {
    const end = text.indexOf("\n", at) < 0 ? text.length : text.indexOf("\n", at);
    const raw = text.slice(at, end);
    const bare = raw.split(delimiter);
    const quoted = raw.includes('"') ? quotedRow(text, at, delimiter) : undefined;
    const joins =
      delimiter === "\t" && widths.includes(bare.length) && quoted?.cells.some((cell) => /\t/.test(cell) && /\n/.test(cell));
    if (quoted && widths.includes(quoted.cells.length) && !joins) {
      rows.push({ cells: quoted.cells, line });
      line += text.slice(at, quoted.end).split("\n").length - 1;
      at = quoted.end;
      continue;
    }
    if (widths.includes(bare.length) || raw.trim() !== "") rows.push({ cells: bare, line });
    line++;
    at = end + 1;
  }
  return rows;
}

/** Longest row that is looked for behind an opening quote. */
const longestRow = 400_000;

function quotedRow(
  text: string,
  at: number,
  delimiter: Delimiter,
): { readonly cells: readonly string[]; readonly end: number } | undefined {
  const part = text.slice(at, at + longestRow);
  const { data, errors, meta } = Papa.parse<string[]>(part, { delimiter, newline: "\n", preview: 1, fastMode: false });
  if (errors.some((error) => error.type === "Quotes") || !data[0]) return undefined;
  return { cells: data[0], end: at + Math.max(1, meta.cursor) };
}

/** The rows, all of which must have the same number of cells. */
export function ofWidth(rows: readonly TableRow[], file: string, widths: readonly number[], what: string): readonly TableRow[] {
  for (const { cells, line } of rows) {
    if (widths.includes(cells.length)) continue;
    const expected = widths.join(" or ");
    malformed(file, line, `${cells.length} column${cells.length === 1 ? "" : "s"}, expected ${expected}: ${what}`);
  }
  return rows;
}

export interface HeadedRow<Column extends string> {
  readonly line: number;
  /** The row's own number of cells is its header's. */
  readonly of: Readonly<Record<Column, string>>;
}

const folded = (name: string): string => name.trim().toLowerCase();

/** Places of the columns in a header; undefined where one is missing. */
export function columnsIn(header: readonly string[], columns: readonly string[]): readonly number[] | undefined {
  const names = header.map(folded);
  const places = columns.map((column) => names.indexOf(folded(column)));
  return places.includes(-1) ? undefined : places;
}

/** Rows under a header, by column, in whatever order the columns stand. Throws for a missing column and for a row of another width. */
export function headedRows<Column extends string>(
  rows: readonly TableRow[],
  file: string,
  columns: readonly Column[],
): HeadedRow<Column>[] {
  const [header, ...rest] = rows;
  if (!header) return [];
  const places = columnsIn(header.cells, columns);
  if (!places) {
    const missing = columns.filter((column) => !columnsIn(header.cells, [column]));
    return malformed(file, header.line, `the header lacks ${quoted(missing)}; it has ${quoted(header.cells.slice(0, 12))}`);
  }
  const twice = columns.find((column) => header.cells.filter((name) => folded(name) === folded(column)).length > 1);
  if (twice !== undefined) malformed(file, header.line, `the header has ${quoted([twice])} twice: which one is meant?`);
  ofWidth(rest, file, [header.cells.length], "as the header has");
  return rest.map(({ cells, line }) => ({
    line,
    of: Object.fromEntries(columns.map((column, i) => [column, cells[places[i] as number]])) as Record<Column, string>,
  }));
}

const quoted = (names: readonly string[]): string => names.map((name) => JSON.stringify(name.trim())).join(", ");

/** First row of a table's head, which may be cut off anywhere; for telling a format. */
export function headerOf(head: string, delimiter: Delimiter): readonly string[] {
  const line = firstLine(head);
  return line.split(delimiter).map((cell) => cell.trim().replace(/^"(.*)"$/s, "$1"));
}

const firstLine = (text: string): string => /^\uFEFF?(?:[^\S\r\n]*[\r\n])*([^\r\n]*)/.exec(text)?.[1] ?? "";

/**
 * The sign between the cells of a table: a tab by the file's name. Else a comma; but where the first line has none, the semicolon or tab that it does have, as
 * spreadsheets write them in countries with a decimal comma.
 */
export function delimiterOf(path: string, text: string): Delimiter {
  if (/\.(?:tsv|tab|txt)$/i.test(path)) return "\t";
  const bare = firstLine(text).replace(/"(?:[^"]|"")*"?/g, "");
  if (bare.includes(",")) return ",";
  return ([";", "\t"] as const).find((delimiter) => bare.includes(delimiter)) ?? ",";
}
