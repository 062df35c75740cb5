// Rows of a table whose first row names its columns, whatever separates them. Knows no format.

import { type RowBatch, type TableRow, tableRows } from "./table-rows.ts";
import type { TextFile } from "./text-pieces.ts";

export interface Header {
  readonly names: readonly string[];
  /** Place of the column of this name, whatever its case; -1 for none. */
  at(name: string): number;
}

const signs = ["\t", ",", ";", "|"] as const;

/** The sign that parts the first line into the most cells. */
export function separatorOf(line: string): string {
  const parts = (sign: string) => line.split(sign).length;
  return signs.reduce((best, sign) => (parts(sign) > parts(best) ? sign : best));
}

/** Names of the columns of a text's first line that is not blank. */
export function headerNames(text: string): readonly string[] {
  const line = firstLine(text);
  const names = line.split(separatorOf(line));
  return names.map((name) =>
    name
      .trim()
      .replace(/^"(.*)"$/, "$1")
      .trim()
      .toLowerCase(),
  );
}

export function firstLine(text: string): string {
  return /[^\r\n]*\S[^\r\n]*/.exec(text)?.[0] ?? "";
}

export interface HeadedBatch extends RowBatch {
  readonly header: Header;
}

/** Batches of rows below the header. Throws as `tableRows` does. */
export async function* headedRows(file: TextFile): AsyncGenerator<HeadedBatch, void> {
  let header: Header | undefined;
  for await (const { rows, bytes } of tableRows(file, separatorOf)) {
    const first = header === undefined ? 1 : 0;
    header ??= rows[0] && headerOf(rows[0]);
    if (header) yield { header, rows: rows.slice(first), bytes };
  }
}

function headerOf({ cells }: TableRow): Header {
  const names = cells.map((cell) => cell.trim());
  const places = new Map(names.map((name, i) => [name.toLowerCase(), i]));
  return { names, at: (name) => places.get(name.toLowerCase()) ?? -1 };
}

/** A cell without spaces around it, its inner spaces one each. */
export const cellAt = (cells: readonly string[], at: number): string => {
  const cell = cells[at];
  if (cell === undefined) return "";
  return mayHaveSpace(cell) ? cell.replace(/\s+/g, " ").trim() : cell;
};

/** Tells of most cells at once that they hold no space that would have to go: a single one between words stays. */
function mayHaveSpace(cell: string): boolean {
  let before = 32;
  for (let i = 0; i < cell.length; i++) {
    const code = cell.charCodeAt(i);
    if (code < 32 || code > 127 || (code === 32 && before === 32)) return true;
    before = code;
  }
  return before === 32 && cell !== "";
}

/** The sentence for a row that has another number of cells than the header. */
export const widthWords = (got: number, expected: number): string => `${got} columns where the header has ${expected}`;
