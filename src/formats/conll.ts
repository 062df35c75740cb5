// Columns of words and tags, a blank line between sentences: CoNLL, and the IOB files of BC5CDR, NCBI and CHEMDNER. Knows no disk.

import type { Format } from "./format.ts";
import { Collection } from "./reading/collection.ts";
import { extensionOf, splitOf } from "./reading/paths.ts";
import { addTagged, type TaggedWord, tagForm, tagWritten } from "./reading/tags.ts";
import { malformed, readText } from "./reading/text-file.ts";

const border = /^-DOCSTART-/;

/** A comment as CoNLL-U has it. A word "#" has its tag, and stands in a line of cells. */
function isComment(line: string): boolean {
  return /^# /.test(line) && !(line.includes("\t") || tagForm.test(line.trim().split(" ").at(-1) as string));
}

const cellsOf = (line: string): string[] =>
  line.includes("\t") ? line.replace(/\t+$/, "").split("\t") : line.trim().split(/ +/);

export const conll: Format = {
  id: "conll",
  name: "CoNLL",
  files: "a word and its tag a line (IOB, IOBES or BILOU), a blank line between sentences",
  extensions: ["tsv", "conll", "iob", "txt"],
  serves: (task) => task.shape === "token",
  fits: (heads) => [...heads].filter(([, head]) => looksTagged(head)).map(([path]) => path),
  claims: (path) =>
    ["tsv", "conll", "iob", "bio", "txt", "iob2", "bioes"].includes(extensionOf(path)) && splitOf(path) !== "pool",
  async read(tree, task) {
    const rows = new Collection(task);
    for (const file of tree.keys()) {
      const split = splitOf(file);
      rows.open(split, file);
      const lines = linesOf(await readText(tree, file));
      if (tree.size > 1 && isWordsAlone(lines)) rows.count("no-label", file, blocksOf(lines).length);
      else for (const sentence of sentencesOf(rows, file, lines)) addTagged(rows, split, file, sentence);
    }
    return rows.finish();
  },
};

/** Most lines of a head have a tag, and one at least begins a mention or is outside all. */
function looksTagged(head: string): boolean {
  const lines = head.split(/\r\n|\n|\r/).slice(0, -1); // the last may be cut off
  const rows = (lines.length === 0 ? [head] : lines)
    .filter((line) => line.trim() !== "" && !border.test(line) && !isComment(line))
    .map(cellsOf);
  const behind = columnsBehind(rows);
  const tagged = rows.filter((cells) => cells.length > 1 + behind && tagForm.test(tagIn(cells, behind)));
  return rows.length > 0 && tagged.length >= 0.8 * rows.length;
}

const tagIn = (cells: readonly string[], behind: number): string => tagWritten((cells.at(-1 - behind) ?? "").trim());

/** Tags of phrases, as CoNLL's files of 2000 and 2003 have them before the column of the entities. */
const phrase = /^[BI]-(?:ADJP|ADVP|CONJP|INTJ|LST|NP|PP|PRT|SBAR|UCP|VP)$/;

/** A tag that no word is: "I" stands in texts too. */
const typed = /^[BIESLUM][-_].+$/;

/** Columns behind that of the tags: the last that holds any, for a column of notes may follow. A column of phrases is none of tags. */
function columnsBehind(rows: readonly (readonly string[])[]): number {
  const width = rows[0]?.length ?? 0;
  const places = Array.from({ length: Math.max(width - 1, 0) }, (_, i) => i);
  const holds = (behind: number, form: RegExp) => rows.some((cells) => cells.length === width && form.test(tagIn(cells, behind)));
  const found = places.find((behind) => holds(behind, behind > 0 ? typed : tagForm)) ?? 0;
  return found > 0 && holds(found, phrase) ? 0 : found;
}

interface Line {
  readonly cells: readonly string[];
  readonly line: number;
}

/** Lines with cells; undefined where a sentence ends. Comments stand before a sentence. */
function linesOf(text: string): (Line | undefined)[] {
  const lines: (Line | undefined)[] = [];
  for (const [i, content] of text.split("\n").entries()) {
    if (content.trim() === "" || border.test(content)) lines.push(undefined);
    else if (lines.at(-1) !== undefined || !isComment(content)) lines.push({ cells: cellsOf(content), line: i + 1 });
  }
  return lines;
}

const isLine = (line: Line | undefined): line is Line => line !== undefined;

/** Words without a column of tags, as test sets are given out. */
const isWordsAlone = (lines: readonly (Line | undefined)[]): boolean => lines.every((line) => !line || line.cells.length === 1);

function blocksOf(lines: readonly (Line | undefined)[]): Line[][] {
  const blocks: Line[][] = [];
  for (const [i, line] of lines.entries()) {
    if (line && lines[i - 1]) blocks.at(-1)?.push(line);
    else if (line) blocks.push([line]);
  }
  return blocks;
}

/** Names of columns, as some files have them in their first line. */
const header = /^(?:(?:ner|bio|iob)?[ _-]?(?:tags?|labels?)|ner|bio|iob|entity)$/i;

function sentencesOf(rows: Collection, file: string, all: readonly (Line | undefined)[]): TaggedWord[][] {
  const first = all.find(isLine);
  const isTag = (cell: string) => tagForm.test(tagWritten(cell.trim()));
  const isHeader = first?.cells.some((cell) => header.test(cell.trim())) === true && !first.cells.some(isTag);
  if (isHeader) rows.remark(`The first line of ${file} is a header and was passed over.`);
  const lines = isHeader ? all.map((line) => (line === first ? undefined : line)) : all;
  const there = lines.filter(isLine);
  const [width, behind] = [Math.max(2, there[0]?.cells.length ?? 0), columnsBehind(there.map(({ cells }) => cells))];
  return blocksOf(lines).map((block) =>
    block.map(({ cells, line }) => {
      if (cells.length !== width)
        malformed(file, line, `${cells.length} column${cells.length === 1 ? "" : "s"}, expected ${width} as before`);
      const tag = tagIn(cells, behind);
      if (!tagForm.test(tag))
        malformed(file, line, `the tag ${JSON.stringify(tag)} is none of O, B-TYPE, I-TYPE (or E-, S-, L-, U-)`);
      return { word: cells[0] as string, tag, line };
    }),
  );
}
