import { describe, expect, it } from "vitest";
import { beta, rng } from "../../../src/base/rng.ts";

const draws = (stream: { next(): number }, n: number) => Array.from({ length: n }, () => stream.next());

describe("rng", () => {
  it("gives the same stream for the same path", () => {
    expect(draws(rng("run", 1), 100)).toEqual(draws(rng("run", 1), 100));
  });

  it("gives another stream for another path, also where the joined text is the same", () => {
    const heads = [rng("ab"), rng("a", "b"), rng("a").fork("b"), rng(1), rng("1"), rng(1, 1), rng(11)].map((s) => s.next());
    expect(new Set(heads).size).toBe(heads.length);
  });

  it("forks do not depend on what was drawn before", () => {
    const a = rng("seed");
    const b = rng("seed");
    draws(b, 17);
    expect(draws(a.fork("x", 3), 10)).toEqual(draws(b.fork("x", 3), 10));
  });

  it("is uniform: chi-square over 64 bins, and neighbouring streams are not correlated", () => {
    const n = 64_000;
    const bins = new Array<number>(64).fill(0);
    const xs = draws(rng("uniform"), n);
    for (const x of xs) bins[Math.floor(x * 64)]! += 1;
    const chi2 = bins.reduce((sum, k) => sum + (k - n / 64) ** 2 / (n / 64), 0);
    expect(chi2).toBeGreaterThan(30); // 63 degrees of freedom: 0.0002 and
    expect(chi2).toBeLessThan(115); // 0.9999 quantiles
    const pairs = Array.from({ length: 4000 }, (_, i) => [rng("s", i).next(), rng("s", i + 1).next()] as const);
    const covariance = pairs.reduce((sum, [a, b]) => sum + (a - 0.5) * (b - 0.5), 0) / pairs.length;
    expect(Math.abs(covariance * 12)).toBeLessThan(0.06); // correlation, some 4 standard errors
  });

  it("samples without replacement, each element as likely", () => {
    const counts = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const sample = rng("sample", i).sample(["a", "b", "c", "d", "e", "f"], 3);
      expect(new Set(sample).size).toBe(3);
      for (const x of sample) counts.set(x, (counts.get(x) ?? 0) + 1);
    }
    for (const count of counts.values()) expect(Math.abs(count - 3000)).toBeLessThan(160); // 4 standard deviations
    expect(rng("few").sample([1, 2], 5).sort()).toEqual([1, 2]);
  });

  it("says so when there is nothing to pick from", () => {
    expect(() => rng("x").pick([])).toThrow(/at least one element/);
  });
});

describe("a Beta draw", () => {
  it.each([
    [16, 16],
    [8, 8],
    [0.75, 0.75],
    [0.5, 0.5],
    [2, 5],
  ])("has the moments of Beta(%d, %d)", (a, b) => {
    const n = 40_000;
    const stream = rng("beta", a, b);
    const xs = Array.from({ length: n }, () => beta(a, b, () => stream.next()));
    const sum = a + b;
    const [mean, variance] = [a / sum, (a * b) / (sum * sum * (sum + 1))];
    const skewness = (2 * (b - a) * Math.sqrt(sum + 1)) / ((sum + 2) * Math.sqrt(a * b));
    const excess = (6 * ((a - b) ** 2 * (sum + 1) - a * b * (sum + 2))) / (a * b * (sum + 2) * (sum + 3));
    const central = (k: number) => xs.reduce((total, x) => total + (x - mean) ** k, 0) / n;
    expect(Math.min(...xs)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...xs)).toBeLessThanOrEqual(1);
    expect(Math.abs(central(1))).toBeLessThan(5 * Math.sqrt(variance / n));
    expect(central(2) / variance).toBeCloseTo(1, 1);
    expect(central(3) / variance ** 1.5).toBeCloseTo(skewness, 1);
    expect(central(4) / variance ** 2 - 3).toBeCloseTo(excess, 0);
  });

  it.each([
    [0.001, 0.001],
    [0.0005, 0.0015],
    [1e-300, 1e-300],
  ])("is a number between 0 and 1 for small shapes too: the mean and the variance of Beta(%d, %d)", (a, b) => {
    const n = 20_000;
    const stream = rng("small", a, b);
    const xs = Array.from({ length: n }, () => beta(a, b, () => stream.next()));
    const sum = a + b;
    const [mean, variance] = [a / sum, ((a / sum) * (b / sum)) / (sum + 1)];
    const own = xs.reduce((total, x) => total + x, 0) / n;
    expect(xs.every((x) => x >= 0 && x <= 1)).toBe(true);
    expect(Math.abs(own - mean)).toBeLessThan(5 * Math.sqrt(variance / n));
    expect(xs.reduce((total, x) => total + (x - own) ** 2, 0) / n / variance).toBeCloseTo(1, 1);
  });
});
