// Names that a query means, the best first: the very name, its beginning, a word of it, a misspelling. Knows no graph.

import { type Heads, type NameIndex, nameAt } from "./name-index.ts";
import { rangeOf, searchKey, startsAt, wordsIn } from "./name-keys.ts";
import { spellings } from "./name-spellings.ts";

export const nameRanks = ["exact", "prefix", "word", "fuzzy"] as const;
export type NameRank = (typeof nameRanks)[number];

export interface NameMatch {
  readonly name: number; // of the index
  readonly rank: NameRank;
}

/** Words that are looked at, at most, for words in any order and for all spellings of a query: what is typed must not wait. */
const mostLookedAt = 20_000;

interface Budget {
  left: number;
}
/** Names of one node among those found, at the usual most. */
const namesOfOne = 5;
const lineFeed = 10;
const space = 32;

/** At most so many rows, each by its best name. Of one rank the shorter name comes first, then the earlier. An empty query finds nothing. */
export function rankedNames(index: NameIndex, query: string, most: number): NameMatch[] {
  const key = new TextEncoder().encode(searchKey(query));
  if (key.length === 0 || index.starts.length === 0) return [];
  const matches: NameMatch[] = [];
  const rows = new Set<number>();
  const take = (name: number, rank: NameRank): boolean => {
    const row = index.rows[name] as number;
    if (matches.length >= most) return false;
    if (!rows.has(row)) matches.push({ name, rank });
    rows.add(row);
    return matches.length < most;
  };
  const whole = { left: Number.POSITIVE_INFINITY };
  for (const find of [namesBeginning, wordsBeginning]) if (matches.length < most) find(index, key, most, take, whole);
  for (const find of [wordsInAnyOrder, misspellings])
    if (matches.length < most) find(index, key, most, take, { left: mostLookedAt });
  return matches;
}

type Find = (
  index: NameIndex,
  key: Uint8Array,
  most: number,
  take: (name: number, rank: NameRank) => boolean, // false once there are enough
  budget: Budget,
) => void;

const namesBeginning: Find = (index, key, most, take, budget) => {
  const found = beginning(index, index.first, key, most, budget);
  for (const name of found) if (!take(name, lengthOf(index, name) === key.length ? "exact" : "prefix")) return;
};

const wordsBeginning: Find = (index, key, most, take, budget) => {
  for (const name of beginning(index, index.inner, key, most, budget)) if (!take(name, "word")) return;
};

/** Names, from the shortest, with a word at which the key begins. */
function beginning(index: NameIndex, heads: Heads, key: Uint8Array, most: number, budget: Budget): number[] {
  const [from, to] = rangeOf(key, index.depth);
  const enough = most * namesOfOne;
  const found: number[] = [];
  let longest = Number.POSITIVE_INFINITY; // of the best so far, once there are enough
  for (let head = from; head < to; head++) {
    const end = heads.ends[head] as number;
    let here = 0;
    for (let i = firstAsLong(index, heads, head, key.length); i < end && here < enough && budget.left > 0; i++) {
      budget.left--;
      const place = heads.places[i] as number;
      if (!startsAt(index.bytes, place, key)) continue;
      const name = nameAt(index, place);
      if (lengthOf(index, name) > longest) break;
      found.push(name);
      here++;
    }
    if (found.length < 2 * enough) continue;
    byLength(index, found).length = enough;
    longest = lengthOf(index, found.at(-1) as number);
  }
  return byLength(index, found);
}

/** First place of a head in a name as long as a key, among those from the shortest name to the longest. */
function firstAsLong(index: NameIndex, heads: Heads, head: number, length: number): number {
  let [low, high] = [heads.ends[head - 1] ?? 0, heads.ends[head] as number];
  if (high - low < 100) return low;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (lengthOf(index, nameAt(index, heads.places[middle] as number)) < length) low = middle + 1;
    else high = middle;
  }
  return low;
}

const byLength = (index: NameIndex, names: number[]): number[] =>
  names.sort((a, b) => lengthOf(index, a) - lengthOf(index, b) || a - b);

/** Names that hold every word of the key, or a word that begins like it, whatever their order. */
const wordsInAnyOrder: Find = (index, key, most, take, budget) => {
  const size = (heads: Heads, word: Uint8Array) => {
    const [from, to] = rangeOf(word, index.depth);
    return (heads.ends[to - 1] as number) - (heads.ends[from - 1] ?? 0);
  };
  const words = wordsIn(key).map((word) => ({ word, size: size(index.first, word) + size(index.inner, word) }));
  const [telling, ...others] = words.sort((a, b) => a.size - b.size);
  if (!telling || others.length === 0) return;
  const found: number[] = [];
  for (const heads of [index.first, index.inner]) {
    eachBeginning(index, heads, telling.word, budget, (place) => {
      if (others.every(({ word }) => holdsWord(index.bytes, place, word))) found.push(nameAt(index, place));
      return found.length < most * namesOfOne;
    });
  }
  for (const name of byLength(index, found)) if (!take(name, "word")) return;
};

function eachBeginning(index: NameIndex, heads: Heads, key: Uint8Array, budget: Budget, take: (place: number) => boolean): void {
  const [from, to] = rangeOf(key, index.depth);
  for (let i = heads.ends[from - 1] ?? 0; i < (heads.ends[to - 1] as number) && budget.left > 0; i++) {
    budget.left--;
    const place = heads.places[i] as number;
    if (startsAt(index.bytes, place, key) && !take(place)) return;
  }
}

/** Names that hold what the key's words may stand for. */
const misspellings: Find = (index, key, most, take, budget) => {
  for (const spelled of spellings(index, key)) {
    let goes = true;
    const fuzzy = (name: number) => {
      goes = take(name, "fuzzy");
      return goes;
    };
    for (const find of [namesBeginning, wordsBeginning, wordsInAnyOrder]) if (goes) find(index, spelled, most, fuzzy, budget);
    if (!goes || budget.left <= 0) return;
  }
};

/** The name around a place has a word that begins like this one. */
function holdsWord(bytes: Uint8Array, place: number, word: Uint8Array): boolean {
  let start = place;
  while (bytes[start - 1] !== lineFeed) start--;
  for (let at = start; bytes[at] !== lineFeed; at++) {
    if ((at === start || bytes[at - 1] === space) && startsAt(bytes, at, word)) return true;
  }
  return false;
}

const lengthOf = ({ bytes, starts }: NameIndex, name: number): number =>
  (starts[name + 1] ?? bytes.length) - 1 - (starts[name] as number);
