// The answer form for marks of several kinds: `[Medication: aspirin]`, so that spans and their labels are exact by construction. Knows no family.

import type { Span, TokenExample } from "../tasks/example.ts";
import type { Label } from "../tasks/task.ts";
import { trimmed } from "./marked.ts";
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
 * Text and spans of a sentence with typed marks; "[aspirin: Medication]" and "[aspirin](Medication)" are read as well. A label is known by its name
 * or its id, in any case and with "_" for a space, where no other label has the very word. `malformed`: a mark without a label of the task or without
 * a text. `unbalanced-marks`: a bracket that is not closed, not opened or nested.
 */
export function readTyped(marked: string, labels: readonly Label[]): Parsed<TokenExample> {
  const known = (fold: (word: string) => string) =>
    new Map(labels.flatMap(({ id, name }) => [id, name].map((word) => [fold(word), id] as const)));
  const [exact, alike] = [known((word) => word), known(folded)];
  const spans: Span[] = [];
  let text = "";
  let at = 0;
  for (const mark of typedMarks(marked, (word) => exact.get(word.trim()) ?? alike.get(folded(word)))) {
    if (!mark) return rejected("malformed");
    const { label, name } = mark;
    text += marked.slice(at, mark.start);
    text += name;
    spans.push({ ...trimmed(text, text.length - name.length, text.length), label });
    at = mark.end;
  }
  text += marked.slice(at);
  return /[[\]]/.test(text) ? rejected("unbalanced-marks") : { ok: true, value: { kind: "token", text, spans } };
}

export interface TypedMark {
  /** Of the mark in the text, with the parentheses behind it where they hold its type. */
  readonly start: number;
  readonly end: number;
  readonly label: string;
  readonly name: string;
}

/**
 * The marks of a text in order; undefined in place of one whose label `labelOf` does not know, or that has no text. A colon parts the two, or "|" or
 * "=". A label may hold them too: the longest one before a colon is taken, else the longest one behind a colon.
 */
export function* typedMarks(text: string, labelOf: (word: string) => string | undefined): Generator<TypedMark | undefined> {
  for (const { index, 0: whole, 1: inside = "", 2: behind } of text.matchAll(/\[([^[\]]*)\](?:\(([^()]*)\))?/g)) {
    const colons = [...inside.matchAll(/[:：|=]/g)].map((colon) => colon.index);
    const end = index + inside.length + 2;
    const ways: readonly (readonly [word: string, name: string, end: number])[] = [
      ...colons.toReversed().map((colon) => [inside.slice(0, colon), inside.slice(colon + 1), end] as const),
      ...colons.map((colon) => [inside.slice(colon + 1), inside.slice(0, colon), end] as const),
      ...(behind === undefined ? [] : [[behind, inside, index + whole.length] as const]),
    ];
    const marks = ways.flatMap(([word, said, to]): TypedMark[] => {
      const [label, name] = [labelOf(word), said.trim()];
      return label === undefined || name === "" ? [] : [{ start: index, end: to, label, name }];
    });
    yield marks[0];
  }
}

/**
 * Marks of one kind of entity without the kind, which some models name in each: "[disease: asthma]", "[asthma](disease)". `words` are the kind's own,
 * in the singular.
 */
export function withoutKinds(marked: string, words: readonly string[]): string {
  const kinds = new Set(words.flatMap((word) => [folded(word), `${folded(word)}s`]));
  let text = "";
  let at = 0;
  for (const mark of typedMarks(marked, (word) => (kinds.has(folded(word)) ? word : undefined))) {
    if (!mark) continue;
    text += `${marked.slice(at, mark.start)}[${mark.name}]`;
    at = mark.end;
  }
  return text + marked.slice(at);
}

const folded = (word: string): string =>
  word
    .replace(/^[\s"'“”‘’]+|[\s"'“”‘’]+$/g, "")
    .toLowerCase()
    .replaceAll("_", " ");
