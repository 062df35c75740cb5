import { describe, expect, it } from "vitest";
import { averagePairwiseSimilarity, nearest, nearestEstimate, vendi } from "../../../src/analyse/similarity.ts";
import { unitRows, type Vectors, vectorsOf } from "../../../src/analyse/vectors.ts";
import { rng } from "../../../src/base/rng.ts";
import { golden } from "./golden.ts";

const x = vectorsOf(golden.x);
const y = vectorsOf(golden.y);

describe("average pairwise similarity", () => {
  it("is scikit-learn's mean over all pairs", () => {
    expect(averagePairwiseSimilarity(x).value).toBeCloseTo(golden.aps, 6);
    const rows = [
      [1, 0, 0],
      [1, 1, 0],
      [0, 1, 1],
      [1, 1, 1],
    ];
    expect(averagePairwiseSimilarity(unitRows(vectorsOf(rows))).value).toBeCloseTo(0.569575, 5);
  });

  it("is 1 for one text repeated, with an interval of no width", () => {
    const same = unitRows(vectorsOf(Array.from({ length: 12 }, () => [3, 4])));
    const { value, low, high } = averagePairwiseSimilarity(same);
    for (const number of [value, low, high]) expect(number).toBeCloseTo(1, 6);
  });

  it("says why it has none of one text", () => {
    expect(averagePairwiseSimilarity(vectorsOf([[1, 0]])).why).toMatch(/two texts/);
  });

  it("holds the value of many rows in the intervals of samples, nineteen times of twenty", () => {
    const stream = rng("aps", 5);
    const draw = (n: number) =>
      unitRows(vectorsOf(Array.from({ length: n }, () => Array.from({ length: 5 }, () => stream.next() - 0.3))));
    const truth = averagePairwiseSimilarity(draw(100_000)).value;
    const inside = Array.from({ length: 200 }, () => averagePairwiseSimilarity(draw(120))).filter(
      ({ low = 1, high = 0 }) => low <= truth && truth <= high,
    ).length;
    expect(inside).toBeGreaterThanOrEqual(178); // 190 expected
  });
});

describe("Vendi score", () => {
  it("is numpy's, from the small matrix of the two", () => {
    expect(vendi(x)).toBeCloseTo(golden.vendi.x, 4);
    expect(vendi(y)).toBeCloseTo(golden.vendi.y, 4);
    expect(vendi(vectorsOf(golden.x.slice(0, 4)))).toBeCloseTo(golden.vendi.few, 4);
  });

  it("counts texts that have nothing in common, and one text repeated once", () => {
    expect(
      vendi(
        vectorsOf([
          [1, 0, 0, 0],
          [0, 1, 0, 0],
          [0, 0, 1, 0],
        ]),
      ),
    ).toBeCloseTo(3, 6);
    expect(vendi(vectorsOf(Array.from({ length: 9 }, () => [0.6, 0.8])))).toBeCloseTo(1, 6);
    expect(vendi(vectorsOf([], 4))).toBe(0);
  });
});

/** A row of another set, or of itself, with the largest product; the first of equal ones. */
function plainly(a: Vectors, b: Vectors): { readonly position: readonly number[]; readonly similarity: readonly number[] } {
  const row = ({ data, columns }: Vectors, i: number) => [...data.subarray(i * columns, (i + 1) * columns)];
  const all = Array.from({ length: a.rows }, (_, i) =>
    Array.from({ length: b.rows }, (_, j) =>
      a === b && i === j ? Number.NEGATIVE_INFINITY : row(a, i).reduce((sum, x, k) => sum + x * (row(b, j)[k] as number), 0),
    ),
  );
  const similarity = all.map((products) => Math.max(...products));
  return { similarity, position: all.map((products, i) => products.indexOf(similarity[i] as number)) };
}

describe("nearest neighbours", () => {
  it.each([
    [1, 2],
    [2, 1],
    [63, 65],
    [129, 131],
  ])("of %i rows among %i are those of every pair, the first where several are as near", (n, m) => {
    const stream = rng("nearest", n, m);
    // Axes and diagonals alone: many rows are the same, and products are exact.
    const rows = (count: number) =>
      vectorsOf(Array.from({ length: count }, () => Array.from({ length: 5 }, () => stream.int(3) - 1)));
    const [a, b] = [rows(n), rows(m)];
    for (const [of, among] of [
      [a, b],
      [b, a],
      [n > 1 ? a : b, n > 1 ? a : b],
    ] as const) {
      const { position, similarity } = nearest(of, among);
      expect({ position: [...position], similarity: [...similarity] }).toEqual(plainly(of, among));
    }
  });

  it("are scikit-learn's", () => {
    const { similarity } = nearest(x, y);
    for (const [i, value] of golden.nearest.entries()) expect(similarity[i]).toBeCloseTo(value, 5);
  });

  it("are never the row itself within a set", () => {
    const { position, similarity } = nearest(y, y);
    expect([...position].every((j, i) => j !== i)).toBe(true);
    expect(Math.max(...similarity)).toBeLessThan(1);
  });

  it("say why there are none", () => {
    expect(nearestEstimate(nearest(x, vectorsOf([], 6))).why).toBeDefined();
  });
});
