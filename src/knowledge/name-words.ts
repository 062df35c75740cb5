// The words of a name or a text as medicine writes them: spelling differences undone, offsets kept. Knows no graph.

import { isCommonWord } from "./common-words.ts";

/** One word, its place in the text as given (UTF-16 code units), and what joins it to the word before. */
export interface Word {
  /** Composed (NFKC), lower case, without the possessive. Greek letters that stand alone are spelled out. */
  readonly key: string;
  /** As written, composed. */
  readonly written: string;
  readonly start: number;
  readonly end: number;
  /** End of its possessive ("Crohn's"); `end` without one. */
  readonly possessiveEnd: number;
  /** Hyphen before it: in a compound ("graft-versus"), with spaces around ("graft - versus"), or none. */
  readonly hyphen: "tight" | "loose" | "none";
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

const spacelessFirst = new RegExp(`^[${spaceless}]`, "u");

/** Begins with a letter of such a script. */
export const isSpaceless = (text: string): boolean => spacelessFirst.test(text);

const hyphens = "-‐‑‒–−﹣－";
/** Signs that stand for an apostrophe. */
export const apostrophes = "'’‘ʼʹ′`´";

/** Greek letters are typed by their names. */
export const greek: Readonly<Record<string, string>> = {
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

export function wordsOf(text: string): Word[] {
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
    const key = apostrophes.includes(raw) ? "'" : (greek[lower] ?? lower);
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
