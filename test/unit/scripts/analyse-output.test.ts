// The JSON line of npm run analyse: what it says where several sets stand beside the real one.

import { expect, it } from "vitest";
import { analysisLine } from "../../../scripts/analyse-output.ts";
import { analyse, type TextSet } from "../../../src/analyse/analysis.ts";
import { rng } from "../../../src/base/rng.ts";

/** So many texts of two words, with vectors of length 1. */
function set(name: string, n: number): TextSet {
  const { next } = rng("analyse-output", 1, name);
  const rows = Array.from({ length: n }, () => Array.from({ length: 4 }, () => next() - 0.5));
  const data = rows.flatMap((row) => row.map((x) => x / Math.hypot(...row)));
  const texts = rows.map((_, i) => `word ${i}`);
  return { name, texts, marked: texts.map(() => []), unit: { data: Float32Array.from(data), rows: n, columns: 4 } };
}

it("has one floor of CMD for one set, and each set's own where several are of other sizes", () => {
  const real = set("real", 40);
  const alone = analysisLine(analyse(real, [set("few", 3)]));
  expect(alone.cmd.floor).toBe(alone.cmd_equal.few?.floor);
  for (const order of [
    [3, 19],
    [19, 3],
  ]) {
    const both = analysisLine(
      analyse(
        real,
        order.map((n) => set(n === 3 ? "few" : "many", n)),
      ),
    );
    expect(both.cmd).not.toHaveProperty("floor");
    expect(both.cmd_equal.few?.floor).toBe(alone.cmd.floor);
    expect(both.cmd_equal.many?.floor).not.toBe(alone.cmd.floor);
  }
});
