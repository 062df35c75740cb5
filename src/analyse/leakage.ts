// Leakage: does a synthetic text repeat a real one? Judged against real texts, which repeat others by chance. Knows no model.

import { SharedSpans } from "./shared-span.ts";
import { nearest } from "./similarity.ts";
import { Numbering } from "./text-words.ts";
import type { Vectors } from "./vectors.ts";

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
  readonly numbering: Numbering;
  readonly runs: SharedSpans;
  /** Values of the texts never shown, ascending: cosines of the nearest real text, words of the longest shared run. */
  readonly similarities: Float64Array;
  readonly lengths: Float64Array;
}

const numbersOf = (numbering: Numbering, { words }: Read): Int32Array[] => words.map((own) => numbering.numbersOf(own));

/**
 * `heldOut` are real texts that were never shown to whoever wrote; absent, each real text is held out from the others in turn.
 * Time: O(h m d) for embeddings, O(words) for runs.
 */
export function referenceOf(real: Read, heldOut?: Read): Reference {
  const numbering = new Numbering();
  const runs = new SharedSpans(numbersOf(numbering, real));
  const others = heldOut ?? real;
  const lengths = numbersOf(numbering, others).map((words, i) => runs.longest(words, heldOut ? -1 : i).length);
  return {
    real,
    numbering,
    runs,
    similarities: sorted(nearest(others.unit, real.unit).similarity),
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
  const copied = judged ? found.filter((text) => text.pSimilarity <= level && text.pShared <= level).length : 0;
  return { texts: found, judged, copied, level, heldOut: lengths.length, p: binomialTail(found.length, copied, level) };
}

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
