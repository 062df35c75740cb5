// Notes from files: a text file is a note, a table has one in each row. Knows no model and no disk.

import { ClinfuseError } from "../base/errors.ts";
import { readUtf8 } from "../base/utf8.ts";
import type { Shape } from "../tasks/example.ts";
import { readTable, type Table } from "./columns.ts";
import type { Tree } from "./format.ts";
import type { Note } from "./note.ts";
import { pairKeys } from "./reading/pair-columns.ts";

export interface ReadNotes {
  readonly notes: readonly Note[];
  /** How the files were read, and what was passed over, a sentence each. */
  readonly remarks: readonly string[];
}

/** With its dot, in lower case; "" where there is none, and for a name that begins with its only dot. */
const extensionOf = (path: string): string => /[^/](\.[^./]*)$/.exec(path)?.[1]?.toLowerCase() ?? "";

const texts: readonly string[] = ["", ".txt", ".text", ".md"];
const tables: readonly string[] = [".csv", ".tsv", ".jsonl", ".ndjson", ".json"];

const textColumns = /^(text|note|note_?text|sentence|document|content|body|report)$/i;
/** A table with both has the notes' texts in "text", and their names in "note". */
const idColumns = /^(id|note_?id|doc_?id|document_?id|row_?id|pmid|note)$/i;
/** `column` names the texts of tables; two of a pair are apart by a comma. Throws with the file, and the line where there is one. */
export async function readNotes(files: Tree, shape: Shape, column?: string): Promise<ReadNotes> {
  const notes: Note[] = [];
  const remarks: string[] = [];
  const passedOver: string[] = [];
  for (const [path, blob] of files) {
    const kind = extensionOf(path);
    if (tables.includes(kind)) {
      const { found, how } = inTable(readTable(await readUtf8(blob, path), path), path, shape, column);
      notes.push(...found);
      remarks.push(`${path}: ${found.length} rows, ${how}`);
    } else if (texts.includes(kind)) {
      if (shape === "pair") throw unfit(path, "is one text, and this task compares two: give a table with two columns of texts");
      const text = await readUtf8(blob, path);
      notes.push({ id: path.slice(0, path.length - kind.length), file: path, text });
    } else passedOver.push(path);
  }
  if (passedOver.length > 0) {
    const why = `${passedOver.slice(0, 5).join(", ")}${passedOver.length > 5 ? " and others" : ""}: neither text nor a table (${[...texts.slice(1), ...tables].join(", ")})`;
    if (notes.length === 0) throw unfit(passedOver[0] as string, why);
    remarks.push(`passed over ${why}`);
  }
  return { notes: apart(notes), remarks };
}

const unfit = (file: string, why: string) =>
  new ClinfuseError("format-unknown", why.startsWith(file) ? why : `${file} ${why}`, { file, what: why, remedy });

const remedy =
  "Give text files, each a note, or a table with a column called text or note (text_1 and text_2 where two texts are compared). Nothing was read.";

function inTable(
  { columns, rows }: Table,
  file: string,
  shape: Shape,
  wanted: string | undefined,
): { readonly found: Note[]; readonly how: string } {
  const [first, second] = textsIn(columns, file, shape, wanted);
  const id = columns.find((name) => idColumns.test(name) && name !== first && name !== second);
  const found = rows.map(({ line, cells }): Note => {
    const named = id === undefined ? "" : cellText(cells[id]).trim();
    const other = second === undefined ? {} : { second: cellText(cells[second]) };
    return { id: named || `${file}:${line}`, file, line, text: cellText(cells[first]), ...other };
  });
  const how = `the column ${JSON.stringify(first)}${second === undefined ? "" : ` beside ${JSON.stringify(second)}`}`;
  return { found, how };
}

const cellText = (cell: unknown): string =>
  typeof cell === "string" ? cell : cell === undefined || cell === null ? "" : String(cell);

function textsIn(columns: readonly string[], file: string, shape: Shape, wanted: string | undefined): readonly [string, string?] {
  const list = columns.map((name) => JSON.stringify(name)).join(", ");
  if (shape === "pair") {
    const asked = wanted?.split(",").map((name) => name.trim());
    const [a, b] = asked ?? pairKeys(columns) ?? [];
    if (a !== undefined && b !== undefined && columns.includes(a) && columns.includes(b)) return [a, b];
    throw unfit(file, `has no two columns of texts among ${list}`);
  }
  const found =
    wanted === undefined
      ? (columns.find((name) => /^text$/i.test(name)) ?? columns.find((name) => textColumns.test(name)))
      : columns.find((name) => name === wanted);
  if (found !== undefined) return [found];
  // One column can only be the texts.
  if (wanted === undefined && columns.length === 1) return [columns[0] as string];
  const what = wanted === undefined ? "no column that is called text or note" : `no column ${JSON.stringify(wanted)}`;
  throw unfit(file, `has ${what}; it has ${list}`);
}

/** Notes of one id are told apart by a number. */
export function apart(notes: readonly Note[]): Note[] {
  const taken = new Set<string>();
  return notes.map((note) => {
    let { id } = note;
    for (let i = 2; taken.has(id); i++) id = `${note.id}-${i}`;
    taken.add(id);
    return id === note.id ? note : { ...note, id };
  });
}
