// Cells of a grid with shares of a set and with several writers.

import { describe, expect, it } from "vitest";
import { ablationsOf, type Grid, gridCells, gridPresets, methodName, rowName, sourcesOf } from "../../../src/experiment/grid.ts";
import { sharedExamples } from "../../../src/experiment/plan.ts";
import { presetSource } from "../../../src/experiment/presets.ts";
import { writerOf } from "../../../src/generate/sources.ts";

const grid: Grid = {
  ...gridPresets.laptop,
  seeds: [1],
  tasks: ["mqp"],
  sources: sourcesOf("small", ["none", "zerogen", "gold", "tmix", "in-context"]),
  encoders: ["all-minilm-l6-v2"],
};

describe("shares of a set", () => {
  it("are cells of the sources that make one; the whole set is the cell that it was without shares", () => {
    const cells = gridCells({ ...grid, shares: [10, 100] });
    expect(cells.map(({ source, share }) => `${source.kind} ${share}`)).toEqual([
      ...["none 100", "zerogen 10", "zerogen 100", "gold 10", "gold 100", "tmix 100", "in-context 100"],
    ]);
    const whole = gridCells(grid).map(({ config }) => config);
    expect(cells.filter(({ share }) => share === 100).map(({ config }) => config)).toEqual(whole);
    expect(cells[1]?.config).toEqual({ ...whole[1], share: 10 });
  });

  it("are each the beginning of the next, and one example at least", () => {
    expect([1, 5, 10, 25, 50, 100].map((share) => sharedExamples(60, share))).toEqual([1, 3, 6, 15, 30, 60]);
    expect(sharedExamples(10, 1)).toBe(1);
    expect(sharedExamples(0, 100)).toBe(0);
  });
});

describe("several writers", () => {
  const several = { ...grid, models: ["other", "smollm2-135m-instruct"] };

  it("write each source that is written, once each", () => {
    const cells = gridCells(several).map(({ source }) => `${source.kind} ${writerOf(source)?.model ?? ""}`.trim());
    expect(cells).toEqual([
      ...["none", "zerogen smollm2-135m-instruct", "zerogen other", "gold", "tmix"],
      ...["in-context smollm2-135m-instruct", "in-context other"],
    ]);
  });

  it("are named in their rows, and only there", () => {
    const source = presetSource("small", "zerogen");
    expect(rowName(several, source, (id) => id.toUpperCase())).toBe("ZeroGen, SMOLLM2-135M-INSTRUCT");
    expect(rowName(grid, source)).toBe("ZeroGen");
    expect(rowName(several, { kind: "none" })).toBe("Supervised-Few");
  });
});

it("ClinGen's ablations are the rows of Table 3", () => {
  expect(ablationsOf(presetSource("small", "clingen")).map(methodName)).toEqual([
    "ClinGen with KG",
    "ClinGen with KG, w/o Styles",
    "ClinGen with LLM",
    "ClinGen with LLM, w/o Styles",
    "ClinGen w/o Topics",
  ]);
});
