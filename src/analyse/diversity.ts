// Diversity of texts by their words: distinct-n (Li et al. 2016), self-BLEU (Zhu et al. 2018), lengths, growth of the vocabulary. Knows no embedding.

import { type Estimate, meanEstimate } from "./interval.ts";

/** A text's words, in order. */
export type Words = readonly string[];

/** Different n-grams over all n-grams of the set. It falls with the set's size: only sets of equal size compare. 0 where there is none. */
export function distinct(texts: readonly Words[], n: number): number {
  const seen = new Set<string>();
  let all = 0;
  for (const words of texts) {
    for (const gram of gramsOf(words, n)) {
      seen.add(gram);
      all++;
    }
  }
  return all === 0 ? 0 : seen.size / all;
}

function* gramsOf(words: Words, n: number): Generator<string, void> {
  for (let i = 0; i + n <= words.length; i++) yield words.slice(i, i + n).join(" ");
}

/** The order of BLEU. */
const order = 4;

/** The two highest counts of an n-gram in one text, and whose the highest is: the highest of all other texts follows. */
interface Peak {
  owner: number;
  first: number;
  second: number;
}

/**
 * Mean BLEU-4 of each text against all others: 1 where all are alike, low where they differ. Clipped counts and the closest length are BLEU's own (Papineni et
 * al. 2002); where no n-gram of an order matches, its count is taken as 0.1 (method 1 of Chen & Cherry 2014). Texts shorter than four words count
 * for the orders that they have no n-gram of as one that fails. Time: O(words), since of each n-gram its two highest counts are kept.
 */
export function selfBleu(texts: readonly Words[]): Estimate {
  if (texts.length < 2) return { value: 0, why: "a comparison wants two texts" };
  const own = Array.from({ length: order }, (_, k) => texts.map((words) => countsOf(words, k + 1)));
  const peaks = own.map(peaksOf);
  const lengths = texts.map((words) => words.length).sort((a, b) => a - b);
  const scores = texts.map((words, i) => {
    if (words.length === 0) return 0;
    let logs = 0;
    for (let k = 0; k < order; k++) {
      const counts = own[k]?.[i] as ReadonlyMap<string, number>;
      logs += Math.log(precisionOf(counts, peaks[k] as ReadonlyMap<string, Peak>, i)) / order;
    }
    return brevity(words.length, closest(lengths, words.length)) * Math.exp(logs);
  });
  return meanEstimate(scores, [0, 1]);
}

function countsOf(words: Words, n: number): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const gram of gramsOf(words, n)) counts.set(gram, (counts.get(gram) ?? 0) + 1);
  return counts;
}

function peaksOf(texts: readonly ReadonlyMap<string, number>[]): ReadonlyMap<string, Peak> {
  const peaks = new Map<string, Peak>();
  for (const [owner, counts] of texts.entries()) {
    for (const [gram, count] of counts) {
      const peak = peaks.get(gram);
      if (!peak) peaks.set(gram, { owner, first: count, second: 0 });
      else if (count > peak.first) [peak.second, peak.first, peak.owner] = [peak.first, count, owner];
      else if (count > peak.second) peak.second = count;
    }
  }
  return peaks;
}

/** Put in the place of no match. */
const unmatched = 0.1;

function precisionOf(counts: ReadonlyMap<string, number>, peaks: ReadonlyMap<string, Peak>, owner: number): number {
  let [matched, all] = [0, 0];
  for (const [gram, count] of counts) {
    const peak = peaks.get(gram) as Peak;
    matched += Math.min(count, peak.owner === owner ? peak.second : peak.first);
    all += count;
  }
  return (matched || unmatched) / Math.max(1, all);
}

/** The length nearest to one of the sorted lengths, itself taken out once; of two equally near the shorter. */
function closest(sorted: readonly number[], length: number): number {
  let at = lowerBound(sorted, length);
  if (sorted[at + 1] === length) return length; // another text of that length
  const [below, above] = [sorted[at - 1], sorted[at + 1]];
  at = below === undefined ? (above as number) : above === undefined ? below : above - length < length - below ? above : below;
  return at;
}

function lowerBound(sorted: readonly number[], value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

const brevity = (length: number, reference: number): number => (length > reference ? 1 : Math.exp(1 - reference / length));

export interface Lengths {
  readonly mean: Estimate;
  readonly median: number;
  /** Texts of so many words, at the position of that number. */
  readonly histogram: readonly number[];
}

export function lengthsOf(texts: readonly Words[]): Lengths {
  const lengths = texts.map((words) => words.length);
  const histogram = new Array<number>(lengths.reduce((most, n) => Math.max(most, n), 0) + 1).fill(0);
  for (const n of lengths) histogram[n] = (histogram[n] as number) + 1;
  const sorted = [...lengths].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  const median = sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
  return { mean: meanEstimate(lengths, [0, Number.POSITIVE_INFINITY]), median, histogram };
}

/** Different words after so many words read, at some fifty places: a curve that flattens early is a poor vocabulary. */
export function vocabularyGrowth(
  texts: readonly Words[],
  places = 50,
): readonly { readonly words: number; readonly different: number }[] {
  const total = texts.reduce((sum, words) => sum + words.length, 0);
  const step = Math.max(1, Math.ceil(total / places));
  const seen = new Set<string>();
  const curve: { words: number; different: number }[] = [];
  let read = 0;
  for (const words of texts) {
    for (const word of words) {
      seen.add(word);
      read++;
      if (read % step === 0 || read === total) curve.push({ words: read, different: seen.size });
    }
  }
  return curve;
}
