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

/** A clause on the file; undefined where nothing is known. */
export function strangerWords(path: string, head: string): string | undefined {
  if (/^\uFEFF?\s*(?:<!doctype\s+html|<html[\s>])/i.test(head))
    return `${nameOf(path)} is a web page in place of the data: download the file itself`;
  if (/^version https:\/\/git-lfs\.github\.com/.test(head))
    return `${nameOf(path)} is a pointer of Git LFS in place of the data: fetch the file itself`;
  const words = byExtension[extensionOf(path)];
  return words === undefined ? undefined : `${nameOf(path)} ${words}`;
}
