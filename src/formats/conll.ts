// Columns of words and tags, a blank line between sentences: CoNLL, and the IOB files of BC5CDR, NCBI and CHEMDNER. Knows no disk.

import type { Format } from "./format.ts";
import { Collection } from "./reading/collection.ts";
import { extensionOf, splitOf } from "./reading/paths.ts";
import { addTagged, type TaggedWord, tagForm } from "./reading/tags.ts";
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
      for (const sentence of sentencesOf(file, await readText(tree, file))) {
        addTagged(rows, split, file, sentence);
      }
    }
    return rows.finish();
  },
};

/** Most lines of a head end in a tag, and one at least begins a mention or is outside all. */
function looksTagged(head: string): boolean {
  const lines = head.split(/\r\n|\n|\r/).slice(0, -1); // the last may be cut off
  const rows = (lines.length === 0 ? [head] : lines)
    .filter((line) => line.trim() !== "" && !border.test(line) && !isComment(line))
    .map(cellsOf);
  const tagged = rows.filter((cells) => cells.length > 1 && tagForm.test((cells.at(-1) as string).trim()));
  return rows.length > 0 && tagged.length >= 0.8 * rows.length;
}

function sentencesOf(file: string, text: string): TaggedWord[][] {
  const sentences: TaggedWord[][] = [];
  let open: TaggedWord[] | undefined;
  let width: number | undefined;
  for (const [i, content] of text.split("\n").entries()) {
    if (content.trim() === "" || border.test(content)) {
      open = undefined;
      continue;
    }
    if (!open && isComment(content)) continue;
    const cells = cellsOf(content);
    const line = i + 1;
    width ??= Math.max(2, cells.length);
    if (cells.length !== width)
      malformed(file, line, `${cells.length} column${cells.length === 1 ? "" : "s"}, expected ${width} as before`);
    const tag = (cells.at(-1) as string).trim();
    if (!tagForm.test(tag))
      malformed(file, line, `the tag ${JSON.stringify(tag)} is none of O, B-TYPE, I-TYPE (or E-, S-, L-, U-)`);
    if (!open) sentences.push((open = []));
    open.push({ word: cells[0] as string, tag, line });
  }
  return sentences;
}
