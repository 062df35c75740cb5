// Completions as ClinGen's released code reads them: rows of JSON between lines of dashes, or the text as it is. Knows no prompt.

import { mentionsOfBoth } from "../../knowledge/lexicon.ts";
import type { Example, RelationExample, SentenceExample, Span, TokenExample } from "../../tasks/example.ts";
import type { Task } from "../../tasks/task.ts";
import { type Parsed, rejected } from "../rejections.ts";
import { releasedWords } from "./words.ts";

type Row = Readonly<Record<string, unknown>>;

const partsOf = (completion: string): string[] =>
  completion
    .split("-".repeat(20))
    .map((part) => part.trim())
    .filter((part) => part !== "");

function rowOf(part: string): Row | undefined {
  try {
    const value: unknown = JSON.parse(part);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Row) : undefined;
  } catch {
    return undefined;
  }
}

/** Every row of a completion that can be read; the parts that cannot are passed over. */
export const releasedRows = (completion: string): readonly Row[] =>
  partsOf(completion).flatMap((part): Row[] => {
    const row = rowOf(part);
    return row ? [row] : [];
  });

/** Every occurrence of each entity, as it is written or in lower case. One that does not occur is dropped; of two that overlap the first stays. */
function spansOf(text: string, entities: readonly (readonly [name: unknown, label: string])[]): Span[] {
  const found: Span[] = [];
  for (const [name, label] of entities) {
    if (typeof name !== "string" || name.trim() === "") continue;
    const written = [name, name.toLowerCase()].find((form) => text.includes(form));
    if (written === undefined) continue;
    for (let at = text.indexOf(written); at >= 0; at = text.indexOf(written, at + written.length)) {
      const span = { start: at, end: at + written.length, label };
      if (found.every((other) => span.end <= other.start || other.end <= span.start)) found.push(span);
    }
  }
  return found.sort((a, b) => a.start - b.start);
}

const listed = (row: Row, field: string): readonly unknown[] => {
  const value = Object.hasOwn(row, field) ? row[field] : [];
  return Array.isArray(value) ? value : [value];
};

/** The examples of a completion about entities: several where the model went on after its first row. */
export function releasedTokens(task: Task<"ner"> | Task<"attribute">, completion: string): readonly TokenExample[] {
  const fields =
    task.family === "ner"
      ? [[releasedWords(task).domain, task.labels[0]?.id ?? ""] as const]
      : task.labels.map(({ name, id }) => [name, id] as const);
  return releasedRows(completion).flatMap((row): TokenExample[] => {
    const text = row.Sentence;
    if (typeof text !== "string" || text.trim() === "") return [];
    const entities = fields.flatMap(([field, label]) => listed(row, field).map((name) => [name, label] as const));
    return [{ kind: "token", text, spans: spansOf(text, entities) }];
  });
}

export function releasedText(completion: string, label: string): Parsed<SentenceExample> {
  const text = completion.trim();
  return text === "" ? rejected("empty") : { ok: true, value: { kind: "sentence", text, labels: [label] } };
}

/** The whole completion is one row. The code checks no mention; here both must be found, for their places are part of the example. */
export function releasedRelation(
  task: Task<"relation">,
  label: string,
  completion: string,
  [head, tail]: readonly [string, string],
): Parsed<RelationExample> {
  const text = rowOf(completion.trim())?.text;
  if (typeof text !== "string") return rejected("malformed");
  const named = text.replaceAll(`@${task.head.type.toUpperCase()}$`, head).replaceAll(`@${task.tail.type.toUpperCase()}$`, tail);
  const ends = mentionsOfBoth(named, [head, tail]);
  if (!ends) return rejected("entity-absent");
  const value = { text: named, head: { ...ends[0], label: task.head.type }, tail: { ...ends[1], label: task.tail.type } };
  return { ok: true, value: { kind: "relation", ...value, label } };
}

/** First sentences of a completion: other characters than these become spaces. */
export const releasedFirsts = (completion: string): readonly string[] =>
  partsOf(completion).flatMap((part) => part.replace(/[^A-Za-z0-9(),.!?"']+/g, " ").trim() || []);

/** Second sentences of a completion. */
export const releasedSeconds = (completion: string): readonly string[] =>
  releasedRows(completion).flatMap(({ sent_b: second }) => (typeof second === "string" && second.trim() !== "" ? [second] : []));

/** The first of several, which is the example of one attempt. */
export const firstOf = <E extends Example | string>(found: readonly E[], completion: string): Parsed<E> => {
  const [value] = found;
  if (value !== undefined) return { ok: true, value };
  return rejected(completion.trim() === "" ? "empty" : "malformed");
};
