// Tokens of a file <-> one text with spans. Knows no file and no vocabulary.

import type { Span } from "../tasks/example.ts";
import { type Extent, invisible, isVisible, space, visibleExtent } from "../tasks/words.ts";

const run = new RegExp(`(?:(?![${space}])[\\p{L}\\p{N}\\p{M}${invisible}])+|[^${space}]`, "gu");

export interface JoinedWords {
  readonly text: string;
  /** Visible part of each word; undefined for a word without one. */
  readonly places: readonly (Extent | undefined)[];
}

/** Words joined by one space each. Empty ones and white space are left out of the text. */
export function joinWords(words: readonly string[]): JoinedWords {
  let text = "";
  const places = words.map((word): Extent | undefined => {
    if (!/[!-~]/.test(word) && /^\p{White_Space}*$/u.test(word)) return undefined;
    if (text !== "") text += " ";
    const start = text.length;
    text += word;
    return visibleExtent(text, start, text.length);
  });
  return { text, places };
}

/**
 * Words as BERT's basic tokenizer cuts them (runs of letters and digits, each other character alone), and cut at every span's edge too. An
 * invisible character stays with the word that it touches.
 */
export function tokenize(text: string, spans: readonly Span[]): Extent[] {
  const edges = new Set(spans.flatMap((s) => [s.start, s.end]));
  return [...text.matchAll(run)].flatMap((match) => {
    const end = match.index + match[0].length;
    const words: { start: number; end: number }[] = [];
    let start = match.index;
    for (let i = start + 1; i <= end; i++) {
      if (i < end && !edges.has(i)) continue;
      const last = words.at(-1);
      if (last && !(isVisible(text.slice(start, i)) && isVisible(text.slice(last.start, last.end)))) last.end = i;
      else words.push({ start, end: i });
      start = i;
    }
    return words;
  });
}

/** Index of the first and of the last word that the span touches; undefined where it touches none. Words in order. */
export function wordsOfSpan(words: readonly Extent[], span: Extent): readonly [first: number, last: number] | undefined {
  const first = words.findIndex((word) => word.end > span.start);
  const last = words.findLastIndex((word) => word.start < span.end);
  return first < 0 || last < first ? undefined : [first, last];
}
