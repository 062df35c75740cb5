// Notes from files: a text file is a note, a table has one in each row. For npm run apply. Knows no model.

import { readFileSync } from "node:fs";
import { extname } from "node:path";
import { ClinfuseError } from "../src/base/errors.ts";
import { decodeUtf8, readUtf8 } from "../src/base/utf8.ts";
import { readTable, type Table } from "../src/formats/columns.ts";
import type { Note } from "../src/formats/note.ts";
import type { Shape } from "../src/tasks/example.ts";
import { pickedFiles } from "./picked-files.ts";

export interface ReadNotes {
  readonly notes: readonly Note[];
  /** How the files were read, and what was passed over, a sentence each. */
  readonly remarks: readonly string[];
}

const texts: readonly string[] = ["", ".txt", ".text", ".md"];
const tables: readonly string[] = [".csv", ".tsv", ".jsonl", ".ndjson", ".json"];

const textColumns = /^(text|note|note_?text|sentence|document|content|body|report)$/i;
const idColumns = /^(id|note_?id|doc_?id|document_?id|row_?id|pmid)$/i;
/** Columns of the first and of the second text of a pair. */
const pairColumns: readonly (readonly [RegExp, RegExp])[] = [
  [/^(text|sentence|question)_?(1|a)$/i, /^(text|sentence|question)_?(2|b)$/i],
  [/^(first|premise|claim|chq)$/i, /^(second|hypothesis|evidence|faq)$/i],
];

/** "-" is what comes in by the pipe. Throws with the file, and the line where there is one. */
export async function readNotes(paths: readonly string[], shape: Shape, column: string | undefined): Promise<ReadNotes> {
  const named = paths.filter((path) => path !== "-");
  const notes: Note[] = [];
  const remarks: string[] = [];
  if (named.length < paths.length) notes.push({ id: "pasted", file: "-", text: decodeUtf8(readFileSync(0), "-") });
  const files = named.length === 0 ? new Map<string, Blob>() : pickedFiles(named);
  const passedOver: string[] = [];
  for (const [path, blob] of files) {
    const kind = extname(path).toLowerCase();
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
  if (notes.length === 0) throw new ClinfuseError("file-empty", `${paths.join(", ")} holds no note`, { file: paths[0] ?? "" });
  return { notes: apart(notes), remarks };
}

const unfit = (file: string, why: string) =>
  new ClinfuseError("format-unfit", why.startsWith(file) ? why : `${file} ${why}`, { file, what: why });

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
    const of = (pattern: RegExp) => columns.find((name) => pattern.test(name));
    const found = asked ?? pairColumns.map(([a, b]) => [of(a), of(b)]).find(([a, b]) => a !== undefined && b !== undefined);
    const [a, b] = found ?? [];
    if (a !== undefined && b !== undefined && columns.includes(a) && columns.includes(b)) return [a, b];
    throw unfit(file, `has no two columns of texts among ${list}; name them with --column FIRST,SECOND`);
  }
  const found = wanted === undefined ? columns.find((name) => textColumns.test(name)) : columns.find((name) => name === wanted);
  if (found !== undefined) return [found];
  // One column can only be the texts.
  if (wanted === undefined && columns.length === 1) return [columns[0] as string];
  const what = wanted === undefined ? "no column that is called text or note" : `no column ${JSON.stringify(wanted)}`;
  throw unfit(file, `has ${what}; it has ${list}, and --column names one`);
}

/** Notes of one id are told apart by a number. */
function apart(notes: readonly Note[]): Note[] {
  const taken = new Set<string>();
  return notes.map((note) => {
    let { id } = note;
    for (let i = 2; taken.has(id); i++) id = `${note.id}-${i}`;
    taken.add(id);
    return id === note.id ? note : { ...note, id };
  });
}
