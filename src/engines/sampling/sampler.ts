// Chooses a token from logits. Knows no model and no text.

import { rng } from "../../base/rng.ts";
import type { Sampling } from "../language-model.ts";

/** Bit i of word i / 32 says whether token i may come. */
export type TokenMask = Int32Array;

/**
 * The next token. `logits` may be changed. `occurred`: tokens of the prompt and the completion, for the repetition penalty. Gives -1 where the
 * mask leaves nothing.
 */
export type Sampler = (logits: Float32Array, occurred: readonly number[], mask?: TokenMask) => number;

/**
 * Tokens less likely than e^-12 (6e-6) of the likeliest never come. A vocabulary has tens of thousands of them, and weighing each in every
 * step would take longer than it is worth: together they come once in some thousand tokens, and are noise then.
 */
const window = 12;

/** A sampler with a stream of its own: equal settings, seeds and logits give equal tokens. Temperature first, then top-k, top-p, min-p. */
export function sampler(settings: Sampling, seed: number): Sampler {
  const { temperature, topP, topK = 0, minP = 0, repetitionPenalty = 1 } = settings;
  const stream = rng("sample", seed);
  return (logits, occurred, mask) => {
    if (repetitionPenalty !== 1) penalize(logits, occurred, repetitionPenalty);
    if (mask) forbid(logits, mask);
    const best = indexOfLargest(logits);
    if (best < 0 || temperature <= 0) return best;
    let kept = candidates(logits, logits[best] as number, temperature);
    if (topK > 0) kept = likeliest(kept, (count) => count >= topK);
    if (topP < 1) {
      const enough = topP * kept.total;
      kept = likeliest(kept, (_, mass) => mass >= enough);
    }
    if (minP > 0) kept = choose(kept, (i) => Math.exp(-(kept.depths[i] as number)) >= minP);
    return draw(kept, stream.next());
  };
}

/** log softmax(logits)[id]. */
export function logProbability(logits: Float32Array, id: number): number {
  const largest = logits.reduce((most, x) => Math.max(most, x), Number.NEGATIVE_INFINITY);
  const sum = logits.reduce((total, x) => total + Math.exp(x - largest), 0);
  return (logits[id] as number) - largest - Math.log(sum);
}

function penalize(logits: Float32Array, occurred: readonly number[], penalty: number): void {
  for (const id of new Set(occurred)) {
    const logit = logits[id] as number;
    logits[id] = logit > 0 ? logit / penalty : logit * penalty;
  }
}

function forbid(logits: Float32Array, mask: TokenMask): void {
  for (let word = 0; word * 32 < logits.length; word++) {
    const bits = mask[word] ?? 0;
    if (bits === -1) continue;
    const end = Math.min(logits.length, word * 32 + 32);
    for (let i = word * 32; i < end; i++) if (((bits >>> (i & 31)) & 1) === 0) logits[i] = Number.NEGATIVE_INFINITY;
  }
}

/** The first of the largest; -1 where all are forbidden or not numbers. */
export function indexOfLargest(logits: Float32Array): number {
  let best = -1;
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < logits.length; i++) {
    if ((logits[i] as number) > largest) {
      largest = logits[i] as number;
      best = i;
    }
  }
  return best;
}

/** Tokens in the order of their ids. */
interface Candidates {
  readonly ids: readonly number[];
  /** Distance of the logit below the likeliest token's, over the temperature: the token's weight is e^-depth. */
  readonly depths: readonly number[];
  /** Sum of the weights. */
  readonly total: number;
}

function candidates(logits: Float32Array, largest: number, temperature: number): Candidates {
  const ids: number[] = [];
  const depths: number[] = [];
  let total = 0;
  const least = largest - window * temperature;
  for (let i = 0; i < logits.length; i++) {
    const logit = logits[i] as number;
    if (logit < least) continue;
    const depth = (largest - logit) / temperature;
    ids.push(i);
    depths.push(depth);
    total += Math.exp(-depth);
  }
  return { ids, depths, total };
}

function choose({ ids, depths }: Candidates, kept: (i: number) => boolean): Candidates {
  const chosen: { ids: number[]; depths: number[] } = { ids: [], depths: [] };
  let total = 0;
  for (let i = 0; i < ids.length; i++) {
    if (!kept(i)) continue;
    chosen.ids.push(ids[i] as number);
    chosen.depths.push(depths[i] as number);
    total += Math.exp(-(depths[i] as number));
  }
  return { ...chosen, total };
}

const binsPerUnit = 8;

/**
 * The likeliest, one after the other, up to and with the one at which there are enough by their count or the sum of their weights. Sorts only
 * those of the depth at which that happens: of thousands of candidates all but a few are clearly in or out.
 */
function likeliest(all: Candidates, enough: (count: number, mass: number) => boolean): Candidates {
  const { ids, depths } = all;
  const binOf = (i: number) => Math.floor((depths[i] as number) * binsPerUnit);
  const counts = new Float64Array(window * binsPerUnit + 1);
  const masses = new Float64Array(counts.length);
  for (let i = 0; i < ids.length; i++) {
    const bin = Math.min(counts.length - 1, binOf(i));
    counts[bin] = (counts[bin] as number) + 1;
    masses[bin] = (masses[bin] as number) + Math.exp(-(depths[i] as number));
  }
  let count = 0;
  let mass = 0;
  let last = 0;
  while (last < counts.length && !enough(count + (counts[last] as number), mass + (masses[last] as number))) {
    count += counts[last] as number;
    mass += masses[last] as number;
    last++;
  }
  if (last === counts.length) return all;
  const border: number[] = [];
  for (let i = 0; i < ids.length; i++) if (Math.min(counts.length - 1, binOf(i)) === last) border.push(i);
  // Equal ones in the order of their ids, so that the choice is one.
  border.sort((a, b) => (depths[a] as number) - (depths[b] as number) || a - b);
  const taken = new Set<number>();
  for (const i of border) {
    taken.add(i);
    mass += Math.exp(-(depths[i] as number));
    if (enough(++count, mass)) break;
  }
  return choose(all, (i) => binOf(i) < last || taken.has(i));
}

function draw({ ids, depths, total }: Candidates, uniform: number): number {
  let rest = uniform * total;
  for (let i = 0; i < ids.length; i++) {
    rest -= Math.exp(-(depths[i] as number));
    if (rest < 0) return ids[i] as number;
  }
  return ids.at(-1) as number;
}
