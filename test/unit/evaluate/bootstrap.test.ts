import { describe, expect, it } from "vitest";
import { rng } from "../../../src/base/rng.ts";
import { pairedBootstrap, scoreIntervals } from "../../../src/evaluate/bootstrap.ts";
import { score, scoresOf, talliesOf } from "../../../src/evaluate/score.ts";
import { discordance, mcnemar } from "../../../src/evaluate/tests.ts";
import { taskById } from "../../../src/tasks/catalogue.ts";
import type { PairExample, TokenExample } from "../../../src/tasks/example.ts";
import type { Task } from "../../../src/tasks/task.ts";

const mqp = taskById("mqp") as Task<"pair">;
const [yes, no] = mqp.labels.map((label) => label.id) as [string, string];
const pair = (label: string): PairExample => ({ kind: "pair", first: "a", second: "b", label });

/** Tallies of `n` examples of which the first so many are right. */
function tallies(right: readonly boolean[]) {
  return talliesOf(
    mqp,
    right.map(() => pair(yes)),
    right.map((is) => pair(is ? yes : no)),
  );
}

/** Value that a binomial variable of n trials is at most with the given chance. */
function binomialQuantile(n: number, p: number, chance: number): number {
  let log = n * Math.log1p(-p);
  let below = 0;
  for (let k = 0; k <= n; k++) {
    below += Math.exp(log);
    if (below >= chance) return k;
    log += Math.log((n - k) / (k + 1)) + Math.log(p / (1 - p));
  }
  return n;
}

describe("intervals of scores", () => {
  it("are the binomial's for accuracy", () => {
    const right = Array.from({ length: 200 }, (_, i) => i < 150);
    const { low, high } = scoreIntervals(mqp, tallies(right))?.accuracy ?? { low: 0, high: 0 };
    expect(Math.abs(low - binomialQuantile(200, 0.75, 0.025) / 200)).toBeLessThanOrEqual(0.0051);
    expect(Math.abs(high - binomialQuantile(200, 0.75, 0.975) / 200)).toBeLessThanOrEqual(0.0051);
  });

  it("hold the score itself, for spans, and are the same each time", () => {
    const task = taskById("bc5cdr-disease") as Task<"ner">;
    const label = task.labels[0]?.id as string;
    const stream = rng("spans", 1);
    const text = "a b c d e f g h";
    const gold = Array.from({ length: 120 }, (): TokenExample => ({ kind: "token", text, spans: [{ start: 0, end: 3, label }] }));
    const predicted = gold.map((example) =>
      stream.next() < 0.6 ? example : { ...example, spans: [{ start: 4, end: 5, label }] },
    );
    const own = talliesOf(task, gold, predicted);
    const { values } = scoresOf(task, own);
    const intervals = scoreIntervals(task, own) ?? {};
    expect(values).toEqual(score(task, gold, predicted).values);
    for (const [id, { low, high }] of Object.entries(intervals)) {
      expect(low).toBeLessThan(values[id] as number);
      expect(high).toBeGreaterThan(values[id] as number);
    }
    expect(scoreIntervals(task, own)).toEqual(intervals);
  });

  it("are none of one example", () => {
    expect(scoreIntervals(mqp, tallies([true]))).toBeUndefined();
  });
});

describe("paired comparison", () => {
  it("tells a difference where McNemar's test does, and none where it does not", () => {
    const first = Array.from({ length: 300 }, (_, i) => i % 10 < 6);
    // Right by the second alone where i is a multiple of `every` and wrong by the first; by the first alone at every 75th.
    for (const [every, differs] of [
      [7, true],
      [47, false],
    ] as const) {
      const back = first.map((is, i) => (i % 75 === 0 ? false : is || i % every === 0));
      const paired = pairedBootstrap(mqp, [{ first: tallies(first), second: tallies(back) }]);
      const exact = mcnemar(discordance(first, back));
      expect((paired?.p ?? 1) < 0.05).toBe(differs);
      expect(exact < 0.05).toBe(differs);
      expect(paired?.difference).toBeCloseTo((back.filter(Boolean).length - first.filter(Boolean).length) / 300, 12);
    }
  });

  it("of 10,000 draws gives no p below two in 10,001", () => {
    const all = (right: boolean) => tallies(Array.from({ length: 30 }, () => right));
    expect(pairedBootstrap(mqp, [{ first: all(false), second: all(true) }])?.p).toBeCloseTo(2 / 10_001, 12);
  });

  it("takes the mean over seeds, and refuses runs on other test sets", () => {
    const [a, b, c] = [0.5, 0.6, 0.8].map((share) => tallies(Array.from({ length: 100 }, (_, i) => i < share * 100)));
    const found = pairedBootstrap(mqp, [
      { first: a as never, second: b as never },
      { first: a as never, second: c as never },
    ]);
    expect(found?.difference).toBeCloseTo(0.2, 12);
    expect(() => pairedBootstrap(mqp, [{ first: tallies([true, false]), second: tallies([true]) }])).toThrow(/expected 2/);
  });
});
