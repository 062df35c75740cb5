// A sampler that writes a given answer and notes what else could have come at each token. Knows no model and no text.

import { indexOfLargest, type Sampler } from "./sampler.ts";

export interface WatchedToken {
  readonly id: number;
  /** By the model itself, before temperature, penalty and grammar. */
  readonly probability: number;
  readonly allowed: boolean;
}

export interface WatchedStep {
  readonly drawn: WatchedToken;
  /** The likeliest, in order; the drawn token may be none of them. */
  readonly likeliest: readonly WatchedToken[];
  /** Probability of all tokens that the grammar forbids here. */
  readonly forbidden: number;
}

export interface Watched {
  /** Gives the answer's tokens one after the other, then an end. */
  readonly sample: Sampler;
  steps(): readonly WatchedStep[];
}

/** `most`: so many of the likeliest are noted at each token. */
export function watched(answer: readonly number[], end: number, most: number): Watched {
  const steps: WatchedStep[] = [];
  return {
    sample(logits, _, mask) {
      const id = answer[steps.length];
      if (id === undefined) return end;
      const largest = logits[indexOfLargest(logits)] ?? 0;
      const total = logits.reduce((sum, x) => sum + Math.exp(x - largest), 0);
      const allowed = (token: number) => !mask || (((mask[token >>> 5] ?? 0) >>> (token & 31)) & 1) === 1;
      const noted = (token: number): WatchedToken => ({
        id: token,
        probability: Math.exp((logits[token] as number) - largest) / total,
        allowed: allowed(token),
      });
      const forbidden = mask
        ? logits.reduce((sum, x, token) => (allowed(token) ? sum : sum + Math.exp(x - largest)), 0) / total
        : 0;
      steps.push({ drawn: noted(id), likeliest: largestOf(logits, most).map(noted), forbidden });
      return id;
    },
    steps: () => steps,
  };
}

/** Indices of the largest, in order; the first of equal ones first. */
function largestOf(logits: Float32Array, most: number): number[] {
  const kept: number[] = [];
  for (let i = 0; i < logits.length; i++) {
    const x = logits[i] as number;
    if (kept.length === most && x <= (logits[kept[most - 1] as number] as number)) continue;
    let at = kept.length;
    while (at > 0 && x > (logits[kept[at - 1] as number] as number)) at--;
    kept.splice(at, 0, i);
    if (kept.length > most) kept.pop();
  }
  return kept;
}
