// Standing of methods: intervals and tests against the paired bootstrap one pair at a time, ranks against a brute force.

import { describe, expect, it } from "vitest";
import { rng } from "../../../src/base/rng.ts";
import { bootstrapDraws, draws, pairedBootstrap, scoreIntervals } from "../../../src/evaluate/bootstrap.ts";
import { talliesOf } from "../../../src/evaluate/score.ts";
import { type ScoredRun, scoredRun, standingOf } from "../../../src/evaluate/standing.ts";
import { taskById } from "../../../src/tasks/catalogue.ts";
import type { PairExample } from "../../../src/tasks/example.ts";
import type { Task } from "../../../src/tasks/task.ts";

const mqp = taskById("mqp") as Task<"pair">;
const [yes, no] = mqp.labels.map((label) => label.id) as [string, string];
const pair = (label: string): PairExample => ({ kind: "pair", first: "a", second: "b", label });
const gold = Array.from({ length: 80 }, (_, i) => pair(i % 3 === 0 ? yes : no));

/** Answers of which about so many are right, drawn by a seed. */
function answers(share: number, seed: number): PairExample[] {
  const stream = rng("answers", seed);
  return gold.map(({ label }) => pair(stream.next() < share ? label : label === yes ? no : yes));
}

const given = [
  { method: "a", seed: 1, predicted: answers(0.6, 1) },
  { method: "a", seed: 2, predicted: answers(0.62, 2) },
  { method: "b", seed: 1, predicted: answers(0.7, 3) },
  { method: "b", seed: 2, predicted: answers(0.75, 4) },
  { method: "c", seed: 2, predicted: answers(0.95, 5) },
];
const runs = given.map(({ method, seed, predicted }) => scoredRun(mqp, { method, seed, set: "s" }, gold, predicted));
const tallies = (i: number) => talliesOf(mqp, gold, given[i]?.predicted ?? []);

describe("a standing", () => {
  const standing = standingOf(mqp, runs);

  it("has each run's own intervals", () => {
    for (const [i, run] of standing.methods.flatMap((method) => method.runs).entries()) {
      expect(run.intervals).toEqual(scoreIntervals(mqp, tallies(i)));
    }
  });

  it("has the difference, interval and p of the paired bootstrap, over the seeds that both have", () => {
    const seeds = { ab: [[0, 2], [1, 3]], ac: [[1, 4]], bc: [[3, 4]] }; // biome-ignore format: pairs
    expect(standing.pairs.map(({ first, second }) => first + second)).toEqual(Object.keys(seeds));
    for (const [k, own] of Object.values(seeds).entries()) {
      const expected = pairedBootstrap(
        mqp,
        own.map(([first, second]) => ({ first: tallies(first as number), second: tallies(second as number) })),
      );
      const found = standing.pairs[k];
      expect(found?.seeds).toBe(own.length);
      expect(found?.difference).toBeCloseTo(expected?.difference ?? Number.NaN, 12);
      expect(found?.interval.low).toBeCloseTo(expected?.interval.low ?? Number.NaN, 12);
      expect(found?.interval.high).toBeCloseTo(expected?.interval.high ?? Number.NaN, 12);
      expect(Math.abs((found?.p ?? 0) - (expected?.p ?? 1))).toBeLessThan(0.002); // a tie at 0 may fall to either side by rounding
    }
  });

  const drawn = given.map((_, i) => bootstrapDraws(mqp, tallies(i))?.accuracy as Float64Array);
  const quantile = (values: number[], share: number) => values.sort((x, y) => x - y)[Math.round(share * (draws - 1))];
  const byDraw = <T>(of: (at: (...runs: number[]) => number) => T): T[] =>
    Array.from({ length: draws }, (_, d) => of((...at) => at.reduce((sum, i) => sum + (drawn[i]?.[d] as number), 0) / at.length));

  it("has the interval of the mean over the seeds, and ranks as counted draw by draw on the seeds that two methods share", () => {
    const own = byDraw((of) => [of(0, 1), of(2, 3), of(4)]);
    const above = (x: number, y: number) => (x > y + 1e-12 ? 1 : 0);
    const ranks = byDraw((of) => [
      1 + above(of(2, 3), of(0, 1)) + above(of(4), of(1)),
      1 + above(of(0, 1), of(2, 3)) + above(of(4), of(3)),
      1 + above(of(1), of(4)) + above(of(3), of(4)),
    ]);
    for (const [k, method] of standing.methods.entries()) {
      const mean = own.map((all) => all[k] as number);
      const rank = ranks.map((all) => all[k] as number);
      expect(method.interval?.low).toBeCloseTo(quantile(mean, 0.025) ?? Number.NaN, 12);
      expect(method.rank).toEqual({ low: quantile(rank, 0.025), high: quantile(rank, 0.975) });
    }
    expect(standing.methods.map(({ rank }) => rank?.low)).toEqual([expect.any(Number), 2, 1]);
  });

  it("puts no method behind another for a seed that it has not run yet", () => {
    const answered = [
      { method: "steady", seed: 1, share: 0.95 },
      { method: "steady", seed: 2, share: 0.6 },
      { method: "late", seed: 1, share: 0.8 },
    ];
    const half = answered.map(({ method, seed, share }, i) =>
      scoredRun(mqp, { method, seed, set: "s" }, gold, answers(share, 20 + i)),
    );
    const { methods, pairs } = standingOf(mqp, half);
    expect(pairs[0]?.p).toBeLessThan(0.05);
    expect(methods.map(({ rank }) => rank)).toEqual([{ low: 1, high: 1 }, { low: 2, high: 2 }]); // biome-ignore format: pairs
  });

  it("ranks no ceiling, and pairs what is compared alone", () => {
    const chosen = { compared: (method: string) => method !== "b", ranked: (method: string) => method !== "c" };
    const { methods, pairs } = standingOf(mqp, runs, chosen);
    expect(pairs.map(({ first, second }) => first + second)).toEqual(["ac"]);
    expect(methods.map(({ rank }) => rank?.low)).toEqual([expect.any(Number), 1, undefined]);
  });

  it("pairs no runs on other test sets", () => {
    const other = scoredRun(mqp, { method: "d", seed: 1, set: "t" }, gold, answers(0.5, 9));
    expect(standingOf(mqp, [runs[0] as ScoredRun, other]).pairs).toEqual([]);
  });

  it("of one test example has means and neither interval, rank nor pair", () => {
    const one = ["a", "b"].map((method) => scoredRun(mqp, { method, seed: 1, set: "s" }, [pair(yes)], [pair(yes)]));
    const { methods, pairs } = standingOf(mqp, one);
    expect(methods.map(({ mean, interval, rank }) => [mean, interval, rank])).toEqual([
      [1, undefined, undefined],
      [1, undefined, undefined],
    ]);
    expect(pairs).toEqual([]);
  });
});
