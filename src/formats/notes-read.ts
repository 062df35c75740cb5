// Notes from files: a text file is a note, a table has one in each row. Knows no model and no disk.

import { ClinfuseError } from "../base/errors.ts";
import type { EntityRole } from "../tasks/families.ts";
import type { LearnableTask } from "../tasks/task.ts";
import { readTable, type Table } from "./columns.ts";
import { readableText } from "./encodings.ts";
import type { Tree } from "./format.ts";
import type { Note } from "./note.ts";
import { namedEnds } from "./note-fields.ts";
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
/** A remark without its full stop, as those of notes are. */
const clause = (remark: string | undefined): readonly string[] => (remark === undefined ? [] : [remark.replace(/\.$/, "")]);

/** `column` names the texts of tables; those of a pair, or of a text and its two entities, are apart by commas. Throws with the file, and the line where there is one. */
export async function readNotes(files: Tree, task: LearnableTask, column?: string): Promise<ReadNotes> {
  const notes: Note[] = [];
  const remarks: string[] = [];
  const passedOver: string[] = [];
  for (const [path, blob] of files) {
    const kind = extensionOf(path);
    if (tables.includes(kind)) {
      const { text, remark } = await readableText(blob, path);
      const { found, how } = inTable(readTable(text, path), path, task, column);
      notes.push(...found);
      remarks.push(`${path}: ${found.length} rows, ${how}`, ...clause(remark));
    } else if (texts.includes(kind)) {
      const why = notPlain[task.shape];
      if (why !== undefined) throw unfit(path, why);
      const { text, remark } = await readableText(blob, path);
      remarks.push(...clause(remark));
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
  "Give text files, each a note, or a table with a column called text or note (text_1 and text_2 where two texts are compared; text, head and tail where two names are). Nothing was read.";

/** Reasons why a plain text is no question, by shape. */
const notPlain: { readonly [S in LearnableTask["shape"]]?: string } = {
  pair: "is one text, and this task compares two: give a table with two columns of texts",
  relation: "is a text alone, and this task relates two names in it: give a table with columns of the text and of both names",
};

function inTable(
  { columns, rows }: Table,
  file: string,
  task: LearnableTask,
  wanted: string | undefined,
): { readonly found: Note[]; readonly how: string } {
  const used = columnsIn(columns, file, task, wanted);
  const [first, ...others] = used;
  const id = columns.find((name) => idColumns.test(name) && !used.includes(name));
  const lacking: { readonly line: number; readonly what: string }[] = [];
  const found = rows.map(({ line, cells }): Note => {
    const named = id === undefined ? "" : cellText(cells[id]).trim();
    const text = cellText(cells[first]);
    const plain: Note = { id: named || `${file}:${line}`, file, line, text };
    const cell = (i: number, otherwise = "") => (others[i] === undefined ? otherwise : cellText(cells[others[i]]));
    if (task.shape === "pair") return { ...plain, second: cell(0) };
    if (task.shape !== "relation") return plain;
    const { head, tail } = task as LearnableTask<"relation">;
    const ends = namedEnds(task as LearnableTask<"relation">, text, { head: cell(0, head.mask), tail: cell(1, tail.mask) });
    if (typeof ends !== "string") return { ...plain, ends };
    lacking.push({ line, what: ends });
    return plain;
  });
  const beside = others.length === 0 ? "" : ` beside ${others.map((name) => JSON.stringify(name)).join(" and ")}`;
  const [gap] = lacking;
  const unasked =
    gap === undefined
      ? ""
      : `; ${lacking.length} of them ${lacking.length === 1 ? "asks" : "ask"} nothing, the first in line ${gap.line}: ${gap.what}`;
  return { found, how: `the column ${JSON.stringify(first)}${beside}${unasked}` };
}

const cellText = (cell: unknown): string =>
  typeof cell === "string" ? cell : cell === undefined || cell === null ? "" : String(cell);

/** The text's column first, then the other text's or those of the two names. Signs that a corpus has for its names need no column. */
function columnsIn(
  columns: readonly string[],
  file: string,
  task: LearnableTask,
  wanted: string | undefined,
): readonly [string, ...string[]] {
  const list = columns.map((name) => JSON.stringify(name)).join(", ");
  const asked = task.shape === "pair" || task.shape === "relation" ? wanted?.split(",").map((name) => name.trim()) : undefined;
  if (task.shape === "pair") {
    const [a, b] = asked ?? pairKeys(columns) ?? [];
    if (a !== undefined && b !== undefined && columns.includes(a) && columns.includes(b)) return [a, b];
    throw unfit(file, `has no two columns of texts among ${list}`);
  }
  if (task.shape === "relation") {
    const { head, tail } = task as LearnableTask<"relation">;
    const text = asked ? asked[0] : textColumn(columns);
    const [a, b] = asked ? asked.slice(1) : [endColumn(columns, head, endNames.head), endColumn(columns, tail, endNames.tail)];
    const known = (name: string | undefined): name is string => name !== undefined && columns.includes(name);
    if (known(text) && known(a) && known(b)) return [text, a, b];
    if (known(text) && a === undefined && b === undefined && head.mask !== undefined && tail.mask !== undefined) return [text];
    throw unfit(file, `has no columns for the text, the ${head.type} and the ${tail.type} among ${list}`);
  }
  const found = wanted === undefined ? textColumn(columns) : columns.find((name) => name === wanted);
  if (found !== undefined) return [found];
  // One column can only be the texts.
  if (wanted === undefined && columns.length === 1) return [columns[0] as string];
  const what = wanted === undefined ? "no column that is called text or note" : `no column ${JSON.stringify(wanted)}`;
  throw unfit(file, `has ${what}; it has ${list}`);
}

const textColumn = (columns: readonly string[]): string | undefined =>
  columns.find((name) => /^text$/i.test(name)) ?? columns.find((name) => textColumns.test(name));

const endNames = { head: /^(head|entity_?1|subject)$/i, tail: /^(tail|entity_?2|object)$/i };

/** The column that the entity's type or word names, or its place in the relation. */
const endColumn = (columns: readonly string[], { type, word }: EntityRole, place: RegExp): string | undefined => {
  const plain = (name: string) =>
    name
      .trim()
      .toLowerCase()
      .replace(/[\s_-]+/g, " ");
  return (
    columns.find((name) => place.test(name)) ?? columns.find((name) => [type, word].some((own) => plain(own) === plain(name)))
  );
};

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
