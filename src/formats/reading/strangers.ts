// Files that no format reads and many people have, in words that help. Knows no format.

import { extensionOf, nameOf } from "./paths.ts";

const byExtension: Readonly<Record<string, string>> = {
  xlsx: "is a spreadsheet: save its sheet as CSV (UTF-8)",
  xls: "is a spreadsheet: save its sheet as CSV (UTF-8)",
  ods: "is a spreadsheet: save its sheet as CSV (UTF-8)",
  spacy: "is spaCy's binary form, which spaCy alone reads: write doc.text and the entities' offsets as JSONL",
  tar: "is a tar archive: unpack it and choose the folder",
  tgz: "is a tar archive: unpack it and choose the folder",
  rar: "is an archive: unpack it and choose the folder",
  "7z": "is an archive: unpack it and choose the folder",
  gz: "is a compressed tar archive: unpack it and choose the folder",
  zip: "is an archive inside of another: unpack it and choose the folder",
  arrow: "is an Arrow file: save the data set as Parquet or JSONL",
  rds: "is a file of R: write it as CSV",
  pkl: "is a pickle of Python, which runs code when it is read: write it as CSV or JSONL",
  pickle: "is a pickle of Python, which runs code when it is read: write it as CSV or JSONL",
  doc: "is a document of a word processor: save the data as text",
};

const asDoccano = 'as JSONL, {"text": ..., "label": [[start, end, type], ...]} a line';

const foreign: readonly (readonly [RegExp, string])[] = [
  [/^\uFEFF?#FORMAT=WebAnno TSV/, "is WebAnno's TSV: export the documents as UIMA CAS XMI"],
  [
    /^\uFEFF?\s*\{[^\n]*(?:"_input_hash"\s*:|"tokens"\s*:\s*\[\s*\{|"answer"\s*:\s*"(?:accept|reject|ignore)")/,
    `is Prodigy's JSONL: write the accepted rows ${asDoccano}`,
  ],
  [
    /^\uFEFF?\s*\[\s*\[\s*"(?:[^"\\]|\\.)*"\s*,\s*\{\s*"entities"/,
    `is training data of spaCy: write its texts and entities ${asDoccano}`,
  ],
];

/** Predicate of a sentence on text in the format of another tool; undefined for any other text. */
export const foreignText = (text: string): string | undefined => foreign.find(([pattern]) => pattern.test(text))?.[1];

/** A clause on a file in the format of another tool, whose extension formats that are read have too; undefined for any other file. */
export function foreignWords(path: string, head: string): string | undefined {
  const words = foreignText(head);
  return words === undefined ? undefined : `${nameOf(path)} ${words}`;
}

/** A clause on the file; undefined where nothing is known. */
export function strangerWords(path: string, head: string): string | undefined {
  if (/^\uFEFF?\s*(?:<!doctype\s+html|<html[\s>])/i.test(head))
    return `${nameOf(path)} is a web page in place of the data: download the file itself`;
  if (/^version https:\/\/git-lfs\.github\.com/.test(head))
    return `${nameOf(path)} is a pointer of Git LFS in place of the data: fetch the file itself`;
  const words = byExtension[extensionOf(path)];
  return foreignWords(path, head) ?? (words === undefined ? undefined : `${nameOf(path)} ${words}`);
}
