// Sampling against distributions worked out by hand.

import { describe, expect, it } from "vitest";
import type { Sampling } from "../../../../src/engines/language-model.ts";
import { logProbability, sampler } from "../../../../src/engines/sampling/sampler.ts";

const settings = (more: Partial<Sampling> = {}): Sampling => ({ temperature: 1, topP: 1, maxTokens: 1, ...more });

/** Logits of these probabilities, with others far below. */
const logitsOf = (...p: number[]) =>
  Float32Array.from({ length: 1000 }, (_, i) => (i < p.length ? Math.log(p[i] as number) : -50));

/** Shares of the first tokens over many draws from one stream. */
function shares(logits: Float32Array, more: Partial<Sampling>, mask?: Int32Array, n = 20_000): number[] {
  const sample = sampler(settings(more), 7);
  const counts = new Map<number, number>();
  for (let i = 0; i < n; i++) {
    const id = sample(logits.slice(), [], mask);
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  expect(Math.max(...counts.keys())).toBeLessThan(6);
  return Array.from({ length: 5 }, (_, i) => (counts.get(i) ?? 0) / n);
}

function expectShares(got: readonly number[], expected: readonly number[]): void {
  // Three standard deviations of a share over 20,000 draws are at most 0.011.
  for (let i = 0; i < got.length; i++)
    expect(Math.abs((got[i] as number) - (expected[i] ?? 0)), `token ${i}`).toBeLessThan(0.012);
}

describe("draws by", () => {
  it("probability", () => expectShares(shares(logitsOf(0.5, 0.3, 0.15, 0.05), {}), [0.5, 0.3, 0.15, 0.05]));

  it("temperature: p^(1/T), normalised", () => {
    const powers = [0.5, 0.3, 0.2].map((p) => p ** 2);
    const sum = powers.reduce((a, b) => a + b);
    expectShares(
      shares(logitsOf(0.5, 0.3, 0.2), { temperature: 0.5 }),
      powers.map((p) => p / sum),
    );
  });

  it("top-p: the likeliest until they reach it, the one that crosses it included", () => {
    expectShares(shares(logitsOf(0.05, 0.5, 0.3, 0.15), { topP: 0.75 }), [0, 0.5 / 0.8, 0.3 / 0.8, 0]);
    expectShares(shares(logitsOf(0.6, 0.4), { topP: 0.5 }), [1]);
  });

  it("top-p over a flat distribution, which needs more than the likeliest few", () => {
    const flat = Float32Array.from({ length: 400 }, () => 1);
    const sample = sampler(settings({ topP: 0.5 }), 3);
    const seen = new Set(Array.from({ length: 5000 }, () => sample(flat.slice(), [])));
    expect(seen.size).toBe(200);
  });

  it("top-k", () => expectShares(shares(logitsOf(0.1, 0.2, 0.3, 0.4), { topK: 2 }), [0, 0, 3 / 7, 4 / 7]));

  it("min-p: a share of the likeliest", () => {
    expectShares(shares(logitsOf(0.5, 0.3, 0.15, 0.05), { minP: 0.4 }), [0.5 / 0.8, 0.3 / 0.8]);
  });

  it("a mask, before everything else", () => {
    const mask = new Int32Array(32);
    mask[0] = 0b110; // tokens 1 and 2
    expectShares(shares(logitsOf(0.8, 0.05, 0.15), { topP: 0.9 }, mask), [0, 0.25, 0.75]);
  });
});

it("takes the first of the likeliest at temperature 0", () => {
  const sample = sampler(settings({ temperature: 0 }), 1);
  expect(sample(Float32Array.of(1, 3, 2, 3), [])).toBe(1);
});

it("weighs down what occurred, once however often: positive logits divided, negative ones multiplied", () => {
  const sample = sampler(settings({ temperature: 0, repetitionPenalty: 2 }), 1);
  const logits = Float32Array.of(3, 2, -1, -1.5);
  expect(sample(logits, [0, 0, 2])).toBe(1);
  expect([...logits]).toEqual([1.5, 2, -2, -1.5]);
});

it("gives the same tokens for the same seed and others for another", () => {
  const logits = Float32Array.from({ length: 500 }, (_, i) => Math.sin(i));
  const draws = (seed: number) => {
    const sample = sampler(settings({ topP: 0.9 }), seed);
    return Array.from({ length: 30 }, () => sample(logits.slice(), []));
  };
  expect(draws(1)).toEqual(draws(1));
  expect(draws(1)).not.toEqual(draws(2));
});

it("says that a mask leaves nothing", () => {
  expect(sampler(settings(), 1)(logitsOf(0.5, 0.5), [], new Int32Array(32))).toBe(-1);
});

it("knows the logarithm of a token's probability", () => {
  const logits = Float32Array.from([1000, 999, 998]); // large ones overflow when they are not shifted
  const p = [1, Math.exp(-1), Math.exp(-2)].map((x) => x / (1 + Math.exp(-1) + Math.exp(-2)));
  for (const [id, share] of p.entries()) expect(logProbability(logits, id)).toBeCloseTo(Math.log(share), 10);
});
