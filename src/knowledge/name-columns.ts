// Names in columns of numbers: their words, what each asks of a text, and the tree of them. Knows no text.

import { isCommonWord } from "./common-words.ts";
import { caseOf, isAbbreviation, isNoName, type Word, wordsOf } from "./name-words.ts";
import { hashOf, isKey, type ScannedWords } from "./word-scan.ts";

/** Demand of a name's word on the word in the text: bits below the number of the spelling that it must have. */
export const asks = { possessive: 1, unhyphened: 2, spelling: 4 } as const;
export const askBits = 3;

/** Case in which a name is meant. `unshouted`: in its own, and not beside other capitals. */
export const cases = { any: 0, exact: 1, unshouted: 2 } as const;

/** Names are numbered from 1, states of the tree from 0, its root. */
export interface NameColumns {
  readonly keys: KeyTable;
  /** State after a state and a key; 0 for none. */
  to(state: number, key: number): number;
  readonly isLeaf: Uint8Array; // [states]
  /** First name that ends at each state, and the next one at the same; 0 for none. */
  readonly first: Int32Array; // [states]
  readonly next: Int32Array; // [names + 1]
  /** First word of each name, into `asked`. */
  readonly begins: Int32Array; // [names + 1]
  readonly asked: Int32Array; // [words]
  readonly cases: Uint8Array; // [names + 1]
  readonly spellings: readonly string[];
  readonly bytes: number;
}

/** Names that mark nothing are left out: those of a single common word ("cold"), shorter than two characters, or standing for none ("NaN"). */
export function nameColumns(names: Iterable<string>): NameColumns {
  const [keyNumbers, spellingNumbers] = [numbering(), numbering()];
  const [path, asked, begins, meant] = [[] as number[], [] as number[], [0], [0]];
  for (const name of new Set(names)) {
    if (isNoName(name)) continue;
    const words = wordsOf(name);
    const written = caseOf(words);
    if (written === "never") continue;
    begins.push(path.length);
    const key = (words[0] as Word).key;
    const shouts = isCommonWord(key) || key.length <= 2;
    meant.push(written !== "exact" ? cases.any : shouts ? cases.unshouted : cases.exact);
    for (const word of words) {
      path.push(keyNumbers.of(word.key));
      asked.push(askedBy(word, written === "exact", spellingNumbers));
    }
  }
  const keys = keyTable(keyNumbers.all());
  const tree = treeOf(path, begins, keys.count);
  const columns = {
    ...{ first: tree.first, next: tree.next, isLeaf: tree.isLeaf },
    ...{ begins: Int32Array.from(begins), asked: Int32Array.from(asked), cases: Uint8Array.from(meant) },
  };
  const bytes = Object.values(columns).reduce((sum, column) => sum + column.byteLength, keys.bytes + tree.bytes);
  return { ...columns, keys, to: tree.to, spellings: spellingNumbers.all(), bytes };
}

/** An abbreviation asks for its own case; within a longer name only where it would be another word ("all relapses" for "ALL relapse"). */
function askedBy(word: Word, exact: boolean, spellings: Numbering): number {
  let bits = word.possessiveEnd > word.end ? asks.possessive : 0;
  if (word.hyphen === "none") bits |= asks.unhyphened;
  const spelled = exact || (isAbbreviation(word.written) && isCommonWord(word.key));
  return spelled ? bits | asks.spelling | (spellings.of(word.written) << askBits) : bits;
}

interface Numbering {
  of(text: string): number;
  all(): readonly string[];
}

function numbering(): Numbering {
  const numbers = new Map<string, number>();
  return {
    of(text) {
      const number = numbers.get(text) ?? numbers.size;
      if (number === numbers.size) numbers.set(text, number);
      return number;
    },
    all: () => [...numbers.keys()],
  };
}

export interface KeyTable {
  readonly count: number;
  readonly bytes: number;
  /** Number of the key of word i of a text, or of its singular; -1 for none. */
  find(words: ScannedWords, i: number, singular: boolean): number;
}

/** Slots of a hash table: a power of two, at most half of them taken. */
const slotsFor = (count: number): number => 2 ** Math.ceil(Math.log2(2 * count + 2));

/** Spreads a hash: its low bits alone are those of the last letters. */
const slotOf = (hash: number, mask: number): number => (hash ^ (hash >>> 15)) & mask;

function keyTable(keys: readonly string[]): KeyTable {
  const ends = new Int32Array(keys.length + 1);
  keys.forEach((key, i) => {
    ends[i + 1] = (ends[i] as number) + key.length;
  });
  const codes = new Uint16Array(ends[keys.length] as number);
  const slots = new Int32Array(2 * slotsFor(keys.length)); // hash, number + 1: beside each other, read at once
  const mask = slots.length / 2 - 1;
  keys.forEach((key, i) => {
    for (let k = 0; k < key.length; k++) codes[(ends[i] as number) + k] = key.charCodeAt(k);
    const hash = hashOf(key);
    let slot = slotOf(hash, mask);
    while (slots[2 * slot + 1] !== 0) slot = (slot + 1) & mask;
    slots[2 * slot] = hash;
    slots[2 * slot + 1] = i + 1;
  });
  return {
    count: keys.length,
    bytes: ends.byteLength + codes.byteLength + slots.byteLength,
    find(words, i, singular) {
      const hash = (singular ? words.singularHash[i] : words.hash[i]) as number;
      for (let slot = slotOf(hash, mask); ; slot = (slot + 1) & mask) {
        const key = (slots[2 * slot + 1] as number) - 1;
        if (key === -1) return -1;
        if (slots[2 * slot] === hash && isKey(words, i, codes, ends[key] as number, ends[key + 1] as number, singular))
          return key;
      }
    },
  };
}

/** The tree of the names' paths of keys. Edges lie in a hash table; those of the root, which every word asks for, in a row. */
function treeOf(path: readonly number[], begins: readonly number[], keys: number) {
  const root = new Int32Array(keys);
  const mask = slotsFor(path.length) - 1;
  const edges = new Int32Array(4 * (mask + 1)); // state, key, state after them: beside each other, read at once
  const slotAt = (state: number, key: number): number => {
    let slot = slotOf(Math.imul(state, 0x9e3779b1) ^ Math.imul(key, 0x85ebca6b), mask);
    while (edges[4 * slot + 2] !== 0 && (edges[4 * slot] !== state || edges[4 * slot + 1] !== key)) slot = (slot + 1) & mask;
    return 4 * slot;
  };
  const [first, next, leaf] = [new Int32Array(path.length + 1), new Int32Array(begins.length), new Uint8Array(path.length + 1)];
  leaf.fill(1);
  let states = 1;
  for (let name = 1; name < begins.length; name++) {
    let state = 0;
    for (let at = begins[name] as number; at < (begins[name + 1] ?? path.length); at++) {
      const key = path[at] as number;
      const slot = state === 0 ? -1 : slotAt(state, key);
      const there = (slot < 0 ? root[key] : edges[slot + 2]) as number;
      if (there !== 0) {
        state = there;
        continue;
      }
      leaf[state] = 0;
      if (slot < 0) root[key] = states;
      else edges.set([state, key, states], slot);
      state = states++;
    }
    next[name] = first[state] as number;
    first[state] = name;
  }
  return {
    first: first.slice(0, states),
    next,
    isLeaf: leaf.slice(0, states),
    to: (state: number, key: number): number => (state === 0 ? root[key] : edges[slotAt(state, key) + 2]) as number,
    bytes: root.byteLength + edges.byteLength,
  };
}
