// A text file of a folder as text: whole, strict UTF-8, its line ends made one. Refuses what is no data file. Knows no format.

import { ClinfuseError, type ErrorCode, type Place } from "../../base/errors.ts";
import { readUtf8 } from "../../base/utf8.ts";
import type { Tree } from "../format.ts";

/** More than any corpus of the paper has: 30 MB. */
export const mostBytes = 200_000_000;

/** Throws with the file and the line, counted from 1. */
export function refuse(code: ErrorCode, file: string, line: number | undefined, why: string, place: Place = {}): never {
  const where = line === undefined ? file : `${file}, line ${line}`;
  throw new ClinfuseError(code, `${where}: ${why}`, { file, ...(line === undefined ? {} : { line }), what: why, ...place });
}

export const malformed = (file: string, line: number | undefined, why: string): never =>
  refuse("file-malformed", file, line, why);

/** The file's bytes. Throws `file-missing`, `file-too-large`, `file-empty`. */
export function fileOf(tree: Tree, path: string): Blob {
  const file = tree.get(path);
  if (!file) throw new ClinfuseError("file-missing", `the folder has no ${path}`, { file: path });
  if (file.size > mostBytes) {
    throw new ClinfuseError("file-too-large", `${path} is too large`, { file: path, got: file.size, expected: mostBytes });
  }
  if (file.size === 0) throw new ClinfuseError("file-empty", `${path} is empty`, { file: path });
  return file;
}

/** Sentences for what lies in place of a data file, by its beginning. */
const strangers: readonly (readonly [beginning: RegExp, why: string])[] = [
  [/^\s*(?:<!doctype\s+html|<html[\s>])/i, "it is a web page in place of the data: download the file itself"],
  [/^version https:\/\/git-lfs\.github\.com\/spec\//, "it is a pointer of Git LFS in place of the data: fetch the file itself"],
];

const zeroInText = /\0/;
/** The escape too, but for a backslash and the letters after it. */
const zeroInJson = /\0|(?<!\\)(?:\\\\)*\\u0000/;

/** The text with line feeds alone. Throws also `file-malformed` for other encodings, NUL characters, web pages and pointers of Git LFS. */
export async function readText(tree: Tree, path: string): Promise<string> {
  const text = (await readUtf8(fileOf(tree, path), path)).replace(/\r\n?/g, "\n");
  for (const [beginning, why] of strangers) if (beginning.test(text)) malformed(path, 1, why);
  const zero = text.search(/\.jsonl?$/i.test(path) ? zeroInJson : zeroInText);
  if (zero >= 0) malformed(path, lineCounter(text)(zero), "it holds a NUL character (U+0000), which no text has");
  if (text.trim() === "") throw new ClinfuseError("file-empty", `${path} holds no rows`, { file: path });
  return text;
}

/** Line of a place in a text, from 1, for places that come in order. */
export function lineCounter(text: string): (at: number) => number {
  let [line, from] = [1, 0];
  return (at) => {
    for (let next = text.indexOf("\n", from); next >= 0 && next < at; next = text.indexOf("\n", from)) {
      line++;
      from = next + 1;
    }
    return line;
  };
}
