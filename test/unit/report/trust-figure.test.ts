// The data map as a figure, and the shares of each judge.

import { expect, it } from "vitest";
import { mapFigure, trustRows } from "../../../src/report/trust-figure.ts";

const place = (confidence: number, variability: number, correctness: number) => ({ confidence, variability, correctness });

it("draws what training mostly gets right and wrong apart, in order of variability", () => {
  const figure = mapFigure([place(0.9, 0.2, 1), place(0.2, 0.3, 0.2), place(0.8, 0.1, 0.5)]);
  expect(figure?.marks.map(({ name, points }) => [name, points])).toEqual([
    [
      "mostly right",
      [
        { x: 0.1, y: 0.8 },
        { x: 0.2, y: 0.9 },
      ],
    ],
    ["mostly wrong", [{ x: 0.3, y: 0.2 }]],
  ]);
  expect(figure?.table.rows.map((row) => row[1])).toEqual(["2", "1"]);
});

it("is no figure without examples, and no NaN without one of the kinds", () => {
  expect(mapFigure([])).toBeUndefined();
  expect(JSON.stringify(mapFigure([place(1, 0, 1)]))).not.toMatch(/NaN|null/);
});

it("of many examples draws an even share", () => {
  const many = Array.from({ length: 4000 }, (_, i) => place(i / 4000, i / 8000, 1));
  const points = mapFigure(many)?.marks[0]?.points ?? [];
  expect(points).toHaveLength(1500);
  expect(points[0]?.x).toBe(0);
  expect(points.at(-1)?.x).toBeGreaterThan(0.49);
});

it("counts facts among those that the graph can judge, and the others among all", () => {
  const trust = { agrees: [true, false], baseline: [], dropped: [], kept: [], places: [place(1, 0, 1), place(0, 0, 0)] };
  const rows = trustRows({ ...trust, verdicts: ["known", "unnamed"] });
  expect(rows.map(({ share, of }) => [share.split(" ")[0], of])).toEqual([
    ["50", 2],
    ["50", 2],
    ["100", 1],
    ["0", 1],
    ["0", 1],
    ["50", 2],
    ["0", 2],
  ]);
  expect(trustRows({ ...trust, verdicts: ["unnamed", "unclaimed"] }).map(({ share }) => share)).toContain("–");
  expect(trustRows(trust)).toHaveLength(2);
  expect(trustRows({ ...trust, copied: [false, true] }).at(-1)).toMatchObject({
    name: "Leakage",
    of: 2,
    share: expect.stringMatching(/^50 %/),
  });
});
