// Completes a model's marks with the names that the graph knows (`annotation: "graph"`). Knows no model and no graph, only a lexicon.

import type { Span, TokenExample } from "../tasks/example.ts";

/** Names by their first word, longest first, so that a text is read once. */
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
  for (const entry of index.values()) entry.sort((a, b) => b.length - a.length);
  return index;
}

/**
 * Marks every name of the lexicon that occurs as whole words, whatever its case and in the singular or with an s, the longest at each
 * place, and none that touches a span that is already there. Offsets are UTF-16 code units.
 */
export function annotate(example: TokenExample, lexicon: Lexicon, label: string): TokenExample {
  const words = [...example.text.matchAll(word)].map((m) => ({
    text: m[0].toLowerCase(),
    start: m.index,
    end: m.index + m[0].length,
  }));
  const found: Span[] = [];
  const free = (start: number, end: number) => example.spans.every((span) => end <= span.start || span.end <= start);
  for (let i = 0; i < words.length; ) {
    const name = namesAt(lexicon, (words[i] as (typeof words)[number]).text).find((n) =>
      n.every((w, k) => isWord(words[i + k]?.text, w, k === n.length - 1)),
    );
    const start = words[i]?.start ?? 0;
    const end = words[i + (name?.length ?? 1) - 1]?.end ?? start;
    if (name && free(start, end)) {
      found.push({ start, end, label });
      i += name.length;
    } else i++;
  }
  if (found.length === 0) return example;
  return { ...example, spans: [...example.spans, ...found].sort((a, b) => a.start - b.start) };
}

/** Names that may begin with this word of a text, longest first. */
function namesAt(lexicon: Lexicon, first: string): readonly (readonly string[])[] {
  const names = lexicon.get(first) ?? [];
  const singular = first.endsWith("s") ? (lexicon.get(first.slice(0, -1)) ?? []) : [];
  return singular.length === 0 ? names : [...names, ...singular].sort((a, b) => b.length - a.length);
}

/** A name's last word may stand in the plural. */
function isWord(text: string | undefined, word: string, last: boolean): boolean {
  return text === word || (last && text === `${word}s`);
}
