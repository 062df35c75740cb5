// Measures of texts in an arena: once a run, the seeds together, in the table's rows and in its file.

import { describe, expect, it } from "vitest";
import { analyse } from "../../../src/analyse/analysis.ts";
import { unitRows, vectorsOf } from "../../../src/analyse/vectors.ts";
import { rng } from "../../../src/base/rng.ts";
import { type Arena, cellsOf, writtenRuns } from "../../../src/experiment/arena.ts";
import type { CellSummary } from "../../../src/experiment/cell-summary.ts";
import { gridPresets, sourcesOf } from "../../../src/experiment/grid.ts";
import { type TextMeasures, textMeasures } from "../../../src/experiment/text-measures.ts";
import { arenaCsv } from "../../../src/report/arena-files.ts";
import { arenaTable } from "../../../src/report/arena-table.ts";
import { textRows } from "../../../src/report/arena-texts.ts";

const grid = {
  ...gridPresets.laptop,
  tasks: ["mqp"],
  sources: sourcesOf("small", ["none", "zerogen", "clingen"]),
  encoders: ["one", "other"],
};
const empty: Arena = { id: "a", createdAt: 0, updatedAt: 0, title: "A", grid, rows: {}, outcomes: {}, products: [], logs: [] };
const summary = (run: string | undefined): CellSummary => ({
  run,
  writer: undefined,
  accepted: run === undefined ? 0 : 9,
  rejected: {},
  scores: { few: { accuracy: 0.5 } },
  test: 60,
  remarks: [],
  spent: {},
});
const outcomes = cellsOf(empty).map(({ cell, name }) => {
  const run = cell.source.kind === "none" ? undefined : `${cell.source.kind}-${cell.seed}`; // both encoders learn from one run
  return [name, { kind: "done", summary: summary(run) }] as const;
});
const estimate = (value: number) => ({ value, low: value - 0.1, high: value + 0.1 });
const measures = (cmd: number, bounded = true): TextMeasures => ({
  key: "k",
  texts: 9,
  cmd: estimate(9),
  equal: { rows: 4, between: estimate(cmd), floor: { value: 0.2 } },
  aps: bounded ? estimate(0.3) : { value: 0.3 },
  nearest: estimate(0.7),
  entities: 5,
  equalSize: 9,
  real: { texts: 12, aps: estimate(0.25), nearest: estimate(0.8), entities: 8 },
});
const arena: Arena = {
  ...empty,
  outcomes: Object.fromEntries(outcomes),
  measures: { "zerogen-1": measures(0.4), "zerogen-2": measures(0.6, false), "clingen-1": measures(0.3) },
};

describe("texts of an arena", () => {
  it("are measured once a run, whatever encoder learns from them, and not where none were written", () => {
    expect(writtenRuns(cellsOf(arena)).map(({ run }) => run)).toEqual(["zerogen-1", "clingen-1", "zerogen-2", "clingen-2"]);
    expect(writtenRuns(cellsOf(empty))).toEqual([]);
  });

  it("are rows of a method with its seeds together, the real text first; an interval only where each run has one", () => {
    const rows = textRows(arenaTable(arena));
    expect(rows.map(({ method, runs }) => [method, runs])).toEqual([
      ["Real text", 0],
      ["ZeroGen", 2],
      ["ClinGen with KG", 1],
    ]);
    expect(rows[0]).toMatchObject({ texts: 12, entities: 8, cmd: { value: expect.closeTo(0.2) } });
    expect(rows[1]?.cmd?.value).toBeCloseTo(0.5);
    expect(rows[1]?.cmd?.low).toBeCloseTo(0.4);
    expect(rows[1]?.aps).toEqual({ value: expect.closeTo(0.3) });
    expect(textRows(arenaTable(empty))).toEqual([]);
  });

  it("stand in the file once a cell, on the line of the main metric", () => {
    const [head, ...lines] = arenaCsv(arena)
      .trim()
      .split("\r\n")
      .map((line) => line.split(","));
    const at = (name: string) => (head as string[]).indexOf(name);
    const measured = lines.filter((line) => line[at("cmd")] !== "");
    expect(measured.map((line) => [line[at("seed")], line[at("cmd")], line[at("cmd_floor")], line[at("entities")]])).toEqual([
      ["1", "0.4", "0.2", "5"],
      ["1", "0.3", "0.2", "5"],
      ["2", "0.6", "0.2", "5"],
      ["1", "0.4", "0.2", "5"],
      ["1", "0.3", "0.2", "5"],
      ["2", "0.6", "0.2", "5"],
    ]);
  });
});

it("measures of an analysis are its synthetic set's and the real one's", () => {
  const stream = rng("texts", 1);
  const set = (name: string, n: number) => ({
    name,
    texts: Array.from({ length: n }, (_, i) => `word${i} and`),
    unit: unitRows(vectorsOf(Array.from({ length: n }, () => [stream.next(), stream.next(), stream.next()]))),
    marked: Array.from({ length: n }, (_, i) => [`entity ${i}`]),
  });
  const analysis = analyse(set("real", 20), [set("synthetic", 8)]);
  expect(textMeasures("k", analysis)).toMatchObject({
    key: "k",
    texts: 8,
    entities: 8,
    equalSize: 8,
    cmd: analysis.synthetic[0]?.cmd,
    real: { texts: 20, aps: analysis.real.aps },
  });
  expect(textMeasures("k", { ...analysis, synthetic: [] })).toBeUndefined();
});
