// How the next token of a request is chosen where its logits are. Knows no device.

import type { TokenChoice } from "../../runtime/token-choice.ts";
import type { Choice, Running } from "../batch/job.ts";
import { noToken } from "../refusals.ts";
import { without } from "../sampling/drawing.ts";

/** Tokens that occurred in a text, a bit for each; grows with it. */
export class Occurred {
  readonly #bits: Int32Array;
  #count = 0;

  constructor(vocabSize: number) {
    this.#bits = new Int32Array(Math.ceil(vocabSize / 32));
  }

  of(ids: readonly number[]): Int32Array {
    for (; this.#count < ids.length; this.#count++) {
      const id = ids[this.#count] as number;
      this.#bits[id >> 5] = (this.#bits[id >> 5] as number) | (1 << (id & 31));
    }
    return this.#bits;
  }
}

/** Tells whether a request's tokens are chosen without a look at those before: neither grammar nor penalty nor ban knows them. */
export function choosesBlindly({ job: { drawing, grammar, forced } }: Running): boolean {
  if (!drawing || drawing.banned || grammar || forced) return false;
  return (drawing.sampling.repetitionPenalty ?? 1) === 1;
}

/** Undefined for a request whose own sampler alone knows the token. `occurred`: the prompt's tokens and the completion's. */
export async function choiceOf(
  { job, tokens }: Running,
  occurred: () => Int32Array,
  vocabSize: number,
): Promise<TokenChoice | undefined> {
  const { drawing, grammar, logProbs } = job;
  if (!drawing) return undefined;
  const { temperature, topP, topK = 0, minP = 0, repetitionPenalty = 1 } = drawing.sampling;
  const mask = without(await grammar?.mask(), drawing.banned?.(tokens) ?? [], vocabSize);
  const penalty = repetitionPenalty === 1 ? {} : { occurred: occurred() };
  return { temperature, topP, topK, minP, repetitionPenalty, draw: drawing.next(), mask, ...penalty, logProb: logProbs ?? false };
}

/** A token that came back, to be taken in. */
export function chosenOf({ job }: Running, { id, logProb }: { readonly id: number; readonly logProb: number }): Choice {
  if (id < 0) return { id, error: noToken(job.grammar !== undefined) };
  return { id, ...(job.logProbs ? { logProb } : {}) };
}
