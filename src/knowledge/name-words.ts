// The words of a name or a text as medicine writes them: spelling differences undone, offsets kept. Knows no graph.

import { isCommonWord } from "./common-words.ts";
import { hyphenated, keyAt, wordScanner, writtenAt } from "./word-scan.ts";
import { isSpaceless, type Spelling } from "./word-spelling.ts";

/** One word, its place in the text as given (UTF-16 code units), and what joins it to the word before. */
export interface Word extends Spelling {
  readonly start: number;
  readonly end: number;
  /** End of its possessive ("Crohn's"); `end` without one. */
  readonly possessiveEnd: number;
  /** Hyphen before it: in a compound ("graft-versus"), with spaces around ("graft - versus"), or none. */
  readonly hyphen: "tight" | "loose" | "none";
}

const scan = wordScanner();
const hyphens = Object.keys(hyphenated) as (keyof typeof hyphenated)[];

export function wordsOf(text: string): Word[] {
  const words = scan(text);
  const { count, start, end, possessiveEnd, hyphen } = words;
  const found = new Array<Word>(count);
  for (let i = 0; i < count; i++) {
    found[i] = {
      key: keyAt(words, i),
      written: writtenAt(words, i),
      start: start[i] as number,
      end: end[i] as number,
      possessiveEnd: possessiveEnd[i] as number,
      hyphen: hyphens[hyphen[i] as number] as Word["hyphen"],
    };
  }
  return found;
}

/** Characters from which on capitals are shouting rather than an abbreviation: "CHOLESTASIS". */
const longestAbbreviation = 6;

/** A word of capitals alone, as abbreviations are: "AIDS", "ALL". With digits ("BRCA1") no other word is meant in any case. */
export const isAbbreviation = (written: string): boolean =>
  /^\p{Lu}{2,}$/u.test(written) && written.length <= longestAbbreviation;

/** The case in which a name must stand in a text to be meant. `never`: it is a word of everyday or a single sign. */
export function caseOf(words: readonly Word[]): "any" | "exact" | "never" {
  const [only, second] = words;
  if (!only) return "never";
  if (second) return "any";
  if (isAbbreviation(only.written)) return "exact";
  if (isSpaceless(only.key)) return "any";
  if (only.key.length < 2 || isCommonWord(only.key)) return "never";
  if (only.key.length === 2) return /\p{Lu}/u.test(only.written) ? "exact" : "never"; // "Pb"
  return "any";
}

/** A name in lower case but for abbreviations that would be another word then: "ALL", "MS", "ALL relapse". */
export function lowerCased(name: string): string {
  const words = wordsOf(name);
  const exact = caseOf(words) === "exact";
  let lower = "";
  let at = 0;
  for (const { written, key, start, end } of words) {
    const keeps = exact || (isAbbreviation(written) && isCommonWord(key));
    lower += name.slice(at, start).toLowerCase() + (keeps ? name.slice(start, end) : name.slice(start, end).toLowerCase());
    at = end;
  }
  return lower + name.slice(at).toLowerCase();
}

const absent: ReadonlySet<string> = new Set([
  "#n/a",
  "#na",
  "<na>",
  "n/a",
  "n.a.",
  "nan",
  "-nan",
  "null",
  "<null>",
  "none",
  "nil",
  "unknown",
  "undefined",
  "missing",
  "not available",
  "not applicable",
  "not specified",
  "not known",
]);

/** Tells whether a cell stands for no name: "NaN", "NULL", "N/A", "-". "Na" is sodium. */
export function isNoName(name: string): boolean {
  const written = name.trim();
  return !/[\p{L}\p{N}]/u.test(written) || written === "NA" || written === "na" || absent.has(written.toLowerCase());
}
