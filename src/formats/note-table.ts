// Notes as rows of a table, for spreadsheets: a row a find, or a row a labelled piece with its text. Knows no disk.

import type { Extent } from "../tasks/words.ts";
import type { ReadNote } from "./note.ts";
import { pointsOf } from "./points.ts";

/** A cell that a spreadsheet takes for a formula begins with an apostrophe, which it takes for a mark of text. */
export function neutral(cell: string): string {
  return /^[\s\u200b\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n|]/u.test(cell) ? `'${cell}` : cell;
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) || text !== text.trim() ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A row a span, or a labelled piece. A note in which nothing was found has a row without a label, so that none is missing. */
function rowsOf(notes: readonly ReadNote[]): string[][] {
  const pairs = notes.some(({ note }) => note.second !== undefined);
  const related = notes.some(({ note }) => note.ends !== undefined);
  const rows = notes.flatMap(({ note, spans, pieces }) => {
    const at = pointsOf(note.text);
    const ends = [note.ends?.head, note.ends?.tail].map((end) => (end ? note.text.slice(end.start, end.end) : ""));
    const others = [...(pairs ? [note.second ?? ""] : []), ...(related ? ends : [])];
    const row = ({ start, end }: Extent, label: string) => [
      note.id,
      note.file,
      label,
      `${at(start)}`,
      `${at(end)}`,
      note.text.slice(start, end),
      ...others,
    ];
    const found = [...spans.map((span) => row(span, span.label)), ...pieces.map((piece) => row(piece, piece.labels.join("; ")))];
    return found.length > 0 ? found : [[note.id, note.file, "", "", "", "", ...others.map(() => "")]];
  });
  return [
    ["note", "file", "label", "start", "end", "text", ...(pairs ? ["second"] : []), ...(related ? ["head", "tail"] : [])],
    ...rows.map((row) => row.map(neutral)),
  ];
}

export const csv = (notes: readonly ReadNote[]): string =>
  rowsOf(notes)
    .map((row) => `${row.map(quoted).join(",")}\r\n`)
    .join("");

/** Tables with tabs know no quotation marks: a tab or a line break in a cell would end it. */
const oneCell = (cell: string): string => cell.replace(/[\t\r\n\v\f\u0085\u2028\u2029]/g, " ");

export const tsv = (notes: readonly ReadNote[]): string =>
  rowsOf(notes)
    .map((row) => `${row.map(oneCell).join("\t")}\n`)
    .join("");

/** Losses of both tables, a sentence each. */
export function lostInTable(notes: readonly ReadNote[]): string[] {
  const labelled = notes.some(({ pieces }) => pieces.length > 0);
  const whole = labelled
    ? "A row of this table holds a labelled part of a note and its place: what stands between the parts is not in it."
    : "A row of this table holds a find and its place: the texts of the notes are not in it.";
  const cut = notes.some(({ pieces, note }) => pieces.some(({ start, end }) => end - start < note.text.length));
  const n = rowsIn(notes).filter((cell) => neutral(cell) !== cell).length;
  return [
    ...(labelled && !cut ? [] : [whole]),
    ...(n === 0 ? [] : [`Cells that begin as a formula does have an apostrophe before them: ${n}.`]),
  ];
}

export function brokenCells(notes: readonly ReadNote[]): string[] {
  const n = rowsIn(notes).filter((cell) => oneCell(cell) !== cell).length;
  return n === 0 ? [] : [`Tabs and line breaks of ${n} cell${n === 1 ? "" : "s"} become blanks: a row of TSV is one line.`];
}

/** Cells with words of the notes. */
const rowsIn = (notes: readonly ReadNote[]): string[] =>
  notes.flatMap(({ note, spans, pieces }) => [
    note.id,
    note.file,
    ...[...spans, ...pieces].flatMap(({ start, end }) => [
      note.text.slice(start, end),
      ...(note.second === undefined ? [] : [note.second]),
    ]),
  ]);
