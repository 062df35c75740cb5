// Calibration and Wilson's interval, held to scikit-learn and statsmodels (test/fixtures/analyse/make_trust.py).

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { wilson } from "../../../src/base/stats.ts";
import { calibration } from "../../../src/evaluate/calibration.ts";

const golden = JSON.parse(readFileSync(join(import.meta.dirname, "../../fixtures/analyse/trust.json"), "utf8")) as {
  readonly calibration: {
    readonly probability: number[];
    readonly right: boolean[];
    readonly counts: number[];
    readonly sure: number[];
    readonly share: number[];
    readonly error: number;
  };
  readonly wilson: [hits: number, trials: number, low: number, high: number][];
};

describe("calibration", () => {
  const { probability, right, counts, sure, share, error } = golden.calibration;
  const found = calibration(probability.map((p, i) => ({ probability: p, right: right[i] === true })));

  it("has scikit-learn's bins and the error that follows from them", () => {
    expect(found?.bins.map(({ count }) => count)).toEqual(counts);
    const filled = found?.bins.filter(({ count }) => count > 0) ?? [];
    expect(filled).toHaveLength(sure.length);
    for (const [i, bin] of filled.entries()) {
      expect(bin.sure).toBeCloseTo(sure[i] as number, 12);
      expect(bin.right).toBeCloseTo(share[i] as number, 12);
    }
    expect(found?.error).toBeCloseTo(error, 12);
  });

  it("is nothing without answers, and keeps 0 and 1 in the outer bins", () => {
    expect(calibration([])).toBeUndefined();
    const edges = calibration([
      { probability: 0, right: false },
      { probability: 1, right: true },
    ]);
    expect(edges?.bins.map(({ count }) => count)).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    expect(edges?.error).toBe(0);
  });
});

describe("wilson", () => {
  it.each(golden.wilson)("%i of %i", (hits, trials, low, high) => {
    const found = wilson(hits, trials);
    expect(found.low).toBeCloseTo(low, 10);
    expect(found.high).toBeCloseTo(high, 10);
  });
});
