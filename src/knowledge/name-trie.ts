// Finds the names of a lexicon in a text's words: the longest that is meant at each place. Knows no graph.

import { askBits, asks, cases, nameColumns } from "./name-columns.ts";
import { hyphenated, type ScannedWords, wordScanner, writtenAt } from "./word-scan.ts";

export interface NameTrie {
  readonly names: number;
  /** Bytes that it holds. */
  readonly bytes: number;
  /** Looks up the words of a text: the next questions are about it. */
  begin(words: ScannedWords): void;
  /** The longest name at word i; false where none stands there. It is told by `words` and `end` until the next call. */
  longestAt(i: number): boolean;
  /** Words of the name that was found. */
  readonly words: number;
  /** Its end in the text. */
  readonly end: number;
}

const noWords = wordScanner()("");

/** Names that mark nothing are left out: those of a single common word ("cold"), shorter than two characters, or standing for none ("NaN"). */
export function nameTrie(names: Iterable<string>): NameTrie {
  const { keys, to, isLeaf, spellings, first, next, begins, asked, cases: meant, bytes } = nameColumns(names);
  let words = noWords;
  let [found, end] = [0, 0];
  let numbers = new Int32Array(0); // of the keys of the text's words; -1 for those of no name
  let singulars = new Int32Array(0);
  const plural: boolean[] = []; // of the words of the walk: the text has an s more than the name

  /** Tells whether a name whose keys stand in the text is meant there. */
  const isMeant = (name: number, i: number, length: number): boolean => {
    for (let k = 0; k < length; k++) {
      const bits = asked[(begins[name] as number) + k] as number;
      if (plural[k] && k < length - 1 && !(bits & asks.possessive)) return false; // "Crohns disease"
      if (k > 0 && words.hyphen[i + k] === hyphenated.loose && bits & asks.unhyphened) return false;
      if (bits & asks.spelling) {
        const [spelling, written] = [spellings[bits >> askBits] as string, writtenAt(words, i + k)];
        if (written !== spelling && written !== `${spelling}s`) return false;
      }
    }
    return meant[name] !== cases.unshouted || !isShouted(words, i);
  };

  /** Goes on by the next word of the text, and by its singular. */
  const step = (state: number, i: number, depth: number): void => {
    const at = i + depth;
    const child = numbers[at] === -1 ? 0 : to(state, numbers[at] as number);
    if (child > 0) visit(child, i, depth, false);
    if (singulars[at] === -1) return;
    const other = to(state, singulars[at] as number);
    if (other > 0) visit(other, i, depth, true);
  };

  const visit = (state: number, i: number, depth: number, isPlural: boolean): void => {
    const last = i + depth;
    plural[depth] = isPlural;
    for (let name = first[state] as number; name > 0; name = next[name] as number) {
      const possessive = (asked[(begins[name] as number) + depth] as number) & asks.possessive;
      const close = (possessive ? words.possessiveEnd[last] : words.end[last]) as number;
      if (close <= end || !isMeant(name, i, depth + 1)) continue;
      found = depth + 1;
      end = close;
    }
    if (isLeaf[state] === 0 && last + 1 < words.count) step(state, i, depth + 1);
  };

  return {
    names: begins.length - 1,
    bytes,
    begin(scanned) {
      words = scanned;
      if (numbers.length < words.count) [numbers, singulars] = [new Int32Array(2 * words.count), new Int32Array(2 * words.count)];
      for (let i = 0; i < words.count; i++) {
        numbers[i] = keys.find(words, i, false);
        singulars[i] = words.plural[i] === 1 ? keys.find(words, i, true) : -1;
      }
    },
    longestAt(i) {
      found = 0;
      end = 0;
      step(0, i, 0);
      return found > 0;
    },
    get words() {
      return found;
    },
    get end() {
      return end;
    },
  };
}

/** Longest word of capitals that is likelier an abbreviation beside another than a shouted word. */
const longestNeighbour = 4;

/** Tells whether capitals mean nothing here: all of the text is in capitals, or the word beside it is ("ALL PATIENTS"). */
function isShouted(words: ScannedWords, i: number): boolean {
  const capitals = (at: number): boolean => {
    const written = writtenAt(words, at);
    return written.length > longestNeighbour && /^\p{Lu}+$/u.test(written);
  };
  const adjacent = (left: number): boolean =>
    left >= 0 && left + 1 < words.count && (words.start[left + 1] as number) - (words.possessiveEnd[left] as number) === 1;
  if ((adjacent(i - 1) && capitals(i - 1)) || (adjacent(i) && capitals(i + 1))) return true;
  return words.count > 1 && !/\p{Ll}/u.test(words.text);
}
