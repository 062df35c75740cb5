// ClinGen's JSONL (its released code's files) in and out. Knows no folder and no disk.
//
// A label is the field `_id`: an index into label.txt, or a list of 0 and 1. Text is `text`, or `text_a` and `text_b`,
// or `tokens` with `spans` of [first token, last token inclusive, type].

import { ClinfuseError, unreachable } from "../base/errors.ts";
import type { Example, PairExample, RelationExample, SentenceExample, Span, TokenExample } from "../tasks/example.ts";
import type { EntityRole } from "../tasks/families.ts";
import { type ExampleOf, labelOf, type Task } from "../tasks/task.ts";

export interface JsonlSource {
  /** For error messages. */
  readonly file: string;
  /** label.txt in its order: what `_id` indexes. The task's own order when absent. */
  readonly labelIds?: readonly string[];
}

/** label.txt: one label a line. Throws `unknown-label` for one that the task does not have. */
export function readLabels(task: Task, text: string): string[] {
  const ids = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
  ids.forEach((id, i) => {
    if (!task.labels.some((l) => l.id === id)) {
      const expected = task.labels.map((l) => l.id).join(", ");
      throw new ClinfuseError(
        "unknown-label",
        `label.txt, line ${i + 1}: "${id}" is no label of ${task.name}; expected ${expected}`,
        {
          file: "label.txt",
          line: i + 1,
          got: id,
          expected,
        },
      );
    }
  });
  return ids;
}

/**
 * Every row, or the first error: `file-empty`, `file-malformed`, `unknown-label` or `span-out-of-bounds`, with file and line.
 * Blank lines are passed over.
 */
export function readJsonl<T extends Task>(task: T, text: string, source: JsonlSource): ExampleOf<T>[] {
  const labelIds = source.labelIds ?? task.labels.map((l) => l.id);
  const rows: Example[] = [];
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  lines.forEach((line, i) => {
    if (line.trim() === "") return;
    rows.push(readRow(task, line, labelIds, source.file, i + 1));
  });
  if (rows.length === 0) throw new ClinfuseError("file-empty", `${source.file} holds no rows`, { file: source.file });
  return rows as ExampleOf<T>[];
}

/**
 * One JSON object a line, with a line feed after the last. Token examples are cut into words as `tokenize` says.
 * `more(i)` adds fields to row i: a synthetic example's topic, style and source.
 */
export function writeJsonl<T extends Task>(
  task: T,
  examples: readonly ExampleOf<T>[],
  more: (i: number) => Readonly<Record<string, unknown>> = () => ({}),
): string {
  return examples.map((example, i) => `${JSON.stringify({ ...writeRow(task, example), ...more(i) })}\n`).join("");
}

type Row = Record<string, unknown>;

function readRow(task: Task, line: string, labelIds: readonly string[], file: string, number: number): Example {
  const place = { file, line: number };
  const malformed = (why: string): never => {
    throw new ClinfuseError("file-malformed", `${file}, line ${number}: ${why}`, { ...place, what: why });
  };
  let row: Row;
  try {
    const parsed: unknown = JSON.parse(line);
    if (parsed === null || typeof parsed !== "object" || Array.isArray(parsed)) return malformed("not a JSON object");
    row = parsed as Row;
  } catch (error) {
    return malformed(`not JSON (${error instanceof Error ? error.message : String(error)})`);
  }
  const str = (field: string): string => {
    const value = row[field];
    return typeof value === "string" && value.trim() !== "" ? value : malformed(`field "${field}" must be text`);
  };
  const label = (): string => {
    const index = row._id;
    if (typeof index !== "number" || !Number.isInteger(index)) return malformed('field "_id" must be the index of a label');
    const id = labelIds[index];
    if (id !== undefined) return id;
    throw new ClinfuseError(
      "unknown-label",
      `${file}, line ${number}: label ${index} does not exist; there are ${labelIds.length} labels`,
      {
        ...place,
        got: index,
        expected: labelIds.length,
      },
    );
  };
  const several = (bits: readonly unknown[]): string[] => {
    if (bits.length !== labelIds.length || !bits.every((bit) => bit === 0 || bit === 1))
      return malformed(`field "_id" must be the index of a label, or a 0 or 1 for each of the ${labelIds.length}`);
    return labelIds.filter((_, i) => bits[i] === 1);
  };
  switch (task.shape) {
    case "sentence":
      return {
        kind: "sentence",
        text: str("text"),
        labels: Array.isArray(row._id) ? several(row._id) : [label()],
      } satisfies SentenceExample;
    case "relation": {
      const text = str("text");
      const spanOf = ({ type }: EntityRole): Span => {
        const name = str(type);
        const start = text.indexOf(name);
        if (start < 0) return malformed(`field "${type}" is not in the text`);
        return { start, end: start + name.length, label: type };
      };
      return {
        kind: "relation",
        text,
        head: spanOf(task.head),
        tail: spanOf(task.tail),
        label: label(),
      } satisfies RelationExample;
    }
    case "pair":
      return { kind: "pair", first: str("text_a"), second: str("text_b"), label: label() } satisfies PairExample;
    case "token": {
      const { tokens, spans } = row;
      if (!Array.isArray(tokens) || !tokens.every((t): t is string => typeof t === "string") || tokens.length === 0)
        return malformed('field "tokens" must be a list of words');
      if (!Array.isArray(spans)) return malformed('field "spans" must be a list');
      return joinTokens(task, tokens, spans, place);
    }
    default:
      return unreachable(task);
  }
}

/** Words joined by one space each, their spans as offsets into that text. */
function joinTokens(
  task: Task,
  tokens: readonly string[],
  rawSpans: readonly unknown[],
  place: { file: string; line: number },
): TokenExample {
  const starts: number[] = [];
  let length = 0;
  for (const token of tokens) {
    starts.push(length);
    length += token.length + 1;
  }
  const spans = rawSpans.map((raw): Span => {
    const [first, last, type] = Array.isArray(raw) ? raw : [];
    const inside = (i: unknown): i is number => Number.isInteger(i) && (i as number) >= 0 && (i as number) < tokens.length;
    if (!inside(first) || !inside(last) || last < first) {
      throw new ClinfuseError(
        "span-out-of-bounds",
        `${place.file}, line ${place.line}: span ${JSON.stringify(raw)} is outside the sentence's ${tokens.length} tokens`,
        { ...place, got: JSON.stringify(raw), expected: tokens.length },
      );
    }
    if (typeof type !== "string" || !task.labels.some((l) => l.id === type)) {
      const expected = task.labels.map((l) => l.id).join(", ");
      throw new ClinfuseError(
        "unknown-label",
        `${place.file}, line ${place.line}: "${String(type)}" is no label of ${task.name}`,
        {
          ...place,
          got: String(type),
          expected,
        },
      );
    }
    return { start: starts[first] as number, end: (starts[last] as number) + (tokens[last] as string).length, label: type };
  });
  spans.sort((a, b) => a.start - b.start);
  for (let i = 1; i < spans.length; i++) {
    if ((spans[i] as Span).start < (spans[i - 1] as Span).end) {
      throw new ClinfuseError("file-malformed", `${place.file}, line ${place.line}: two spans overlap`, {
        ...place,
        what: "two spans overlap",
      });
    }
  }
  return { kind: "token", text: tokens.join(" "), spans };
}

function writeRow(task: Task, example: Example): Row {
  switch (example.kind) {
    case "sentence":
      return { _id: task.labels.map(({ id }) => Number(example.labels.includes(id))), label: example.labels, text: example.text };
    case "relation": {
      const { text, head, tail, label } = example;
      const named = Object.fromEntries([head, tail].map((span) => [span.label, text.slice(span.start, span.end)]));
      return { _id: indexOf(task, label), label_name: label, ...named, text };
    }
    case "pair":
      return { _id: indexOf(task, example.label), label: example.label, text_a: example.first, text_b: example.second };
    case "token": {
      const words = tokenize(example.text, example.spans);
      return {
        tokens: words.map((w) => example.text.slice(w.start, w.end)),
        spans: example.spans.map((span) => [
          words.findIndex((w) => w.start === span.start),
          words.findIndex((w) => w.end === span.end),
          span.label,
        ]),
      };
    }
    default:
      return unreachable(example);
  }
}

function indexOf(task: Task, id: string): number {
  return task.labels.indexOf(labelOf(task, id));
}

/** Words as BERT's basic tokenizer cuts them (runs of letters and digits, each other character alone), and cut at every span's edge too. */
export function tokenize(text: string, spans: readonly Span[]): { start: number; end: number }[] {
  const edges = new Set(spans.flatMap((s) => [s.start, s.end]));
  const words: { start: number; end: number }[] = [];
  for (const match of text.matchAll(/[\p{L}\p{N}\p{M}]+|[^\s\p{L}\p{N}\p{M}]/gu)) {
    let start = match.index;
    const end = start + match[0].length;
    for (let i = start + 1; i < end; i++) {
      if (!edges.has(i)) continue;
      words.push({ start, end: i });
      start = i;
    }
    words.push({ start, end });
  }
  return words;
}
