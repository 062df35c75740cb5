// The answer form for marks of several kinds: `[Medication: aspirin]`, so that spans and their labels are exact by construction. Knows no family.

import type { Span, TokenExample } from "../tasks/example.ts";
import type { Label } from "../tasks/task.ts";
import { type Parsed, rejected } from "./rejections.ts";

/** The beginning of a mark, up to its text. */
export const markOpening = (word: string): string => `[${word}: `;

/** The text with each span in a mark of its label. Brackets of the text itself become parentheses: they would read as marks. */
export function typedText({ text, spans }: TokenExample, labels: readonly Label[]): string {
  const words = new Map(labels.map(({ id, name }) => [id, name]));
  const plain = text.replaceAll("[", "(").replaceAll("]", ")");
  let marked = "";
  let at = 0;
  for (const { start, end, label } of spans) {
    marked += `${plain.slice(at, start)}${markOpening(words.get(label) ?? label)}${plain.slice(start, end)}]`;
    at = end;
  }
  return marked + plain.slice(at);
}

/**
 * Text and spans of a sentence with typed marks. A label is known by its name or its id, in any case. `malformed`: a mark without a label
 * of the task or without a text. `unbalanced-marks`: a bracket that is not closed, not opened or nested.
 */
export function readTyped(marked: string, labels: readonly Label[]): Parsed<TokenExample> {
  const known = new Map(labels.flatMap(({ id, name }) => [id, name].map((word) => [folded(word), id] as const)));
  const spans: Span[] = [];
  let text = "";
  let at = 0;
  for (const { index, 0: mark, 1: inside } of marked.matchAll(/\[([^[\]]*)\]/g)) {
    const [, word, name] = /^([^:]*):\s*(.*?)\s*$/s.exec(inside as string) ?? [];
    const label = word === undefined ? undefined : known.get(folded(word));
    if (label === undefined || !name) return rejected("malformed");
    text += marked.slice(at, index);
    spans.push({ start: text.length, end: text.length + name.length, label });
    text += name;
    at = index + mark.length;
  }
  text += marked.slice(at);
  return /[[\]]/.test(text) ? rejected("unbalanced-marks") : { ok: true, value: { kind: "token", text, spans } };
}

const folded = (word: string): string => word.trim().toLowerCase().replaceAll("_", " ");
