// Coverage: counts by hand, and even draws against simulation.

import { describe, expect, it } from "vitest";
import { coverageOf, evenDraws } from "../../../src/analyse/coverage.ts";
import { rng } from "../../../src/base/rng.ts";

describe("coverage", () => {
  const offered = { topics: { a: ["x", "y", "z"], b: ["x"] }, styles: ["news", "notes"] };

  it("counts topics, styles and pairs of each label once, and labels without a text", () => {
    const drawn = [
      { label: "a", topic: "x", style: "news" },
      { label: "a", topic: "x", style: "news" },
      { label: "a", topic: "y", style: "news" },
      { label: "a", topic: "unknown", style: "notes" },
    ];
    const [a, b] = coverageOf(drawn, offered);
    expect(a).toMatchObject({
      label: "a",
      texts: 4,
      topics: { used: 2, of: 3 },
      styles: { used: 2, of: 2 },
      pairs: { used: 2, of: 6 },
    });
    expect(b).toMatchObject({ label: "b", texts: 0, pairs: { used: 0, of: 2 }, even: { mean: 0, low: 0, high: 0 } });
  });

  it("takes topics alone where there are no styles, and is empty where nothing is drawn from", () => {
    const [a] = coverageOf([{ label: "a", topic: "z" }], { ...offered, styles: [] });
    expect(a).toMatchObject({ pairs: { used: 1, of: 3 }, styles: { used: 0, of: 0 } });
    expect(coverageOf([{ label: "a" }], { topics: {}, styles: [] })).toEqual([]);
  });
});

describe("even draws", () => {
  it("fill as many cells as simulated ones", () => {
    const stream = rng("even", 1);
    for (const [n, cells] of [
      [40, 60],
      [200, 50],
    ] as const) {
      const filled = Array.from({ length: 4000 }, () => new Set(Array.from({ length: n }, () => stream.int(cells))).size);
      const { mean, low, high } = evenDraws(n, cells);
      expect(mean).toBeCloseTo(filled.reduce((sum, x) => sum + x, 0) / filled.length, 0.7);
      const inside = filled.filter((x) => x >= low && x <= high).length / filled.length;
      expect(inside).toBeGreaterThan(0.9);
      expect(inside).toBeLessThan(0.99);
    }
  });

  it("cannot fill more than there are, nor more than are drawn", () => {
    expect(evenDraws(0, 10)).toEqual({ mean: 0, low: 0, high: 0 });
    expect(evenDraws(1, 10)).toMatchObject({ low: 1, high: 1 });
    expect(evenDraws(1000, 1)).toEqual({ mean: 1, low: 1, high: 1 });
  });
});
