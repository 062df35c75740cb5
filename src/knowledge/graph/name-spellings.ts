// Spellings that a misspelled query may stand for: its words put right by those of an index. Knows no names.

import type { NameIndex } from "./name-index.ts";
import { codes, headCodes, headNumber, rangeOf, startsAt, wordsIn } from "./name-keys.ts";

/** Shortest word that may be misspelled, and the shortest with two errors. */
const misspelled = { one: 4, two: 8 } as const;
/** Spellings that are tried of a word, and of a query. */
const mostSpellings = { word: 8, query: 16 } as const;
/** Words that are looked at for one that may be misspelled. */
const mostLookedAt = 10_000;
const lineFeed = 10;
const space = 32;

interface Spelling {
  readonly key: Uint8Array;
  readonly errors: number;
}

/** Keys with at least one error put right, those with the fewest first. A word that names hold as it is may stay. */
export function spellings(index: NameIndex, key: Uint8Array): Uint8Array[] {
  let queries: readonly Spelling[] = [{ key: new Uint8Array(0), errors: 0 }];
  for (const word of wordsIn(key)) {
    const options = wordSpellings(index, word);
    const longer = queries.flatMap((query) => options.map((option) => joined(query, option)));
    queries = longer.sort((a, b) => a.errors - b.errors || a.key.length - b.key.length).slice(0, mostSpellings.query);
  }
  return queries.filter(({ errors }) => errors > 0).map((query) => query.key);
}

function joined(query: Spelling, word: Spelling): Spelling {
  if (query.key.length === 0) return word;
  return { key: Uint8Array.of(...query.key, space, ...word.key), errors: query.errors + word.errors };
}

/** A word as it is, where one begins so, and the nearest others. */
function wordSpellings(index: NameIndex, word: Uint8Array): Spelling[] {
  const own = isThere(index, word) ? [{ key: word, errors: 0 }] : [];
  if (word.length < misspelled.one) return own;
  const limit = word.length < misspelled.two ? 1 : 2;
  const distance = prefixDistance(word, limit);
  const found: Spelling[] = [];
  let left = mostLookedAt;
  for (const head of misspelledHeads(word, index.depth)) {
    const start = index.words.ends[head - 1] ?? 0;
    const end = Math.min(index.words.ends[head] as number, start + left);
    for (let i = start; i < end; i++) {
      const place = index.words.places[i] as number;
      const errors = distance(index.bytes, place);
      if (errors > 0 && errors <= limit) found.push({ key: wordAt(index.bytes, place), errors });
    }
    left -= end - start;
  }
  found.sort((a, b) => a.errors - b.errors || a.key.length - b.key.length);
  return [...own, ...found.slice(0, mostSpellings.word)];
}

function isThere({ words, depth, bytes }: NameIndex, word: Uint8Array): boolean {
  const [from, to] = rangeOf(word, depth);
  for (let i = words.ends[from - 1] ?? 0; i < (words.ends[to - 1] as number); i++) {
    if (startsAt(bytes, words.places[i] as number, word)) return true;
  }
  return false;
}

function wordAt(bytes: Uint8Array, place: number): Uint8Array {
  let end = place;
  while ((bytes[end] as number) > space) end++;
  return bytes.slice(place, end);
}

/** Heads with which a word may begin that was typed with one error in them: its own first. */
function misspelledHeads(key: Uint8Array, depth: number): ReadonlySet<number> {
  const typed = headCodes(key, 0, depth + 1);
  const heads = new Set<number>();
  const add = (head: readonly number[]) => heads.add(headNumber(head.slice(0, depth)));
  add(typed);
  for (let i = 0; i < depth; i++) {
    const [before, here, after] = [typed.slice(0, i), typed[i] as number, typed.slice(i + 1)];
    add([...before, ...after]);
    add([...before, after[0] as number, here, ...after.slice(1)]);
    for (let code = 1; code < codes; code++) {
      add([...before, code, ...after]);
      add([...before, code, here, ...after]);
    }
  }
  return heads;
}

/**
 * Least edits (letters put in, left out, changed, two swapped) from the key to what begins the word at a place; more than `limit` is told as
 * `limit + 1`.
 */
export function prefixDistance(key: Uint8Array, limit: number): (bytes: Uint8Array, place: number) => number {
  const width = key.length + limit + 1;
  let [before, last, row] = [new Uint8Array(width + 1), new Uint8Array(width + 1), new Uint8Array(width + 1)];
  return (bytes, place) => {
    for (let j = 0; j <= width; j++) last[j] = Math.min(j, limit + 1);
    let least = 0;
    for (let i = 1; i <= key.length; i++) {
      row.fill(limit + 1);
      if (i <= limit) row[0] = i;
      least = row[0] as number;
      for (let j = Math.max(1, i - limit); j <= Math.min(width, i + limit); j++) {
        const there = bytes[place + j - 1] ?? lineFeed;
        if (there <= space) break;
        let cost = (last[j - 1] as number) + (there === key[i - 1] ? 0 : 1);
        cost = Math.min(cost, (last[j] as number) + 1, (row[j - 1] as number) + 1);
        const swapped = i > 1 && j > 1 && there === key[i - 2] && bytes[place + j - 2] === key[i - 1];
        if (swapped) cost = Math.min(cost, (before[j - 2] as number) + 1);
        row[j] = Math.min(cost, limit + 1);
        least = Math.min(least, cost);
      }
      if (least > limit) return limit + 1;
      [before, last, row] = [last, row, before];
    }
    return Math.min(least, limit + 1);
  };
}
