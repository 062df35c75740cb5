// Leakage: does a synthetic text repeat a real one? Judged against real texts, which repeat others by chance. Knows no model.

import { fewestTelling } from "../base/word-runs.ts";
import { SharedSpans } from "./shared-span.ts";
import { type Nearest, nearest } from "./similarity.ts";
import { Numbering } from "./text-words.ts";
import { rowsAt, type Vectors } from "./vectors.ts";

/** Texts by their words and by unit embeddings, row for row. */
export interface Read {
  readonly words: readonly (readonly string[])[];
  readonly unit: Vectors;
}

export interface TextLeakage {
  /** Cosine of the nearest real text, and its position; -1 for none. */
  readonly similarity: number;
  readonly nearest: number;
  /** Words of the longest run shared with a real text, where it begins, and that text's position; -1 for none. */
  readonly shared: number;
  readonly start: number;
  readonly source: number;
  /** Share of the real texts never shown that are as near, and of those that share as long a run: (1 + how many) / (1 + all). */
  readonly pSimilarity: number;
  readonly pShared: number;
}

export interface Leakage {
  readonly texts: readonly TextLeakage[];
  /** Enough texts never shown were there, so that chance can be told from copying. False: `copied` is 0 and `p` 1. Absent in what was kept before. */
  readonly judged?: boolean;
  /** Texts with both p-values at most `level`. */
  readonly copied: number;
  /** Texts of `fewestTelling` words or more that repeat a real text word for word, whatever chance does. Absent in what was kept before. */
  readonly verbatim?: number;
  readonly level: number;
  /** So many real texts gave the p-values. */
  readonly heldOut: number;
  /** Chance of so many copied texts or more if each were a real text never shown. */
  readonly p: number;
}

/** A text as near as at most so many of the real ones is one that chance does not explain. */
export const leakageLevel = 0.01;

/** Fewest texts never shown. Of fewer even the nearest is no rarer than one in twenty, and all copies would hang on one of them. */
export const leastHeldOut = 19;

/** Real texts as copies of them are judged: made once for all sets that are held against them. */
export interface Reference {
  readonly real: Read;
  /** First position of each different real text, by its words. */
  readonly known: ReadonlyMap<string, number>;
  readonly numbering: Numbering;
  readonly runs: SharedSpans;
  /** Values of the texts never shown, ascending: cosines of the nearest real text, words of the longest shared run. */
  readonly similarities: Float64Array;
  readonly lengths: Float64Array;
}

const keyOf = (words: readonly string[]): string => words.join(" ");

const numbersOf = (numbering: Numbering, { words }: Read): Int32Array[] => words.map((own) => numbering.numbersOf(own));

/**
 * `heldOut` are real texts that were never shown to whoever wrote; absent, each real text is held out from the others in turn.
 * A real text that stands twice counts once, and a text held out that is a real one not at all: a twin tells nothing of chance, and would excuse copies.
 * Time: O(h m d) for embeddings, O(words) for runs. `within`: nearest other real text of each, where they are known.
 */
export function referenceOf(real: Read, heldOut?: Read, within?: Nearest): Reference {
  const numbering = new Numbering();
  const known = new Map<string, number>(); // each text's first position
  for (const [i, words] of real.words.entries()) if (!known.has(keyOf(words))) known.set(keyOf(words), i);
  const once = [...known.values()];
  const isFirst = new Set(once);
  const runs = new SharedSpans(
    numbersOf(numbering, real).map((words, i) => (isFirst.has(i) ? words : new Int32Array(0))), // a twin owns no run
  );
  const away = heldOut ? heldOut.words.flatMap((words, i) => (known.has(keyOf(words)) ? [] : [i])) : once;
  const from = heldOut ?? real;
  const isWhole = heldOut === undefined && away.length === real.words.length; // no twin is left out
  const apart = rowsAt(from.unit, away);
  const lengths = away.map((i) => {
    const words = numbering.numbersOf(from.words[i] as readonly string[]);
    return runs.longest(words, heldOut ? -1 : i).length;
  });
  return {
    real,
    known,
    numbering,
    runs,
    similarities: sorted(((isWhole && within) || nearest(apart, heldOut ? real.unit : apart)).similarity),
    lengths: sorted(lengths),
  };
}

/** Leakage of `texts` from the reference's real texts. `near`: their nearest real texts, where they are known. Time: O(n m d) without them. */
export function leakageOf(texts: Read, reference: Reference, near = nearest(texts.unit, reference.real.unit)): Leakage {
  const { numbering, runs, similarities, lengths } = reference;
  const found = numbersOf(numbering, texts).map((words, i): TextLeakage => {
    const { length, start, owner } = runs.longest(words);
    const similarity = near.similarity[i] as number;
    return {
      similarity,
      nearest: near.position[i] as number,
      shared: length,
      start,
      source: owner,
      pSimilarity: shareAbove(similarities, similarity),
      pShared: shareAbove(lengths, length),
    };
  });
  const level = Math.max(leakageLevel, 1 / (1 + lengths.length));
  const judged = lengths.length >= leastHeldOut;
  const copied = judged ? found.filter((text) => isBeyondChance(text, level)).length : 0;
  const verbatim = texts.words.filter((words) => isVerbatim(words, reference)).length;
  return { texts: found, judged, copied, verbatim, level, heldOut: lengths.length, p: binomialTail(found.length, copied, level) };
}

/** Which of `texts` are copies: word for word, or nearer and by a longer run than chance explains, where chance can be told. */
export function copiesOf(texts: Read, reference: Reference): readonly boolean[] {
  const { texts: found, judged, level } = leakageOf(texts, reference);
  return found.map((text, i) => isVerbatim(texts.words[i] ?? [], reference) || (judged === true && isBeyondChance(text, level)));
}

const isBeyondChance = ({ pSimilarity, pShared }: TextLeakage, level: number): boolean =>
  pSimilarity <= level && pShared <= level;
const isVerbatim = (words: readonly string[], { known }: Reference): boolean =>
  words.length >= fewestTelling && known.has(keyOf(words));

const sorted = (values: ArrayLike<number>): Float64Array => Float64Array.from(values).sort();

/** (1 + values at or above x) / (1 + values), of ascending values: a p-value that is never 0 (Phipson & Smyth 2010). */
function shareAbove(ascending: Float64Array, x: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] as number) < x) low = middle + 1;
    else high = middle;
  }
  return (1 + ascending.length - low) / (1 + ascending.length);
}

/** Chance of k successes or more in n trials of chance p. */
export function binomialTail(n: number, k: number, p: number): number {
  if (k <= 0) return 1;
  let log = n * Math.log1p(-p); // of no success
  let tail = 0;
  for (let i = 0; i <= n; i++) {
    if (i >= k) tail += Math.exp(log);
    log += Math.log((n - i) / (i + 1)) + Math.log(p) - Math.log1p(-p);
  }
  return Math.min(1, tail);
}
