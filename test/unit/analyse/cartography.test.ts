// Data maps and the area under the ROC curve, held to numpy and scikit-learn (test/fixtures/analyse/make_trust.py).

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cartography, doubtfulFirst, rocArea } from "../../../src/analyse/cartography.ts";

const golden = JSON.parse(readFileSync(join(import.meta.dirname, "../../fixtures/analyse/trust.json"), "utf8")) as {
  readonly map: {
    readonly gold: number[][];
    readonly right: boolean[][];
    readonly confidence: number[];
    readonly variability: number[];
    readonly correctness: number[];
    readonly order: number[];
  };
  readonly roc: { readonly scores: number[]; readonly truths: boolean[]; readonly area: number };
};
const views = golden.map.gold.map((gold, i) => ({ epoch: i + 1, gold, right: golden.map.right[i] as boolean[] }));

describe("cartography", () => {
  it("has numpy's means and deviations, and its order", () => {
    const places = cartography(views);
    for (const field of ["confidence", "variability", "correctness"] as const) {
      for (const [i, value] of golden.map[field].entries()) expect(places[i]?.[field]).toBeCloseTo(value, 12);
    }
    expect(doubtfulFirst(places)).toEqual(golden.map.order);
  });

  it("counts an epoch that a resumed training told again as it was told last, and once", () => {
    const first = views[0] as (typeof views)[number];
    const broken = { ...first, gold: first.gold.map(() => 0) };
    expect(cartography([broken, ...views])).toEqual(cartography(views));
  });

  it("has no place for anything without an epoch, nor without an example", () => {
    expect(cartography([])).toEqual([]);
    expect(cartography([{ epoch: 1, gold: [], right: [] }])).toEqual([]);
  });

  it("tells equal confidences apart by correctness, then leaves them as they stand", () => {
    const place = (correctness: number) => ({ confidence: 0.5, variability: 0, correctness });
    expect(doubtfulFirst([place(1), place(0.5), place(1), place(0)])).toEqual([3, 1, 0, 2]);
  });
});

describe("rocArea", () => {
  it("is scikit-learn's, ties included", () => {
    expect(rocArea(golden.roc.scores, golden.roc.truths)).toBeCloseTo(golden.roc.area, 12);
  });

  it("is undefined where all are of one kind, and a half where all scores are equal", () => {
    expect(rocArea([1, 2], [true, true])).toBeUndefined();
    expect(rocArea([], [])).toBeUndefined();
    expect(rocArea([3, 3, 3], [true, false, true])).toBe(0.5);
  });
});
