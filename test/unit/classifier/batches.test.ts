// Batches: every example once an epoch, by seed, in few widths and with little padding.

import { describe, expect, it } from "vitest";
import { rng } from "../../../src/base/rng.ts";
import {
  bucketOf,
  epochBatches,
  epochLayout,
  lengthBuckets,
  partsOfBatch,
  rowsFor,
  sortedBatches,
} from "../../../src/classifier/batches.ts";

const lengthsOf = (n: number, seed: number) => {
  const stream = rng("lengths", seed);
  return Array.from({ length: n }, () => 3 + Math.floor(120 * stream.next() ** 3));
};

describe("epochBatches", () => {
  it.each([1, 5, 16, 17, 128, 129, 500])("covers each of %i examples once, in as few batches as can be", (n) => {
    const lengths = lengthsOf(n, 1);
    const batches = epochBatches(lengths, 16, 256, rng(3));
    expect(batches.flatMap((b) => b.indices).sort((a, b) => a - b)).toEqual([...lengths.keys()]);
    expect(batches).toHaveLength(Math.ceil(n / 16));
    for (const batch of batches) {
      expect(batch.tokens).toBe(bucketOf(Math.max(...batch.indices.map((i) => lengths[i]!)), 256, lengthBuckets.wasm));
    }
  });

  it("is the same for the same seed, and another order for another epoch", () => {
    const lengths = lengthsOf(200, 2);
    const at = (seed: number, epoch: number) => epochBatches(lengths, 16, 256, rng(seed).fork(epoch));
    expect(at(1, 1)).toEqual(at(1, 1));
    expect(at(1, 2)).not.toEqual(at(1, 1));
    expect(at(2, 1)).not.toEqual(at(1, 1));
  });

  it("does not run from short to long", () => {
    const widths = epochBatches(lengthsOf(500, 3), 16, 256, rng(1)).map((b) => b.tokens);
    expect(widths).not.toEqual([...widths].sort((a, b) => a - b));
  });

  it("pads much less than batches of unsorted examples would", () => {
    const lengths = lengthsOf(1000, 4);
    const cost = (batches: readonly { tokens: number }[]) => batches.reduce((sum, b) => sum + 16 * b.tokens, 0);
    const unsorted = Array.from({ length: Math.ceil(1000 / 16) }, (_, i) => ({
      tokens: bucketOf(Math.max(...lengths.slice(16 * i, 16 * i + 16)), 256, lengthBuckets.wasm),
    }));
    const best = cost(sortedBatches(lengths, 16, 256));
    const got = cost(epochBatches(lengths, 16, 256, rng(1)));
    expect(got).toBeLessThan(0.75 * cost(unsorted));
    expect(got).toBeLessThan(1.2 * best);
    const coarse = cost(epochBatches(lengths, 16, 256, rng(1), epochLayout("webgpu", 63)));
    expect(got).toBeLessThan(0.85 * coarse);
  });

  it("wastes less than 15 % of a long epoch, which is still shuffled", () => {
    const lengths = lengthsOf(3000, 6).map((n) => n + 12); // sentences of a corpus: from 15 pieces to 134
    const layout = epochLayout("wasm", Math.ceil(3000 / 16));
    const batches = epochBatches(lengths, 16, 256, rng(1), layout);
    const slots = batches.reduce((sum, { tokens, indices }) => sum + tokens * indices.length, 0);
    expect(lengths.reduce((a, b) => a + b, 0) / slots).toBeGreaterThan(0.85);
    const short = epochBatches(lengths, 16, 256, rng(1)).reduce((sum, { tokens, indices }) => sum + tokens * indices.length, 0);
    expect(slots).toBeLessThan(0.9 * short);
    expect(batches.flatMap((b) => b.indices).sort((a, b) => a - b)).toEqual([...lengths.keys()]);
    const halves = [batches.slice(0, 94), batches.slice(94)].map(
      (half) => half.reduce((sum, b) => sum + b.tokens, 0) / half.length,
    );
    expect(halves[0]! / halves[1]!).toBeGreaterThan(0.8);
    expect(halves[0]! / halves[1]!).toBeLessThan(1.25);
  });

  it("parts of a batch have its examples once, and are no wider than they must be", () => {
    const lengths = lengthsOf(16, 5);
    const [batch] = epochBatches(lengths, 16, 256, rng(1));
    const parts = partsOfBatch(batch!, lengths, 16, 4, 256);
    expect(parts.map((p) => p.indices.length)).toEqual([4, 4, 4, 4]);
    expect(parts.flatMap((p) => p.indices).sort((a, b) => a - b)).toEqual([...lengths.keys()]);
    for (const { indices, tokens } of parts) {
      expect(tokens).toBe(bucketOf(Math.max(...indices.map((i) => lengths[i]!)), 256, lengthBuckets.wasm));
    }
    expect(partsOfBatch(batch!, lengths, 16, 1, 256)).toEqual([batch]);
  });
});

describe("bucketOf", () => {
  it.each([
    ["webgpu", 1, 256, 32],
    ["webgpu", 32, 256, 32],
    ["webgpu", 33, 256, 64],
    ["webgpu", 200, 256, 256],
    ["webgpu", 65, 100, 100], // no wider than what inputs are cut to
    ["webgpu", 300, 512, 512],
    ["wasm", 1, 256, 16],
    ["wasm", 33, 256, 40],
    ["wasm", 257, 512, 512],
  ] as const)("on %s, %i tokens, at most %i: %i", (device, length, most, expected) => {
    expect(bucketOf(length, most, lengthBuckets[device])).toBe(expected);
  });

  it("refuses what is longer than inputs are cut to", () => {
    expect(() => bucketOf(101, 100, lengthBuckets.wasm)).toThrow("at most 100 tokens, got 101");
  });
});

describe("rowsFor", () => {
  it.each([
    [5, 16, 8],
    [8, 16, 8],
    [9, 16, 16],
    [1000, 16, 16],
    [1, 16, 1],
    [1000, 12, 12],
  ])("%i examples, batch %i: %i rows", (n, size, expected) => {
    expect(rowsFor(n, size)).toBe(expected);
  });
});
