// A row as the released code writes it after generation: a sentence and its entities by type, without places. Knows no file.

import type { Span, TokenExample } from "../../tasks/example.ts";
import { labelId, shown } from "./labels.ts";
import type { Line, Row } from "./line.ts";
import { mentionsOf } from "./relation-marks.ts";

/** Fields beside the sentence that are no lists of entities. */
const besides: readonly string[] = ["Sentence", "style", "keyword", "topic", "_id"];

/** Tells a generated row of a task that marks spans from one with places. */
export const isWithoutPlaces = (row: Row): boolean => row.Sentence !== undefined && row.tokens === undefined;

/** Every place of each entity is marked; of two that overlap the longer. Entities that the sentence does not hold are counted. */
export function readMade(line: Line<"token">): TokenExample {
  const text = line.text("Sentence");
  const found: Span[] = [];
  for (const [field, value] of Object.entries(line.row)) {
    if (besides.includes(field) || value === null) continue;
    const label = labelId(line.task, field);
    if (label === undefined) {
      if (Array.isArray(value) && value.length > 0) line.note("foreign-field");
      continue;
    }
    for (const name of namesIn(line, field, value)) {
      const places = mentionsOf(text, name);
      if (places.length === 0) line.note("absent-mention");
      found.push(...places.map(({ start, end }) => ({ start, end, label })));
    }
  }
  return { kind: "token", text, spans: apart(found) };
}

/** A list of names, or a name alone. */
function namesIn(line: Line<"token">, field: string, value: unknown): string[] {
  const all: readonly unknown[] = Array.isArray(value) ? value : [value];
  const wrong = all.find((name) => typeof name !== "string");
  if (wrong !== undefined) return line.malformed(`field "${field}" must be a list of entities, got ${shown(wrong)}`);
  return (all as readonly string[]).map((name) => name.trim()).filter((name) => name !== "");
}

function apart(spans: readonly Span[]): Span[] {
  const kept: Span[] = [];
  for (const span of [...spans].sort((a, b) => b.end - b.start - (a.end - a.start) || a.start - b.start)) {
    if (kept.every((other) => other.end <= span.start || span.end <= other.start)) kept.push(span);
  }
  return kept.sort((a, b) => a.start - b.start);
}
