// The table of an arena: seeds together, failures beside, the paper's numbers in the corner.

import { describe, expect, it } from "vitest";
import { type Arena, cellsOf, type Outcome } from "../../../src/experiment/arena.ts";
import type { CellSummary } from "../../../src/experiment/cell-summary.ts";
import { gridPresets, sourcesOf } from "../../../src/experiment/grid.ts";
import { presetSource } from "../../../src/experiment/presets.ts";
import { arenaCsv } from "../../../src/report/arena-files.ts";
import { arenaTable } from "../../../src/report/arena-table.ts";
import { type PaperRow, paperRowOf, paperScore } from "../../../src/report/paper-numbers.ts";
import { readTaskJson } from "../../../src/tasks/task-file.ts";

const grid = {
  ...gridPresets.laptop,
  tasks: ["mqp", "hoc"],
  sources: sourcesOf("small", ["none", "clingen", "gold"]),
  encoders: ["all-minilm-l6-v2"],
};
const empty: Arena = { id: "a", createdAt: 0, updatedAt: 0, title: "A", grid, rows: {}, outcomes: {}, products: [], logs: [] };

const summary = (few: number, all?: number): CellSummary => ({
  run: undefined,
  writer: undefined,
  accepted: all === undefined ? 0 : 200,
  rejected: all === undefined ? {} : { truncated: 50 },
  scores: { few: { accuracy: few }, ...(all === undefined ? {} : { synthetic: { accuracy: all } }) },
  test: 60,
  remarks: [],
  spent: { train: 2000, generate: 1000 },
});

function filled(outcome: (task: string, kind: string, seed: number) => Outcome | undefined): Arena {
  const outcomes = cellsOf(empty).flatMap(({ cell, name }) => {
    const of = outcome(cell.task, cell.source.kind, cell.seed);
    return of ? [[name, of] as const] : [];
  });
  return { ...empty, outcomes: Object.fromEntries(outcomes) };
}

describe("the table", () => {
  const arena = filled((task, kind, seed) => {
    if (task !== "mqp") return undefined;
    if (kind === "none") return { kind: "done", summary: summary(0.5 + seed / 10) };
    if (kind !== "clingen") return undefined;
    return seed === 1
      ? { kind: "done", summary: summary(0.6, 0.7) }
      : { kind: "failed", failure: { code: "out-of-memory", message: 'no room, "really"' } };
  });
  const { tasks, rows } = arenaTable(arena);
  const mqp = rows.map((row) => row.cells[0]!);

  it("has the last stage's main metric of each seed, and counts what failed and what is open", () => {
    expect(tasks.map(({ id }) => id)).toEqual(["mqp", "hoc"]);
    expect(mqp[0]).toMatchObject({ values: [0.6, 0.7], seeds: 2, accepted: 0, failures: [] });
    expect(mqp[1]).toMatchObject({ values: [0.7], accepted: 200, attempts: 250, spent: 3000 });
    expect(mqp[1]?.failures.map(({ code }) => code)).toEqual(["out-of-memory"]);
    expect(rows[0]?.cells[1]).toMatchObject({ values: [], seeds: 2 });
  });

  it("computes no cell of a source of real rows where there are none", () => {
    expect(mqp[2]?.empty).toBe(true);
    expect(mqp[0]?.empty).toBe(false);
  });

  it("names cells of a task of the user's own by the task and its rows as they were taken", () => {
    const own = readTaskJson(
      { name: "Signs", family: "classification", labels: [{ name: "sign" }, { name: "none" }] },
      "signs",
    ).task;
    const other = { ...own, summary: "Another sentence." };
    const of = (task: typeof own, key: string) =>
      cellsOf({ grid: { ...grid, tasks: ["mqp", task] }, rows: { [own.id]: { kind: "own", key } }, outcomes: {} });
    const names = of(own, "k1").map(({ name }) => name);
    expect(names).toHaveLength(12);
    expect(of(other, "k1").map(({ name }) => name)).toEqual(names);
    expect(
      of(own, "k2")
        .map(({ name }) => name)
        .filter((name) => names.includes(name)),
    ).toHaveLength(6);
    const table = arenaTable({
      ...empty,
      grid: { ...grid, tasks: ["mqp", own] },
      rows: { [own.id]: { kind: "own", key: "k1" } },
    });
    expect(table.tasks.map(({ id, name }) => [id, name])).toEqual([
      ["mqp", "MQP"],
      ["signs", "Signs"],
    ]);
    expect(table.rows[0]?.cells[1]).toMatchObject({ seeds: 2, paper: undefined });
    expect(table.rows[2]?.cells[1]?.empty).toBe(true);
  });

  it("has the paper's number of each method", () => {
    expect(mqp.map(({ paper }) => paper)).toEqual([0.557, 0.7217, 0.757]);
  });

  it("tells the paper's own numbers from those that it copied", () => {
    const grid = { tasks: ["bc5cdr-disease"], sources: [{ kind: "none" }, { kind: "lightner" }, { kind: "kgpc" }] } as const;
    const { rows } = arenaTable({ ...arena, grid: { ...arena.grid, ...grid } });
    expect(rows.map(({ cells }) => [Math.round(1e4 * (cells[0]?.paper ?? 0)), cells[0]?.copied])).toEqual([
      [3051, false],
      [3620, true],
      [5105, true],
    ]);
  });

  it("leaves as CSV with quotes where a field wants them", () => {
    const lines = arenaCsv(arena).trimEnd().split("\r\n");
    expect(lines[0]).toMatch(/^task,method,encoder,seed,share,metric,few,all,low,high,mean,.*,p_holm,accepted,attempts,/);
    expect(lines).toContain("mqp,ClinGen with KG,all-minilm-l6-v2,1,100,accuracy,0.6,0.7,,,,,,,,,,,,,,200,250,,,3.0,,,,,,,,,,");
    expect(lines.some((line) => line.endsWith('"no room, ""really"""'))).toBe(true);
    expect(lines).toHaveLength(1 + 2 + 2);
  });
});

describe("the paper's numbers", () => {
  const average = (tasks: readonly string[], row: PaperRow, scale: "base" | "large" = "base") =>
    Math.round(tasks.reduce((sum, task) => sum + 1e4 * (paperScore(task, row, scale) ?? Number.NaN), 0) / tasks.length) / 100;

  // Table 1 has the averages of Tables 6 to 8.
  it.each([
    ["text classification, KG", ["litcovid", "hoc"], "clingen-kg", 67.15],
    ["text classification, LLM", ["litcovid", "hoc"], "clingen-llm", 67.82],
    ["relations, LLM", ["cdr", "gad", "chemprot"], "clingen-llm", 70.06],
    ["inference, KG", ["mediqa-rqe", "mediqa-nli", "mednli"], "clingen-kg", 64.89],
    ["entities and attributes, KG", ["bc5cdr-disease", "bc5cdr-chemical", "ncbi-disease", "chemdner"], "clingen-kg", 64.26],
    ["entities that LightNER and KGPC report, KG", ["bc5cdr-disease", "ncbi-disease"], "clingen-kg", 60.11],
    ["facts, KG", ["pubhealth", "healthver"], "clingen-kg", 39.43],
  ] as const)("of %s average to Table 1's", (_, tasks, row, expected) => {
    expect(average(tasks, row)).toBe(expected);
  });

  it("of DA-Transformer are MELM's for marked texts, as Table 1 has them", () => {
    const row = (kind: "melm" | "conditional-mlm") => paperRowOf(presetSource("paper", kind)) as PaperRow;
    expect(paperScore("bc5cdr-disease", row("melm"))).toBeCloseTo(0.3742, 12);
    expect(paperScore("casi", row("melm"), "large")).toBeCloseTo(0.4454, 12);
    expect(paperScore("hoc", row("conditional-mlm"))).toBeCloseTo(0.4218, 12);
    expect(paperScore("mqp", row("conditional-mlm"))).toBeUndefined();
  });

  it("are absent where the tables have a dash", () => {
    expect(paperScore("cdr", "back-translation")).toBeUndefined();
    expect(paperScore("casi", "full")).toBeUndefined();
    expect(paperScore("bc5cdr-disease", "lightner")).toBeCloseTo(0.362, 12);
    expect(paperScore("bc5cdr-chemical", "lightner")).toBeUndefined();
    expect(paperScore("of my own", "few")).toBeUndefined();
  });
});
