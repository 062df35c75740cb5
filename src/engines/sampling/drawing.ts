// A request's sampling for a sampler that runs elsewhere: settings, the draws of its seed, and the tokens that may not come. Knows no model and no device.

import { rng } from "../../base/rng.ts";
import type { Sampling } from "../language-model.ts";
import type { TokenMask } from "./sampler.ts";

export interface Drawing {
  readonly sampling: Sampling;
  /** The next draw in 2^-32: those of `sampler` with this seed. One for each token that is not greedy. */
  next(): number;
  /** Tokens that may not come after those of the completion so far, unless nothing else may. Absent where none is ever banned. */
  readonly banned?: (tokens: readonly number[]) => readonly number[];
}

export function drawing(sampling: Sampling, seed: number, banned?: Drawing["banned"]): Drawing {
  const stream = rng("sample", seed);
  return { sampling, ...(banned && { banned }), next: () => (sampling.temperature > 0 ? stream.next() * 2 ** 32 : 0) };
}

/** The mask without some tokens; as it is where that would leave nothing. Where nothing is forbidden there is none. */
export function without(mask: TokenMask | undefined, banned: readonly number[], vocabSize: number): TokenMask | undefined {
  if (banned.length === 0) return mask;
  const left = mask?.slice() ?? new Int32Array(Math.ceil(vocabSize / 32)).fill(-1);
  for (const id of banned) left[id >> 5] = (left[id >> 5] as number) & ~(1 << (id & 31));
  return left.some((word) => word !== 0) ? left : mask;
}
