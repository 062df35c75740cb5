// ClinGen's folder of JSONL files (its released code's) in and out. Knows no disk.
//
// A label is the field `_id`: an index into label.txt, or a list of 0 and 1. Text is `text`, or `text_a` and `text_b`,
// or `original_text` with both entities marked, or `tokens` with `spans` of [first token, last token inclusive, type].
// Generated rows have `Sentence` and a list of entities for each type, or `sent_a` and `sent_b`.

import { ClinfuseError } from "../base/errors.ts";
import { readUtf8 } from "../base/utf8.ts";
import type { Example } from "../tasks/example.ts";
import type { ExampleOf, LearnableTask } from "../tasks/task.ts";
import { labelFile, readLabels } from "./clingen/labels.ts";
import { type LeftOut, LeftOutRow, leftOutRemark, type Note, noteWords, readLine } from "./clingen/line.ts";
import { readRow, writeRow } from "./clingen/rows.ts";
import { type Format, type Split, splits, type Tree } from "./format.ts";
import { nameOf, splitOf } from "./reading/paths.ts";
import { fileOf, malformed, readText } from "./reading/text-file.ts";

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
 * Blank lines are passed over. A row whose entity or text was never written is left out by count, unless all are.
 */
export function readJsonl<T extends LearnableTask>(task: T, text: string, source: JsonlSource): ExampleOf<T>[] {
  const { file, labelIds = task.labels.map((l) => l.id) } = source;
  const notes = new Map<Note, number>();
  const context = { task, labelIds, file, note: (note: Note) => void notes.set(note, (notes.get(note) ?? 0) + 1) };
  const rows: Example[] = [];
  const leftOut = new Map<LeftOut, LeftOutRow[]>();
  for (const [i, line] of text.split(/\r\n|\n|\r/).entries()) {
    if (line.trim() === "") continue;
    try {
      rows.push(readRow(readLine(context, line, i + 1)));
    } catch (error) {
      if (!(error instanceof LeftOutRow)) throw error;
      const known = leftOut.get(error.reason);
      if (known) known.push(error);
      else leftOut.set(error.reason, [error]);
    }
  }
  const [none] = [...leftOut.values()].flat();
  if (rows.length === 0) throw none?.refused ?? new ClinfuseError("file-empty", `${file} holds no rows`, { file });
  for (const [note, count] of notes) source.remark?.(noteWords[note](count, file));
  for (const [reason, out] of leftOut) {
    const lines = out.map(({ line }) => line);
    source.remark?.(leftOutRemark(reason, lines, file));
  }
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

/** Files of each set by their names in the released code. */
const splitOfName: Readonly<Record<string, Split>> = {
  "train_few.jsonl": "train",
  "dev_few.jsonl": "validation",
  "test.jsonl": "test",
  "train.jsonl": "full",
  "dev.jsonl": "dev",
  "all.jsonl": "pool",
};

const nameOfSplit = (split: Split): string => Object.keys(splitOfName).find((name) => splitOfName[name] === split) as string;

/** A file's name as the table has it: in capitals or in a folder it is the same file. */
const keyOf = (path: string): string => nameOf(path).toLowerCase();
const isNamed = (path: string): boolean => Object.hasOwn(splitOfName, keyOf(path));
const isLabelFile = (path: string): boolean => keyOf(path) === labelFile;
const setOf = (path: string): Split => (isNamed(path) ? (splitOfName[keyOf(path)] as Split) : splitOf(path));

/** And files that hold a set which none of the named ones holds: validation.jsonl. */
function withOtherSets(named: readonly string[], rows: readonly string[]): readonly string[] {
  const held = new Set(named.map(setOf));
  return [...named, ...rows.filter((path) => !named.includes(path) && setOf(path) !== "pool" && !held.has(setOf(path)))];
}

/** Fields of a generated row, which is for training. */
const made = /^\s*\{[^\n]*"(?:Sentence|keyword|sent_a)"\s*:/;

const looksLikeRows = (head: string): boolean =>
  /^\uFEFF?\s*\{(?:[^\n]*"(?:_id|original_text|Sentence)"\s*:|(?=[^\n]*"tokens"\s*:)[^\n]*"spans"\s*:)/.test(head) &&
  !/"passages"\s*:/.test(head);

/** Labels in the order of label.txt; undefined where no folder has one. Throws `file-malformed` where two differ. */
async function labelsIn(tree: Tree, task: LearnableTask): Promise<readonly string[] | undefined> {
  const files = [...tree.keys()].filter(isLabelFile);
  const lists: (readonly string[])[] = [];
  for (const file of files) lists.push(readLabels(task, await readUtf8(fileOf(tree, file), file)));
  const [first] = lists;
  const other = lists.findIndex((list) => list.join("\n") !== first?.join("\n"));
  if (other >= 0)
    malformed(
      files[other] as string,
      undefined,
      `its labels stand in another order than those of ${files[0]}: read the two apart`,
    );
  return first;
}

export const clingen: Format = {
  id: "clingen",
  name: "ClinGen's JSONL",
  files: "train_few.jsonl, dev_few.jsonl, test.jsonl and label.txt",
  extensions: ["jsonl"],
  serves: () => true,
  fits(heads) {
    const named = [...heads.keys()].filter(isNamed);
    const rows = [...heads].filter(([path, head]) => /\.jsonl?$/i.test(path) && looksLikeRows(head)).map(([path]) => path);
    const isRows = (path: string) => rows.includes(path) || /^\uFEFF?\s*\{\}?\s*$/.test(heads.get(path) ?? "");
    const own = named.some(isRows) ? withOtherSets(named, rows) : rows;
    return own.length === 0 ? [] : [...own, ...[...heads.keys()].filter(isLabelFile)];
  },
  claims: (path) => isNamed(path) || isLabelFile(path),
  besides: isLabelFile,
  async read(tree, task) {
    const stated = await labelsIn(tree, task);
    const labelIds = stated ?? task.labels.map((l) => l.id);
    const remarks: string[] = [];
    if (stated === undefined && task.shape !== "token") {
      remarks.push(`${labelFile} is missing: "_id" was read as an index into ${labelIds.join(", ")}, in this order.`);
    }
    const rows: Partial<Record<Split, Example[]>> = {};
    const first: Partial<Record<Split, string>> = {};
    for (const split of splits) {
      for (const file of [...tree.keys()].filter((path) => !isLabelFile(path) && setOf(path) === split)) {
        const text = await readText(tree, file);
        const read = readJsonl(task, text, { file, labelIds, remark: (remark) => remarks.push(remark) });
        const into = split === "pool" && made.test(text) ? "full" : split;
        if (into === "full" && made.test(text)) remarks.push(`${file} holds generated rows: they are training rows.`);
        rows[into] = [...(rows[into] ?? []), ...read];
        first[into] ??= file;
      }
    }
    const name = (split: Split): string => first[split] ?? nameOfSplit(split);
    const names = Object.fromEntries(splits.map((split) => [split, split === "pool" ? "the folder" : name(split)])) as Record<
      Split,
      string
    >;
    return { rows, names, remarks };
  },
  spare(files, gold) {
    const whole = files.includes(nameOfSplit("train")) && files.includes(nameOfSplit("validation"));
    const kept: readonly (Split | undefined)[] = ["train", "validation", "test", ...(gold ? (["full"] as const) : [])];
    return whole ? files.filter((path) => path !== labelFile && !kept.includes(splitOfName[path])) : [];
  },
  write(rows, task) {
    const files = new Map([[labelFile, task.labels.map((l) => `${l.id}\n`).join("")]]);
    for (const split of splits) {
      const examples = rows[split];
      if (examples) files.set(nameOfSplit(split), writeJsonl(task, examples as readonly ExampleOf<typeof task>[]));
    }
    return files;
  },
};
