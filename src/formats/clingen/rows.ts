// A row of ClinGen's JSONL <-> an example: one entry a shape. Knows no file.

import type { Example, RelationExample, Shape, Shapes, Span } from "../../tasks/example.ts";
import { type LearnableTask, labelOf } from "../../tasks/task.ts";
import type { Extent } from "../../tasks/words.ts";
import { listed } from "../reading/paths.ts";
import { joinWords, tokenize, wordsOfSpan } from "../words.ts";
import { anyLabels, labelId, oneLabel, shown, unknown } from "./labels.ts";
import type { Line, Row } from "./line.ts";
import { isWithoutPlaces, readMade } from "./made.ts";
import { type Entities, firstApart, hasMarks, mentionsOf, readMarks, writeMarks } from "./relation-marks.ts";

interface RowFormat<S extends Shape> {
  /** Fields of which every row has one. */
  readonly needs: readonly string[];
  /** Rows that can be read, for a user whose rows are others. */
  readonly layouts: string;
  read(line: Line<S>): Shapes[S];
  write(example: Shapes[S], task: LearnableTask<S>): Row;
}

const rows: { readonly [S in Shape]: RowFormat<S> } = {
  token: {
    needs: ["tokens", "Sentence"],
    layouts: '{"tokens": [...], "spans": [[first, last, type], ...]} or {"text": ..., "label": [[start, end, type], ...]}',
    read: readTokens,
    write({ text, spans }) {
      const words = tokenize(text, spans);
      const placed = spans.flatMap((span) => {
        const found = wordsOfSpan(words, span); // none: the span covers nothing that could be read back
        return found ? [[...found, span.label]] : [];
      });
      return { tokens: words.map((w) => text.slice(w.start, w.end)), spans: placed };
    },
  },
  sentence: {
    needs: ["_id"],
    layouts: '{"_id": ..., "text": ...} or {"text": ..., "label": ...}',
    read(line) {
      const text = line.text("text");
      return { kind: "sentence", text, labels: line.task.carries === "one" ? [oneLabel(line)] : anyLabels(line) };
    },
    write({ text, labels }, task) {
      if (task.carries === "one") return { _id: indexOf(task, labels[0] as string), label: labels[0], text };
      return { _id: task.labels.map((l) => (labels.includes(l.id) ? 1 : 0)), label: labels, text };
    },
  },
  relation: {
    needs: ["_id", "original_text"],
    layouts:
      '{"_id": ..., "original_text": ...} or {"text": ..., "head": {"start": ..., "end": ...}, "tail": {"start": ..., "end": ...}, "label": ...}',
    read: readRelation,
    write(example, task) {
      const { text, head, tail, label } = example;
      const names = Object.fromEntries([head, tail].map((e) => [e.label, text.slice(e.start, e.end)]));
      return { _id: indexOf(task, label), label_name: label, ...names, text, original_text: writeMarks(example) };
    },
  },
  pair: {
    needs: ["_id", "text_a", "sent_a"],
    layouts: '{"_id": ..., "text_a": ..., "text_b": ...} or {"first": ..., "second": ..., "label": ...}',
    read(line) {
      const [first, second] = line.row.sent_a === undefined ? ["text_a", "text_b"] : ["sent_a", "sent_b"]; // a generated row has the latter
      return { kind: "pair", first: line.text(first as string), second: line.text(second as string), label: oneLabel(line) };
    },
    write: ({ first, second, label }, task) => ({ _id: indexOf(task, label), label, text_a: first, text_b: second }),
  },
};

/** Throws `file-malformed`, `unknown-label` or `span-out-of-bounds`, with file and line. */
export function readRow(line: Line): Example {
  const row = rows[line.task.shape] as unknown as RowFormat<Shape>; // the compiler does not follow that the row is the task's own
  if (row.needs.every((name) => line.row[name] === undefined))
    line.malformed(`the row has ${listed(Object.keys(line.row)) || "no field"}; write each row of the file as ${row.layouts}`);
  return row.read(line);
}

export function writeRow(task: LearnableTask, example: Example): Row {
  if (example.kind !== task.shape)
    throw new Error(`writeRow: ${task.id} expects ${task.shape} examples, got a ${example.kind} example`);
  const row = rows[task.shape] as unknown as { write(example: Example, task: LearnableTask): Row };
  return row.write(example, task);
}

const indexOf = (task: LearnableTask, id: string): number => task.labels.indexOf(labelOf(task, id));

interface PlacedSpan extends Span {
  /** As the file has it. */
  readonly raw: unknown;
}

/** Words joined by one space each; spans as offsets into that text, without invisible characters at their ends. */
function readTokens(line: Line<"token">): Shapes["token"] {
  if (isWithoutPlaces(line.row)) return readMade(line);
  const { tokens, spans } = line.row;
  if (!Array.isArray(tokens) || tokens.length === 0) return line.malformed('field "tokens" must be a list of words');
  const wrong = tokens.findIndex((token) => typeof token !== "string");
  if (wrong >= 0) return line.malformed(`field "tokens" must be a list of words, got ${shown(tokens[wrong])} at ${wrong}`);
  if (!Array.isArray(spans)) return line.malformed('field "spans" must be a list');
  const { text, places } = joinWords(tokens as string[]);
  if (places.every((place) => place === undefined)) return line.malformed('field "tokens" holds nothing to see');
  const placed = spans.map((raw) => placedSpan(line, raw, places)).filter((span) => span !== undefined);
  placed.sort((a, b) => a.start - b.start || b.end - a.end);
  const kept: PlacedSpan[] = [];
  for (const span of placed) {
    const before = kept.at(-1);
    if (before === undefined || before.end <= span.start) kept.push(span);
    else if (before.start === span.start && before.end === span.end && before.label === span.label) line.note("repeated-span");
    else overlap(line, before, span);
  }
  return { kind: "token", text, spans: kept.map(({ start, end, label }) => ({ start, end, label })) };
}

function overlap(line: Line, a: PlacedSpan, b: PlacedSpan): never {
  const [first, second] = [JSON.stringify(a.raw), JSON.stringify(b.raw)];
  if (a.start === b.start && a.end === b.end) return line.malformed(`spans ${first} and ${second} give one place two labels`);
  if (b.end <= a.end) return line.malformed(`span ${second} is nested in span ${first}; overlapping spans cannot be read`);
  return line.malformed(`spans ${first} and ${second} overlap`);
}

/** [first token, last token inclusive, label]; undefined where all its tokens are invisible. */
function placedSpan(line: Line, raw: unknown, places: readonly (Extent | undefined)[]): PlacedSpan | undefined {
  const [first, last, type] = Array.isArray(raw) ? raw : [];
  const got = JSON.stringify(raw);
  const ends: unknown[] = [first, last];
  if (ends.some((i) => typeof i === "string" && i.trim() !== "" && Number.isFinite(Number(i)))) {
    return line.malformed(`span ${got} has its indices as text; expected numbers without quotes`);
  }
  if (ends.every((i) => typeof i === "number") && !ends.every(Number.isInteger)) {
    return line.malformed(`span ${got} has an index that is no whole number`);
  }
  const inside = (i: unknown): i is number => Number.isInteger(i) && (i as number) >= 0 && (i as number) < places.length;
  if (!inside(first) || !inside(last) || last < first) {
    const why = `span ${got} is outside the sentence's ${places.length} tokens`;
    return line.refuse("span-out-of-bounds", why, { got, expected: places.length });
  }
  const label = (typeof type === "string" ? labelId(line.task, type) : undefined) ?? unknown(line, String(type));
  const visible = places.slice(first, last + 1).filter((place) => place !== undefined);
  const [start, end] = [visible[0]?.start, visible.at(-1)?.end];
  if (start === undefined || end === undefined) {
    line.note("blank-span");
    return undefined;
  }
  return { start, end, label, raw };
}

/** Marks in `original_text`, or in `text`, say where the entities are; else their masks or the names in the fields of their types do. */
function readRelation(line: Line<"relation">): RelationExample {
  const { head, tail } = line.task;
  const label = oneLabel(line);
  const field = line.row.original_text === undefined || line.row.original_text === null ? "text" : "original_text";
  const written = line.text(field);
  const found = hasMarks(written, [head.type, tail.type]) ? entitiesByMarks(line, field) : entitiesByName(line, written);
  if (field === "original_text" && line.row.text !== undefined && squeezed(line.text("text")) !== squeezed(found.text)) {
    return line.malformed('"text" and "original_text" without its marks differ');
  }
  const span = (place: Extent, label: string): Span => ({ ...place, label });
  return {
    kind: "relation",
    text: found.text,
    head: span(found.head, head.type),
    tail: span(found.tail, tail.type),
    label,
  };
}

/** What the marks enclose must be the names in the fields of their types, where the row has these. */
function entitiesByMarks(line: Line<"relation">, field: string): Entities {
  const { head, tail } = line.task;
  const found = readMarks(line.text(field), head.type, tail.type);
  if (typeof found === "string") return line.malformed(`field "${field}": ${found}`);
  for (const [type, place] of [[head.type, found.head] as const, [tail.type, found.tail] as const]) {
    const name = line.row[type];
    const there = found.text.slice(place.start, place.end);
    if (typeof name === "string" && squeezed(name).toLowerCase() !== squeezed(there).toLowerCase()) {
      return line.malformed(`"${type}" says "${name}" and "${field}" marks "${there}"`);
    }
  }
  return found;
}

const squeezed = (text: string): string =>
  text
    .normalize("NFC")
    .replace(/\p{White_Space}+/gu, " ")
    .trim();

function entitiesByName(line: Line<"relation">, text: string): Entities {
  const placesOf = (type: string): Extent[] => {
    const name = line.text(type).trim();
    const found = [`@${type.toUpperCase()}$`, name].map((word) => mentionsOf(text, word)).find((places) => places.length > 0);
    return found ?? line.leaveOut("absent-entity", `"${name}" (field "${type}") is not in the text, and nothing marks it`);
  };
  const first = firstApart(placesOf(line.task.head.type), placesOf(line.task.tail.type));
  if (!first) throw new Error("entitiesByName: expected a mention of each entity");
  if (first.chosen) line.note("chosen-mention");
  return { text, head: first.head, tail: first.tail };
}
