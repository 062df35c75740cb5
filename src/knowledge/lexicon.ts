// Marks a sentence by names that are known, whatever the model marked (`annotation: "graph"`). Knows no model and no graph, only a lexicon.

import type { Span, TokenExample } from "../tasks/example.ts";

/** Names, as their words, by the first of them, so that a text is read once. */
export type Lexicon = ReadonlyMap<string, readonly (readonly string[])[]>;

const word = /[\p{L}\p{N}]+|[^\s\p{L}\p{N}]/gu;

export function lexiconOf(names: readonly string[]): Lexicon {
  const index = new Map<string, string[][]>();
  for (const name of new Set(names.map((n) => n.toLowerCase()))) {
    const words = name.match(word) ?? [];
    if (words.length === 0) continue;
    const entry = index.get(words[0] as string) ?? [];
    entry.push(words);
    index.set(words[0] as string, entry);
  }
  return index;
}

/**
 * Marks every name of the lexicons that occurs as whole words, whatever its case and in the singular or with an s, the longest at each place.
 * Offsets are UTF-16 code units.
 */
export function annotate(text: string, lexicons: readonly Lexicon[], label: string): TokenExample {
  const words = [...text.matchAll(word)].map((m) => ({ text: m[0].toLowerCase(), start: m.index, end: m.index + m[0].length }));
  const spans: Span[] = [];
  for (let i = 0; i < words.length; ) {
    const { text: first, start } = words[i] as (typeof words)[number];
    const name = lexicons
      .flatMap((lexicon) => namesAt(lexicon, first))
      .filter((n) => n.every((w, k) => isWord(words[i + k]?.text, w, k === n.length - 1)))
      .reduce<readonly string[]>((longest, n) => (n.length > longest.length ? n : longest), []);
    if (name.length > 0) spans.push({ start, end: words[i + name.length - 1]?.end ?? start, label });
    i += Math.max(1, name.length);
  }
  return { kind: "token", text, spans };
}

/** Names that may begin with this word of a text. */
function namesAt(lexicon: Lexicon, first: string): readonly (readonly string[])[] {
  const names = lexicon.get(first) ?? [];
  const singular = first.endsWith("s") ? (lexicon.get(first.slice(0, -1)) ?? []) : [];
  return singular.length === 0 ? names : [...names, ...singular];
}

/** A name's last word may stand in the plural. */
function isWord(text: string | undefined, word: string, last: boolean): boolean {
  return text === word || (last && text === `${word}s`);
}
