// The words of a text as columns of numbers, for texts by the megabyte. Knows no names.

import { apostrophes, hyphens, type Spelling, spelled, token } from "./word-spelling.ts";

/** Words of one text. They hold until the same scanner is given the next. Places are UTF-16 code units. */
export interface ScannedWords {
  readonly text: string;
  readonly count: number;
  readonly start: Int32Array;
  readonly end: Int32Array;
  /** End of its possessive; `end` without one. */
  readonly possessiveEnd: Int32Array;
  /** Hash of its key, and of its key without the last letter: see `hashOf`. */
  readonly hash: Int32Array;
  readonly singularHash: Int32Array;
  /** Hyphen before it: see `hyphenated`. */
  readonly hyphen: Uint8Array;
  /** 1: its key ends with an s. */
  readonly plural: Uint8Array;
  /** Spelling of the words that are not of ASCII alone. */
  readonly spellings: ReadonlyMap<number, Spelling>;
}

/** Hyphen before a word: none, one in a compound, one with spaces around. */
export const hyphenated = { none: 0, tight: 1, loose: 2 } as const;

/** Hash of a key, by its code units. */
export function hashOf(key: string): number {
  let hash = hashStart;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), hashStep);
  return hash;
}

const hashStart = 0x811c9dc5 | 0;
const hashStep = 0x01000193;

export const writtenAt = (words: ScannedWords, i: number): string =>
  words.spellings.get(i)?.written ?? words.text.slice(words.start[i], words.end[i]);

export const keyAt = (words: ScannedWords, i: number): string =>
  words.spellings.get(i)?.key ?? spelled(words.text.slice(words.start[i], words.end[i])).key;

/** Tells whether the key of word i is the code units from `from` to `to`, without its last letter if so asked. */
export function isKey(words: ScannedWords, i: number, codes: Uint16Array, from: number, to: number, singular: boolean): boolean {
  const spelling = words.spellings.size === 0 ? undefined : words.spellings.get(i)?.key;
  const key = spelling ?? words.text;
  const first = spelling === undefined ? (words.start[i] as number) : 0;
  const length = spelling === undefined ? (words.end[i] as number) - first : spelling.length;
  if (length - (singular ? 1 : 0) !== to - from) return false;
  for (let k = 0; from + k < to; k++) if (lowerCode(key.charCodeAt(first + k)) !== codes[from + k]) return false;
  return true;
}

/** Lower case of an ASCII code unit; the sign ` is an apostrophe. */
const lowerCode = (code: number): number => (code >= 65 && code <= 90 ? code | 32 : code === 96 ? 39 : code);

const noSpellings: ReadonlyMap<number, Spelling> = new Map();

/** Columns of a scanner while it works. */
class Columns {
  start = new Int32Array(0);
  end = new Int32Array(0);
  possessiveEnd = new Int32Array(0);
  hash = new Int32Array(0);
  singularHash = new Int32Array(0);
  hyphen = new Uint8Array(0);
  plural = new Uint8Array(0);
  /** Code unit of a token that is one sign; 0 for a word, `beyond` for what is not of ASCII alone. */
  sign = new Uint8Array(0);

  /** Makes room for a token at each character. */
  reserve(length: number): void {
    if (this.start.length >= length) return;
    const room = Math.max(256, 2 * length);
    for (const name of ["start", "end", "possessiveEnd", "hash", "singularHash"] as const) this[name] = new Int32Array(room);
    for (const name of ["hyphen", "plural", "sign"] as const) this[name] = new Uint8Array(room);
  }
}

/** Scans one text after another into the same memory. */
export function wordScanner(): (text: string) => ScannedWords {
  const columns = new Columns();
  return (text) => {
    columns.reserve(text.length);
    const tokens = readTokens(text, columns);
    const found = new Map<number, Spelling>();
    const count = joinWords(text, tokens, columns, found);
    const { start, end, possessiveEnd, hash, singularHash, hyphen, plural } = columns;
    const spellings = found.size === 0 ? noSpellings : found;
    return { text, count, start, end, possessiveEnd, hash, singularHash, hyphen, plural, spellings };
  };
}

/** Kind of each ASCII code unit in a text. */
const kinds = Uint8Array.from({ length: 128 }, (_, code) => {
  const sign = String.fromCharCode(code);
  return /\s/.test(sign) ? 0 : /[a-z\d]/i.test(sign) ? 1 : 2;
});
const [space, letter] = [0, 1];
const beyond = 255;

/** Writes the tokens of a text as the expression would find them; gives their number. */
function readTokens(text: string, { start, end, hash, singularHash, sign }: Columns): number {
  let count = 0;
  for (let at = 0; at < text.length; ) {
    let code = text.charCodeAt(at);
    const kind = code > 127 ? beyond : (kinds[code] as number);
    if (kind === space) {
      at++;
      continue;
    }
    let to = at + 1;
    let before = hashStart;
    let value = Math.imul(hashStart ^ lowerCode(code), hashStep);
    if (kind === letter) {
      for (; to < text.length; to++) {
        code = text.charCodeAt(to);
        if (code > 127 || kinds[code] !== letter) break;
        before = value;
        value = Math.imul(value ^ lowerCode(code), hashStep);
      }
    }
    let is = kind === letter ? 0 : code;
    if (code > 127) {
      const found = tokenFrom(text, at);
      if (!found) break;
      at = found.index;
      to = at + found[0].length;
      is = beyond;
    }
    start[count] = at;
    end[count] = to;
    hash[count] = value;
    singularHash[count] = before;
    sign[count++] = is;
    at = to;
  }
  return count;
}

const expression = new RegExp(token, "gu");

/** The token at a place or after it. */
function tokenFrom(text: string, at: number): RegExpExecArray | null {
  expression.lastIndex = at;
  return expression.exec(text);
}

/** Turns tokens into words where they lie: hyphens and possessives go into the words beside them. */
function joinWords(text: string, tokens: number, columns: Columns, spellings: Map<number, Spelling>): number {
  const { start, end, possessiveEnd, hash, singularHash, hyphen, plural, sign } = columns;
  let count = 0;
  let before: number = hyphenated.none;
  for (let i = 0; i < tokens; i++) {
    const from = start[i] as number;
    const to = end[i] as number;
    if (sign[i] !== 0 && isOneOf(text, i, columns, hyphens)) {
      const tight = count > 0 && possessiveEnd[count - 1] === from && i + 1 < tokens && start[i + 1] === to;
      if (count > 0) before = tight ? hyphenated.tight : hyphenated.loose;
      continue;
    }
    const taken = i + 1 < tokens && sign[i + 1] !== 0 ? possessiveTokens(text, i, tokens, columns) : 0;
    possessiveEnd[count] = end[i + taken] as number;
    start[count] = from;
    end[count] = to;
    hyphen[count] = before;
    if (sign[i] === beyond) spell(text, count, columns, spellings);
    else {
      hash[count] = hash[i] as number;
      singularHash[count] = singularHash[i] as number;
      plural[count] = isS(text, to - 1) ? 1 : 0;
    }
    count++;
    i += taken;
    before = hyphenated.none;
  }
  return count;
}

/** Spells out a word that is not of ASCII alone. */
function spell(
  text: string,
  i: number,
  { start, end, hash, singularHash, plural }: Columns,
  spellings: Map<number, Spelling>,
): void {
  const spelling = spelled(text.slice(start[i], end[i]));
  spellings.set(i, spelling);
  hash[i] = hashOf(spelling.key);
  singularHash[i] = hashOf(spelling.key.slice(0, -1));
  plural[i] = spelling.key.endsWith("s") ? 1 : 0;
}

/** Tells whether a token is one of these signs. */
function isOneOf(text: string, i: number, { start, end, sign }: Columns, signs: string): boolean {
  const code = sign[i] as number;
  return code !== 0 && signs.includes(code === beyond ? text.slice(start[i], end[i]) : String.fromCharCode(code));
}

/** Tokens after token i that are its possessive: 2 for "'s", with or without spaces, 1 for an apostrophe alone after an s ("Graves'"). */
function possessiveTokens(text: string, i: number, tokens: number, columns: Columns): 0 | 1 | 2 {
  const { start, end } = columns;
  const close = end[i + 1] as number;
  const gap = (start[i + 1] as number) - (end[i] as number);
  if (gap > 1 || !isOneOf(text, i + 1, columns, apostrophes)) return 0;
  const s = i + 2 < tokens ? (start[i + 2] as number) : Number.POSITIVE_INFINITY;
  if (s - close <= 1 && (end[i + 2] as number) - s === 1 && isS(text, s)) return 2;
  return gap === 0 && s > close && isS(text, (end[i] as number) - 1) ? 1 : 0;
}

/** Tells whether a text has an s there, in either case. */
const isS = (text: string, at: number): boolean => (text.charCodeAt(at) | 32) === 115;
