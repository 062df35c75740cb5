// How the token after a line is chosen on a GPU, as its kernel reads it, and what comes back. Knows no device.

import { choiceNumbers, noId, noMask, resultNumbers } from "./decode/sample.ts";

/** How a token is chosen, in the terms of engines/sampling. */
export interface TokenChoice {
  readonly temperature: number;
  readonly topP: number;
  readonly topK: number;
  readonly minP: number;
  readonly repetitionPenalty: number;
  /** The draw, in 2^-32. */
  readonly draw: number;
  /** Tokens that may come, a bit for each; all where absent. */
  readonly mask?: Int32Array | undefined;
  /** Tokens that occurred, for the penalty. */
  readonly occurred?: Int32Array | undefined;
  readonly logProb: boolean;
}

export interface Chosen {
  /** -1 where the mask leaves nothing. */
  readonly id: number;
  /** Log-probability that the model itself gave the token; 0 where it was not asked for. */
  readonly logProb: number;
}

const word = new DataView(new ArrayBuffer(4));
const bitsOf = (x: number): number => {
  word.setFloat32(0, x);
  return word.getUint32(0);
};
/** A share of 1 in 2^-32. */
const shareOf = (x: number): number => Math.min(2 ** 32 - 1, Math.max(1, Math.round(x * 2 ** 32)));

/** Writes choices and their masks one after another; gives how many masks there are. */
export function writeChoices(into: Uint32Array, masks: Int32Array, words: number, choices: readonly TokenChoice[]): number {
  let used = 0;
  const keep = (mask: Int32Array | undefined) => {
    if (!mask) return noMask;
    masks.set(mask.length > words ? mask.subarray(0, words) : mask, used * words);
    if (mask.length < words) masks.fill(0, used * words + mask.length, (used + 1) * words);
    return used++;
  };
  for (const [i, { temperature, topP, topK, minP, repetitionPenalty, draw, mask, occurred, logProb }] of choices.entries()) {
    const sets = keep(mask) | (keep(repetitionPenalty === 1 ? undefined : occurred) << 16);
    const numbers = [
      bitsOf(temperature),
      draw,
      topP < 1 ? shareOf(topP) : 0,
      topK,
      Math.ceil(minP * 2 ** 24),
      bitsOf(repetitionPenalty),
    ];
    into.set([...numbers, sets, Number(logProb)], choiceNumbers * i);
  }
  return used;
}

export function chosenOf(numbers: Float32Array, count: number): readonly Chosen[] {
  const ids = new Uint32Array(numbers.buffer, numbers.byteOffset, numbers.length);
  return Array.from({ length: count }, (_, i) => {
    const id = ids[resultNumbers * i] as number;
    return { id: id === noId ? -1 : id, logProb: numbers[resultNumbers * i + 1] as number };
  });
}
