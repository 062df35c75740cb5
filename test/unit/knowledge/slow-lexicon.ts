// Words by one expression, and names by trying each of them at each word: what the compiled lexicon is held against.

import { isCommonWord } from "../../../src/knowledge/common-words.ts";
import { caseOf, isAbbreviation, isNoName, type Word } from "../../../src/knowledge/name-words.ts";

interface Name {
  readonly words: readonly Word[];
  /** Its words are meant in their own case alone. */
  readonly exact: boolean;
}

type Lexicon = ReadonlyMap<string, readonly Name[]>;

export function slowLexicon(names: readonly string[]): Lexicon {
  const index = new Map<string, Name[]>();
  for (const name of new Set(names)) {
    if (isNoName(name)) continue;
    const words = slowWords(name);
    const written = caseOf(words);
    if (written === "never") continue;
    const key = (words[0] as Word).key;
    const entry = index.get(key) ?? [];
    entry.push({ words, exact: written === "exact" });
    index.set(key, entry);
  }
  return index;
}

/** Places of the names of the lexicons, the longest at each, in order. */
export function slowPlaces(text: string, lexicons: readonly Lexicon[]): { start: number; end: number }[] {
  const words = slowWords(text);
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

/** Characters without width that stand inside words: soft hyphen, joiners. */
const invisible = "\\u00AD\\u200C\\u200D\\u2060\\uFEFF";

/** Letters of scripts that put no space between words. Each is a word here, so that a name is found wherever it stands. */
const spaceless = ["Han", "Hiragana", "Katakana", "Thai", "Lao", "Khmer", "Myanmar"].map((of) => `\\p{Script=${of}}`).join("");
const apart = `(?![${spaceless}])`;

const token = new RegExp(
  `[${spaceless}]\\p{M}*|[\\p{L}\\p{N}](?:${apart}[\\p{L}\\p{N}\\p{M}]|[${invisible}]+(?=${apart}[\\p{L}\\p{N}\\p{M}]))*|[^\\s\\u200B${invisible}]`,
  "gu",
);

/** Most words are: nothing of them is invisible or composed. */
const ascii = /^[!-~]+$/;
const withoutWidth = new RegExp(`[${invisible}]`, "gu");

const hyphens = "-‐‑‒–−﹣－";
/** Signs that stand for an apostrophe. */
const apostrophes = "'’‘ʼʹ′`´";

/** Greek letters are typed by their names. */
const greek: Readonly<Record<string, string>> = {
  α: "alpha",
  β: "beta",
  γ: "gamma",
  δ: "delta",
  ε: "epsilon",
  ζ: "zeta",
  κ: "kappa",
  λ: "lambda",
  μ: "mu",
  σ: "sigma",
  τ: "tau",
  ω: "omega",
};

export function slowWords(text: string): Word[] {
  const words: Word[] = [];
  const tokens = [...text.matchAll(token)];
  let hyphen: Word["hyphen"] = "none";
  for (let i = 0; i < tokens.length; i++) {
    const [raw, start] = [tokens[i]?.[0] as string, tokens[i]?.index as number];
    if (hyphens.includes(raw)) {
      const last = words.at(-1);
      const tight = last?.possessiveEnd === start && tokens[i + 1]?.index === start + raw.length;
      if (last) hyphen = tight ? "tight" : "loose";
      continue;
    }
    const written = ascii.test(raw) ? raw : raw.replace(withoutWidth, "").normalize("NFKC");
    const lower = written.toLowerCase();
    const end = start + raw.length;
    const possessive = possessiveAt(tokens, i + 1, end);
    const key = apostrophes.includes(raw) ? "'" : ((Object.hasOwn(greek, lower) ? greek[lower] : undefined) ?? lower);
    words.push({ key, written, start, end, possessiveEnd: possessive?.end ?? end, hyphen });
    i += possessive?.tokens ?? 0;
    hyphen = "none";
  }
  return words;
}

/** "'s" right after a word, with or without spaces (tokenised corpora), or an apostrophe alone after an s ("Graves'"). */
function possessiveAt(tokens: readonly RegExpExecArray[], at: number, end: number): { tokens: number; end: number } | undefined {
  const [mark, s] = [tokens[at], tokens[at + 1]];
  if (!mark || !apostrophes.includes(mark[0]) || mark.index - end > 1) return undefined;
  const close = mark.index + mark[0].length;
  if (s && /^s$/i.test(s[0]) && s.index - close <= 1) return { tokens: 2, end: s.index + 1 };
  const before = tokens[at - 1]?.[0] ?? "";
  return /s$/i.test(before) && mark.index === end && (s === undefined || s.index > close) ? { tokens: 1, end: close } : undefined;
}
