// A sampler that writes a given answer and adds up its log-likelihood. Knows no model and no text.

import { logProbability, type Sampler } from "./sampler.ts";

export interface Forced {
  /** Gives the answer's tokens one after the other, then an end. */
  readonly sample: Sampler;
  /** Log-likelihood of what was given so far. */
  sum(): number;
}

/** `ends`: any of them ends an answer, so that their probabilities add up. */
export function forced(answer: readonly number[], ends: readonly number[]): Forced {
  let sum = 0;
  let at = 0;
  return {
    sample(logits) {
      const id = answer[at++];
      sum += id === undefined ? Math.log(probabilityOf(logits, ends)) : logProbability(logits, id);
      return id ?? (ends[0] as number);
    },
    sum: () => sum,
  };
}

const probabilityOf = (logits: Float32Array, ids: readonly number[]): number =>
  ids.reduce((total, id) => total + Math.exp(logProbability(logits, id)), 0);
