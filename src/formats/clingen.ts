// ClinGen's folder of JSONL files (its released code's) in and out. Knows no disk.
//
// A label is the field `_id`: an index into label.txt, or a list of 0 and 1. Text is `text`, or `text_a` and `text_b`,
// or `original_text` with both entities marked, or `tokens` with `spans` of [first token, last token inclusive, type].

import { ClinfuseError } from "../base/errors.ts";
import { readUtf8 } from "../base/utf8.ts";
import type { Example } from "../tasks/example.ts";
import type { ExampleOf, LearnableTask } from "../tasks/task.ts";
import { labelFile, readLabels } from "./clingen/labels.ts";
import { type Note, noteWords, readLine } from "./clingen/line.ts";
import { readRow, writeRow } from "./clingen/rows.ts";
import { type Format, type Split, splits } from "./format.ts";

export interface JsonlSource {
  /** For error messages. */
  readonly file: string;
  /** label.txt in its order: what `_id` indexes. The task's own order when absent. */
  readonly labelIds?: readonly string[];
  /** Takes what reading decided, a sentence each. */
  remark?(text: string): void;
}

/**
 * Every row, or the first error: `file-empty`, `file-malformed`, `unknown-label` or `span-out-of-bounds`, with file and line.
 * Blank lines are passed over.
 */
export function readJsonl<T extends LearnableTask>(task: T, text: string, source: JsonlSource): ExampleOf<T>[] {
  const { file, labelIds = task.labels.map((l) => l.id) } = source;
  const notes = new Map<Note, number>();
  const context = { task, labelIds, file, note: (note: Note) => void notes.set(note, (notes.get(note) ?? 0) + 1) };
  const rows: Example[] = [];
  for (const [i, line] of text.split(/\r\n|\n|\r/).entries()) {
    if (line.trim() !== "") rows.push(readRow(readLine(context, line, i + 1)));
  }
  if (rows.length === 0) throw new ClinfuseError("file-empty", `${file} holds no rows`, { file });
  for (const [note, count] of notes) source.remark?.(noteWords[note](count, file));
  return rows as ExampleOf<T>[];
}

/**
 * One JSON object a line, with a line feed after the last. Token examples are cut into words as `tokenize` says.
 * `more(i)` adds fields to row i: a synthetic example's topic, style and source.
 */
export function writeJsonl<T extends LearnableTask>(
  task: T,
  examples: readonly ExampleOf<T>[],
  more: (i: number) => Readonly<Record<string, unknown>> = () => ({}),
): string {
  return examples.map((example, i) => `${JSON.stringify({ ...writeRow(task, example), ...more(i) })}\n`).join("");
}

/** Files of each set, in the order in which their rows are put together. */
const filesOf = {
  train: ["train_few.jsonl"],
  validation: ["dev_few.jsonl"],
  test: ["test.jsonl"],
  full: ["train.jsonl"],
  pool: ["dev.jsonl", "all.jsonl"],
} as const satisfies Readonly<Record<Split, readonly string[]>>;

/** More than any corpus of the paper has: 30 MB. */
const mostBytes = 200_000_000;

export const clingen: Format = {
  id: "clingen",
  name: "ClinGen's JSONL",
  fits: (heads) => splits.some((split) => filesOf[split].some((name) => /^\uFEFF?\s*\{/.test(heads.get(name) ?? ""))),
  async read(tree, task) {
    const text = (name: string): Promise<string> | undefined => {
      const file = tree.get(name);
      if (file && file.size > mostBytes) {
        throw new ClinfuseError("file-too-large", `${name} is too large`, { file: name, got: file.size, expected: mostBytes });
      }
      return file && readUtf8(file, name);
    };
    const labels = await text(labelFile);
    const labelIds = labels === undefined ? task.labels.map((l) => l.id) : readLabels(task, labels);
    const remarks: string[] = [];
    if (labels === undefined && task.shape !== "token") {
      remarks.push(`${labelFile} is missing: "_id" was read as an index into ${labelIds.join(", ")}, in this order.`);
    }
    const rows: Partial<Record<Split, Example[]>> = {};
    for (const split of splits) {
      for (const file of filesOf[split]) {
        const found = await text(file);
        if (found === undefined) continue;
        const read = readJsonl(task, found, { file, labelIds, remark: (remark) => remarks.push(remark) });
        rows[split] = [...(rows[split] ?? []), ...read];
      }
    }
    return {
      rows,
      names: {
        train: filesOf.train[0],
        validation: filesOf.validation[0],
        test: filesOf.test[0],
        full: filesOf.full[0],
        pool: "the folder",
      },
      remarks,
    };
  },
  write(rows, task) {
    const files = new Map([[labelFile, task.labels.map((l) => `${l.id}\n`).join("")]]);
    for (const split of splits) {
      const examples = rows[split];
      if (examples) files.set(filesOf[split][0], writeJsonl(task, examples as readonly ExampleOf<typeof task>[]));
    }
    return files;
  },
};
