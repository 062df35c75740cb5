// CASI's clinical attributes: a snippet, and its attributes as a Python list of [start, end, label]. Knows no disk.

import type { Span } from "../tasks/example.ts";
import type { Task } from "../tasks/task.ts";
import { isVisible, visibleExtent } from "../tasks/words.ts";
import type { At, Format, Split } from "./format.ts";
import { Collection } from "./reading/collection.ts";
import { apart, typeFor } from "./reading/documents.ts";
import { jsonRows } from "./reading/json.ts";
import { placed } from "./reading/offsets.ts";
import { extensionOf, splitOf } from "./reading/paths.ts";
import { readPythonLiteral } from "./reading/python-literal.ts";
import { columnsIn, delimiterOf, headedRows, headerOf, rowsBetween } from "./reading/table.ts";
import { malformed, readText } from "./reading/text-file.ts";

const columns = ["snippet", "annotations"] as const;
const attributes = ["medication", "dosage", "route", "frequency", "reason", "duration"];
/** Other spellings of the attributes. */
const spellings: Readonly<Record<string, string>> = { freq: "frequency", dose: "dosage", med: "medication", drug: "medication" };

export const servesCasi = (task: Task): boolean =>
  task.shape === "token" && attributes.every((name) => task.labels.some(({ id }) => id.toLowerCase() === name));

export const casi: Format = {
  id: "casi",
  name: "CASI's attributes",
  files: "csv or jsonl with the columns snippet and annotations ([[5, 12, 'Medication1'], ...])",
  extensions: ["csv"],
  serves: servesCasi,
  fits: (heads) =>
    [...heads]
      .filter(
        ([path, head]) =>
          columnsIn(headerOf(head, delimiterOf(path, head)), columns) ||
          /^\uFEFF?\s*\{(?=[^\n]*"snippet"\s*:)(?=[^\n]*"annotations"\s*:)/.test(head),
      )
      .map(([path]) => path),
  claims: (path) => extensionOf(path) === "csv" && splitOf(path) !== "pool",
  async read(tree, task) {
    const rows = new Collection(task);
    for (const file of tree.keys()) {
      const split = splitOf(file);
      rows.open(split, file);
      addSnippets(rows, split, file, snippetsIn(await readText(tree, file), file));
    }
    return rows.finish();
  },
};

/** Adds the snippets of a file. */
export function addSnippets(rows: Collection, split: Split, file: string, read: readonly Snippet[]): void {
  const inclusive = endsAreInclusive(read);
  if (inclusive) rows.remark(`The ends of ${file} name the last character of an attribute: so its words end at word borders.`);
  for (const { text, attributes: stated, at } of read) {
    if (!isVisible(text)) rows.count("empty-text", file);
    else rows.add(split, { kind: "token", text, spans: spansOf(rows, text, stated, at, inclusive ? 1 : 0) });
  }
}

interface Attribute {
  readonly start: number;
  readonly end: number;
  readonly type: string;
}

interface Snippet {
  readonly text: string;
  readonly attributes: readonly Attribute[];
  readonly at: At;
}

function snippetsIn(text: string, file: string): Snippet[] {
  if (text.trimStart().startsWith("{")) {
    return jsonRows(text, file).map(({ value: { snippet, annotations }, line }) => {
      if (typeof snippet !== "string") return malformed(file, line, 'field "snippet" must be text');
      return {
        text: snippet,
        attributes: attributesIn(annotations, { file, line }),
        at: { file, line },
      };
    });
  }
  return headedRows(rowsBetween(delimiterOf(file, text), text, file), file, columns).map(({ of, line }) => ({
    text: of.snippet,
    attributes: attributesIn(of.annotations, { file, line }),
    at: { file, line },
  }));
}

/** "[[5, 12, 'Medication1'], ...]": the number groups attributes with their medication. */
export function attributesIn(annotations: unknown, { file, line }: At): Attribute[] {
  const literal = typeof annotations === "string" ? annotations : JSON.stringify(annotations ?? null);
  const list = readPythonLiteral(literal);
  if (!Array.isArray(list)) return malformed(file, line, `the annotations are no list: ${JSON.stringify(literal.slice(0, 60))}`);
  return list.map((item): Attribute => {
    const [start, end, label] = Array.isArray(item) ? item : [];
    if (!Number.isInteger(start) || !Number.isInteger(end) || typeof label !== "string") {
      return malformed(file, line, `an annotation must be [start, end, label], got ${JSON.stringify(item)}`);
    }
    const type = label.replace(/[\s_-]*\d+$/, "").trim();
    return { start: start as number, end: end as number, type: spellings[type.toLowerCase()] ?? type };
  });
}

/**
 * Tells whether the ends name the last character of an attribute: the corpus's users disagree. Whichever reading leaves fewer ends where no attribute
 * ends, inside a word or behind a blank or a comma. Offsets count code points, as Python's do.
 */
function endsAreInclusive(snippets: readonly Snippet[]): boolean {
  const letter = /[\p{L}\p{N}]/u;
  const wrong = (more: number): number =>
    snippets.reduce((sum, { text, attributes }) => {
      const points = [...text];
      const isWrong = (end: number): boolean => {
        const [last = " ", next = ""] = points.slice(end - 1, end + 1);
        return /[\s,;:]/.test(last) || (letter.test(last) && letter.test(next));
      };
      return sum + attributes.filter(({ end }) => isWrong(end + more)).length;
    }, 0);
  return wrong(1) < wrong(0);
}

function spansOf(rows: Collection, text: string, stated: readonly Attribute[], at: At, more: 0 | 1): Span[] {
  const mentions = stated.map(({ start, end, type }) => ({ ...at, start, end: end + more, type }));
  const found = placed(text, mentions).flatMap(({ start, end, stated: { type } }) => {
    const label = typeFor(rows, type, at);
    const extent = label === undefined ? undefined : visibleExtent(text, start, end);
    return label === undefined || !extent ? [] : [{ ...extent, type: label, mention: at }];
  });
  return apart(rows, found).map(({ start, end, type }) => ({ start, end, label: type }));
}
