// Marks a sentence by names that are known, in place of the model's marks (`marks: "graph"`). Knows no model and no graph, only a lexicon.

import type { Span, TokenExample } from "../tasks/example.ts";
import { type NameTrie, nameTrie } from "./name-trie.ts";
import { caseOf, wordsOf } from "./name-words.ts";
import { wordScanner } from "./word-scan.ts";

/** Names, compiled so that a text is read once. */
export type Lexicon = NameTrie;

/** Leaves out what `nameTrie` does. */
export const lexiconOf = (names: readonly string[]): Lexicon => nameTrie(names);

/**
 * Marks every name of the lexicons that occurs as whole words, in the singular or with an s, the longest at each place. Case counts for
 * abbreviations alone. Offsets are UTF-16 code units of the text as given.
 */
export function annotate(text: string, lexicons: readonly Lexicon[], label: string): TokenExample {
  return { kind: "token", text, spans: places(text, lexicons).map((place): Span => ({ ...place, label })) };
}

/**
 * Places at which a text mentions the name that was asked for. A name that would mark nothing by itself ("aids") is taken for the abbreviation
 * that it was: it is meant where it stands in capitals.
 */
export function mentions(text: string, name: string): { start: number; end: number }[] {
  return places(text, [lexiconOf(caseOf(wordsOf(name)) === "never" ? [name.toUpperCase()] : [name])]);
}

/** The first mention of each of two names that does not lie in the other's; undefined where one has none. */
export function mentionsOfBoth(
  text: string,
  [first, second]: readonly [string, string],
): readonly [{ start: number; end: number }, { start: number; end: number }] | undefined {
  const others = mentions(text, second);
  for (const a of mentions(text, first)) {
    const b = others.find(({ start, end }) => end <= a.start || a.end <= start);
    if (b) return [a, b];
  }
  return undefined;
}

/** Places of the names of the lexicons, the longest at each, in order. */
export const places = (text: string, lexicons: readonly Lexicon[]): { start: number; end: number }[] => finder(lexicons)(text);

/** Gives the places of a text, as `places` does. Memory for its words is kept from text to text. */
export function finder(lexicons: readonly Lexicon[]): (text: string) => { start: number; end: number }[] {
  const scan = wordScanner();
  return (text) => {
    const words = scan(text);
    const found: { start: number; end: number }[] = [];
    for (const lexicon of lexicons) lexicon.begin(words);
    for (let i = 0; i < words.count; ) {
      let length = 0;
      let end = 0;
      for (const lexicon of lexicons) {
        if (!lexicon.longestAt(i) || lexicon.end <= end) continue;
        length = lexicon.words;
        end = lexicon.end;
      }
      if (length > 0) found.push({ start: words.start[i] as number, end });
      i += Math.max(1, length);
    }
    return found;
  };
}
