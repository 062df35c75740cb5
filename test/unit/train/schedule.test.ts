// Rates against transformers' get_linear_schedule_with_warmup (test/fixtures/schedule/golden.py).

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { learningRateAt, warmupSteps } from "../../../src/train/schedule.ts";

const golden = JSON.parse(readFileSync(join(import.meta.dirname, "../../fixtures/schedule/golden.json"), "utf8")) as {
  peak: number;
  warmupSteps: number;
  steps: number;
  rates: number[];
}[];

describe("learningRateAt", () => {
  it.each(golden)("gives transformers' rates: peak $peak, $warmupSteps of $steps steps warm-up", (c) => {
    c.rates.forEach((rate, i) => {
      expect(learningRateAt(i + 1, c.steps, c.peak, c.warmupSteps)).toBeCloseTo(rate, 14);
    });
  });
});

it("falls as transformers' cosine schedule does where asked to (test/fixtures/losses/golden.py)", () => {
  const { cosine } = JSON.parse(readFileSync(join(import.meta.dirname, "../../fixtures/losses/golden.json"), "utf8")) as {
    cosine: { peak: number; warmup: number; rates: number[] };
  };
  for (const [i, rate] of cosine.rates.entries()) {
    expect(learningRateAt(i + 1, cosine.rates.length, cosine.peak, cosine.warmup, "cosine")).toBeCloseTo(rate, 14);
  }
});

describe("warmupSteps", () => {
  it.each([
    [100, 0.05, 5],
    [20, 0.05, 1],
    [21, 0.05, 2],
    [10, 0, 0],
  ])("%i steps at %f: %i", (steps, share, expected) => {
    expect(warmupSteps(steps, share)).toBe(expected);
  });
});
