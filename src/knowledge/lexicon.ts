// Marks a sentence by names that are known, in place of the model's marks (`marks: "graph"`). Knows no model and no graph, only a lexicon.

import type { Span, TokenExample } from "../tasks/example.ts";
import { isCommonWord } from "./common-words.ts";
import { caseOf, isAbbreviation, isNoName, type Word, wordsOf } from "./name-words.ts";

interface Name {
  readonly words: readonly Word[];
  /** Its words are meant in their own case alone. */
  readonly exact: boolean;
}

/** Names by the key of their first word, so that a text is read once. */
export type Lexicon = ReadonlyMap<string, readonly Name[]>;

/** Names that mark nothing are left out: those of a single common word ("cold"), shorter than two characters, or standing for none ("NaN"). */
export function lexiconOf(names: readonly string[]): Lexicon {
  const index = new Map<string, Name[]>();
  for (const name of new Set(names)) {
    if (isNoName(name)) continue;
    const words = wordsOf(name);
    const written = caseOf(words);
    if (written === "never") continue;
    const key = (words[0] as Word).key;
    const entry = index.get(key) ?? [];
    entry.push({ words, exact: written === "exact" });
    index.set(key, entry);
  }
  return index;
}

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
export function places(text: string, lexicons: readonly Lexicon[]): { start: number; end: number }[] {
  const words = wordsOf(text);
  const shouted = !/\p{Ll}/u.test(text);
  const found: { start: number; end: number }[] = [];
  for (let i = 0; i < words.length; ) {
    let length = 0;
    let end = 0;
    for (const lexicon of lexicons) {
      for (const name of namesAt(lexicon, (words[i] as Word).key)) {
        const last = endAt(words, i, name, shouted);
        if (last > end) [length, end] = [name.words.length, last];
      }
    }
    if (length > 0) found.push({ start: (words[i] as Word).start, end });
    i += Math.max(1, length);
  }
  return found;
}

const noNames: readonly Name[] = [];

/** Names that may begin with this word of a text. */
function namesAt(lexicon: Lexicon, key: string): readonly Name[] {
  const names = lexicon.get(key) ?? noNames;
  const singular = key.endsWith("s") ? (lexicon.get(key.slice(0, -1)) ?? noNames) : noNames;
  return singular.length === 0 ? names : [...names, ...singular];
}

/** End of the name that begins at word i; 0 when it does not stand there. */
function endAt(words: readonly Word[], i: number, { words: name, exact }: Name, shouted: boolean): number {
  for (const [k, word] of name.entries()) {
    const there = words[i + k];
    if (!there || !isWord(there, word, k === name.length - 1)) return 0;
    if (k > 0 && there.hyphen === "loose" && word.hyphen === "none") return 0;
    if ((exact || isAbbreviation(word.written)) && !isWritten(there, word, exact)) return 0;
  }
  if (exact && isShouted(words, i, name[0] as Word, shouted)) return 0;
  const last = words[i + name.length - 1] as Word;
  const possessive = (name.at(-1) as Word).possessiveEnd > (name.at(-1) as Word).end;
  return possessive ? last.possessiveEnd : last.end;
}

/** A name's last word may stand in the plural; an eponym's possessive may be written "Crohns". */
function isWord(there: Word, word: Word, last: boolean): boolean {
  if (there.key === word.key) return true;
  const possessive = word.possessiveEnd > word.end;
  return (last || possessive) && there.key === `${word.key}s`;
}

/** An abbreviation in its own case; within a longer name only where it would be another word ("all relapses" for "ALL relapse"). */
function isWritten(there: Word, word: Word, exact: boolean): boolean {
  if (!exact && !isCommonWord(word.key)) return true;
  return there.written === word.written || there.written === `${word.written}s`;
}

/** Longest word of capitals that is likelier an abbreviation beside another than a shouted word. */
const longestNeighbour = 4;

/** Tells whether capitals mean nothing here: all of the text is in capitals, or the word beside it is ("ALL PATIENTS"). For common words alone. */
function isShouted(words: readonly Word[], i: number, name: Word, shouted: boolean): boolean {
  if (!isCommonWord(name.key) && name.key.length > 2) return false;
  const beside = [words[i - 1], words[i + 1]].some((word, k) => {
    const [left, right] = k === 0 ? [word, words[i]] : [words[i], word];
    const adjacent = left && right && right.start - left.possessiveEnd === 1;
    return adjacent && word && word.written.length > longestNeighbour && /^\p{Lu}+$/u.test(word.written);
  });
  return beside || (shouted && words.length > 1);
}
