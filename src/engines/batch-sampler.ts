// Chooses a token from logits. Knows no model and no text.

import { rng } from "../base/rng.ts";
import type { Sampling } from "./language-model.ts";

export interface SamplerSettings extends Sampling {
  /** So many of the likeliest tokens stay; 0 or absent for all. */
  readonly topK?: number;
  /** A token stays when it is at least so likely as a share of the likeliest; 0 or absent for all. */
  readonly minP?: number;
  /** Logits of tokens that occurred are divided by it, or multiplied where negative (Keskar et al. 2019); 1 or absent for none. */
  readonly repetitionPenalty?: number;
}

/** Bit i of word i / 32 says whether token i may come. */
export type TokenMask = Int32Array;

/**
 * The next token. `logits` may be changed. `occurred`: tokens of the prompt and the completion, for the repetition penalty. Gives -1 where the
 * mask leaves nothing.
 */
export type Sampler = (logits: Float32Array, occurred: readonly number[], mask?: TokenMask) => number;

/**
 * Tokens less likely than e^-20 of the likeliest never come: all of a vocabulary's together would be some 1e-4 of it. That leaves few enough to
 * sort in each step.
 */
const window = 20;

/** A sampler with a stream of its own: equal settings, seeds and logits give equal tokens. The temperature comes first, then top-k, top-p, min-p. */
export function sampler(settings: SamplerSettings, seed: number): Sampler {
  const { temperature, topP, topK = 0, minP = 0, repetitionPenalty = 1 } = settings;
  const stream = rng("sample", seed);
  return (logits, occurred, mask) => {
    if (repetitionPenalty !== 1) penalize(logits, occurred, repetitionPenalty);
    if (mask) forbid(logits, mask);
    const best = indexOfLargest(logits);
    if (best < 0 || temperature <= 0) return best;
    const largest = logits[best] as number;
    const all = candidates(logits, largest, temperature, window);
    if (topK <= 0 && topP >= 1 && minP <= 0) return draw(all, stream.next());
    const kept = keep(logits, all, { largest, temperature, topP, topK, minP });
    return draw(kept, stream.next());
  };
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
function indexOfLargest(logits: Float32Array): number {
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

interface Candidates {
  readonly ids: readonly number[];
  /** Relative to the likeliest token's 1. */
  readonly weights: readonly number[];
  readonly total: number;
}

function candidates(logits: Float32Array, largest: number, temperature: number, depth: number): Candidates {
  const ids: number[] = [];
  const weights: number[] = [];
  let total = 0;
  const least = largest - depth * temperature;
  for (let i = 0; i < logits.length; i++) {
    const logit = logits[i] as number;
    if (logit < least) continue;
    const weight = Math.exp((logit - largest) / temperature);
    ids.push(i);
    weights.push(weight);
    total += weight;
  }
  return { ids, weights, total };
}

interface Limits {
  readonly largest: number;
  readonly temperature: number;
  readonly topP: number;
  readonly topK: number;
  readonly minP: number;
}

/** The likeliest tokens within the limits. Sorts no more of the vocabulary than it has to. */
function keep(logits: Float32Array, all: Candidates, limits: Limits): Candidates {
  const { largest, temperature, topP, topK, minP } = limits;
  const most = topK > 0 ? topK : Number.POSITIVE_INFINITY;
  for (let depth = 5; ; depth *= 2) {
    const part = depth < window ? candidates(logits, largest, temperature, depth) : all;
    // Equal weights in the order of ids, so that the choice is one.
    const order = part.ids.map((_, i) => i).sort((a, b) => (part.weights[b] as number) - (part.weights[a] as number) || a - b);
    const ids: number[] = [];
    const weights: number[] = [];
    let sum = 0;
    let enough = part === all;
    for (const i of order) {
      const weight = part.weights[i] as number;
      if (ids.length >= most || sum >= topP * all.total || weight < minP) {
        enough = true;
        break;
      }
      ids.push(part.ids[i] as number);
      weights.push(weight);
      sum += weight;
    }
    if (enough || ids.length >= most || sum >= topP * all.total) return { ids, weights, total: sum };
  }
}

function draw({ ids, weights, total }: Candidates, uniform: number): number {
  let rest = uniform * total;
  for (let i = 0; i < ids.length; i++) {
    rest -= weights[i] as number;
    if (rest < 0) return ids[i] as number;
  }
  return ids.at(-1) as number;
}
