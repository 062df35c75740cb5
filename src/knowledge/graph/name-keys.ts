// A name as it is searched for: lower case, without marks and punctuation, as bytes of UTF-8. Knows no graph and no query.

import { apostrophes, greek } from "../word-spelling.ts";

const greekLetters = new RegExp(`[${Object.keys(greek).join("")}]`, "g");
const apostropheSigns = new RegExp(`[${apostrophes}]`, "g");

/**
 * Words parted by one space each. Apostrophes go ("Crohn's" is "crohns"), every other sign parts words ("COVID-19" is "covid 19").
 * Empty for a name without letters and digits.
 */
export function searchKey(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII begins with them
  const plain = /^[\x00-\x7f]*$/.test(name) ? name.toLowerCase() : composed(name);
  return plain
    .replace(apostropheSigns, "")
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

function composed(name: string): string {
  const bare = name.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  return bare.replace(greekLetters, (letter) => greek[letter] as string);
}

const encoder = new TextEncoder();
const space = 32;

/** Form of an ASCII sign in a key: itself in lower case, a space, or nothing. */
const plainOf = Uint8Array.from({ length: 128 }, (_, code) => {
  const sign = String.fromCharCode(code).toLowerCase();
  if (/[a-z0-9]/.test(sign)) return sign.charCodeAt(0);
  return sign === "'" || sign === "`" ? 0 : space;
});

/** Writes the search key of a name and returns where it ends. There must be room for three bytes a character. */
export function writeKey(name: string, bytes: Uint8Array, from: number): number {
  let at = from;
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    if (code > 127) return from + encoder.encodeInto(searchKey(name), bytes.subarray(from)).written;
    const plain = plainOf[code] as number;
    if (plain === 0 || (plain === space && (at === from || bytes[at - 1] === space))) continue;
    bytes[at++] = plain;
  }
  return at > from && bytes[at - 1] === space ? at - 1 : at;
}

/** Codes of a byte: 0 ends a word, letters 1 to 26, digits 27 to 36, all other scripts 37. */
export const codes = 38;

const codeOf = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte >= 97 && byte <= 122) return byte - 96;
  if (byte >= 48 && byte <= 57) return byte - 21;
  return byte > 127 ? 37 : 0;
});

/** Codes of the word that begins at `at`, as many as `depth`; what lies behind its end is 0. */
export function headCodes(bytes: Uint8Array, at: number, depth: number): number[] {
  const head: number[] = [];
  for (let i = 0; i < depth; i++) head.push(i > 0 && head[i - 1] === 0 ? 0 : (codeOf[bytes[at + i] ?? 0] as number));
  return head;
}

/** Number of a head among all heads of its depth. */
export const headNumber = (head: readonly number[]): number => head.reduce((sum, code) => sum * codes + code, 0);

/** Number of the head of the word that begins at `at`. */
export function headAt(bytes: Uint8Array, at: number, depth: number): number {
  let number = 0;
  let code = 1;
  for (let i = 0; i < depth; i++) {
    if (code !== 0) code = codeOf[bytes[at + i] ?? 0] as number;
    number = number * codes + code;
  }
  return number;
}

/** Heads of the words that a key begins like: one, or all that go on from a short word. */
export function rangeOf(key: Uint8Array, depth: number): readonly [from: number, to: number] {
  const from = headAt(key, 0, depth);
  const whole = key.indexOf(space) >= 0; // its first word is typed to its end
  const open = whole ? 0 : Math.max(0, depth - key.length);
  return [from, from + codes ** open];
}

export function startsAt(bytes: Uint8Array, place: number, key: Uint8Array): boolean {
  for (let i = 0; i < key.length; i++) if (bytes[place + i] !== key[i]) return false;
  return true;
}

export function wordsIn(key: Uint8Array): Uint8Array[] {
  const words: Uint8Array[] = [];
  for (let start = 0; start < key.length; ) {
    const found = key.indexOf(space, start);
    const end = found < 0 ? key.length : found;
    words.push(key.subarray(start, end));
    start = end + 1;
  }
  return words;
}
