// Names by the first letters of their words, in memory: what begins like this is found without reading the rest. Knows no graph.

import { codes, headAt, writeKey } from "./name-keys.ts";

/** Words of names by their head, those of one head from the shortest name to the longest. */
export interface Heads {
  readonly ends: Uint32Array; // [codes ** depth], by head
  readonly places: Uint32Array; // offsets into `bytes`
}

export interface NameIndex {
  /** Search keys, each after a line feed, with one at the end. */
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array; // [names], offsets into `bytes`
  readonly rows: Uint32Array; // [names], what was given with each
  readonly depth: number;
  readonly first: Heads; // a name's first word
  readonly inner: Heads; // its other words
  readonly words: Heads; // one place of each different word
}

export interface NameIndexBuilder {
  /** Names without letters and digits are passed over. */
  add(name: string, row: number): void;
  close(): NameIndex;
}

/** Names from which on four letters tell words apart, at 8 MB a table. */
const many = 100_000;
/** Bytes that a character may need: some are spelled out. */
const room = 20;
/** Longest name that is told from longer ones in the order. */
const longest = 255;
const lineFeed = 10;
const space = 32;

export function nameIndexBuilder(): NameIndexBuilder {
  let bytes = new Uint8Array(1 << 16);
  let used = 0;
  const starts: number[] = [];
  const rows: number[] = [];
  return {
    add(name, row) {
      while (used + room * name.length + 2 > bytes.length) bytes = grown(bytes);
      const end = writeKey(name, bytes, used + 1);
      if (end === used + 1) return;
      bytes[used] = lineFeed;
      starts.push(used + 1);
      rows.push(row);
      used = end;
    },
    close() {
      bytes[used++] = lineFeed;
      const own = bytes.slice(0, used);
      const places = Uint32Array.from(starts);
      const depth = places.length > many ? 4 : 3;
      const order = byLength(places, used);
      const firsts = (take: (place: number) => void) => {
        for (const name of order) take(places[name] as number);
      };
      const inners = (take: (place: number) => void) => {
        for (const name of order) {
          for (let at = places[name] as number; own[at] !== lineFeed; at++) if (own[at] === space) take(at + 1);
        }
      };
      const words = differentWords(own);
      const [first, inner] = [headsOf(own, depth, firsts), headsOf(own, depth, inners)];
      return {
        bytes: own,
        starts: places,
        rows: Uint32Array.from(rows),
        depth,
        first,
        inner,
        words: headsOf(own, depth, (take) => words.forEach(take)),
      };
    },
  };
}

function grown(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(2 * bytes.length);
  larger.set(bytes);
  return larger;
}

/** Names from the shortest on; equals in the order that they came in. */
function byLength(starts: Uint32Array, used: number): Uint32Array {
  const length = (i: number) => Math.min(longest, (starts[i + 1] ?? used) - 1 - (starts[i] as number));
  const ends = new Uint32Array(longest + 2);
  for (let i = 0; i < starts.length; i++) ends[length(i) + 1] = (ends[length(i) + 1] as number) + 1;
  for (let l = 1; l < ends.length; l++) ends[l] = (ends[l] as number) + (ends[l - 1] as number);
  const order = new Uint32Array(starts.length);
  for (let i = 0; i < starts.length; i++) {
    const l = length(i);
    order[ends[l] as number] = i;
    ends[l] = (ends[l] as number) + 1;
  }
  return order;
}

/** Places by their heads; those of one head in the order given. */
function headsOf(bytes: Uint8Array, depth: number, each: (take: (place: number) => void) => void): Heads {
  const ends = new Uint32Array(codes ** depth + 1);
  each((place) => {
    const head = headAt(bytes, place, depth) + 1;
    ends[head] = (ends[head] as number) + 1;
  });
  for (let head = 1; head < ends.length; head++) ends[head] = (ends[head] as number) + (ends[head - 1] as number);
  const places = new Uint32Array(ends[ends.length - 1] as number);
  each((place) => {
    const head = headAt(bytes, place, depth);
    places[ends[head] as number] = place;
    ends[head] = (ends[head] as number) + 1;
  });
  return { ends: ends.subarray(0, -1), places };
}

/** A place of each different word, by a hash table of places. */
function differentWords(bytes: Uint8Array): Uint32Array {
  let table = new Uint32Array(1 << 12);
  let count = 0;
  const put = (place: number): boolean => {
    let slot = hashAt(bytes, place) & (table.length - 1);
    for (; table[slot] !== 0; slot = (slot + 1) & (table.length - 1)) {
      if (sameWord(bytes, table[slot] as number, place)) return false;
    }
    table[slot] = place;
    return true;
  };
  for (let at = 0; at + 1 < bytes.length; at++) {
    if (bytes[at] !== space && bytes[at] !== lineFeed) continue;
    if (!put(at + 1) || ++count * 2 < table.length) continue;
    const words = table.filter((place) => place !== 0);
    table = new Uint32Array(2 * table.length);
    words.forEach(put);
  }
  return table.filter((place) => place !== 0).sort();
}

/** FNV-1a of the word that begins at a place. */
function hashAt(bytes: Uint8Array, place: number): number {
  let hash = 0x811c9dc5;
  for (let at = place; (bytes[at] as number) > space; at++) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
  return hash >>> 0;
}

function sameWord(bytes: Uint8Array, a: number, b: number): boolean {
  let i = 0;
  while ((bytes[a + i] as number) > space && bytes[a + i] === bytes[b + i]) i++;
  return (bytes[a + i] as number) <= space && (bytes[b + i] as number) <= space;
}

/** Number of the name that a byte belongs to. */
export function nameAt({ starts }: NameIndex, place: number): number {
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] as number) <= place) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Bytes that the index takes. */
export function indexBytes({ bytes, starts, rows, first, inner, words }: NameIndex): number {
  const parts = [bytes, starts, rows, first.ends, first.places, inner.ends, inner.places, words.ends, words.places];
  return parts.reduce((sum, part) => sum + part.byteLength, 0);
}
