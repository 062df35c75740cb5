import { expect, it } from "vitest";
import { discordance, holm, mcnemar } from "../../../src/evaluate/tests.ts";
import { golden } from "../analyse/golden.ts";

it("has statsmodels' exact p-values of McNemar's test", () => {
  for (const { table, p } of golden.mcnemar) {
    expect(mcnemar({ first: table[0][1], second: table[1][0] })).toBeCloseTo(p, 9);
  }
});

it("corrects as statsmodels does by Holm", () => {
  const corrected = holm(golden.holm.p);
  for (const [i, p] of golden.holm.corrected.entries()) expect(corrected[i]).toBeCloseTo(p, 12);
  expect(holm([])).toEqual([]);
});

it("counts the examples on which one of two is right", () => {
  expect(discordance([true, true, false, false], [true, false, true, true])).toEqual({ first: 1, second: 2 });
  expect(() => discordance([true], [])).toThrow(/expected 1/);
});
