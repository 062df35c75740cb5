// Verdicts on methods: who is the baseline, who is among the best, what the correction does; and the files that carry them.

import { describe, expect, it } from "vitest";
import type { MethodStanding, PairStanding } from "../../../src/evaluate/standing.ts";
import { type Arena, cellsOf, columnName, methodId } from "../../../src/experiment/arena.ts";
import { gridPresets, sourcesOf } from "../../../src/experiment/grid.ts";
import type { NotebookData } from "../../../src/experiment/notebook.ts";
import { costRows } from "../../../src/report/arena-costs.ts";
import { seedFigure, sizeFigure } from "../../../src/report/arena-curves.ts";
import { forestFigure } from "../../../src/report/arena-figures.ts";
import { arenaCsv, arenaJson } from "../../../src/report/arena-files.ts";
import { verdictsOf } from "../../../src/report/arena-standing.ts";
import { arenaTable } from "../../../src/report/arena-table.ts";
import { paperAblation, paperCost, paperSeeds } from "../../../src/report/paper-extras.ts";

const kinds = ["none", "gold", "zerogen", "demogen", "clingen"] as const;
const sources = sourcesOf("small", kinds);
const methods = sources.map((source) => ({ id: methodId({ source, share: 100 }), source }));
const idOf = (kind: string) => methods.find(({ source }) => source.kind === kind)?.id as string;

const means: Readonly<Record<string, number>> = { none: 0.5, gold: 0.9, zerogen: 0.6, demogen: 0.62, clingen: 0.7 };
const standingOf = (kind: string): MethodStanding => {
  const mean = means[kind] as number;
  const interval = { low: mean - 0.05, high: mean + 0.04 };
  const runs = [1, 2].map((seed) => ({ seed, set: "s", values: { accuracy: mean }, intervals: { accuracy: interval } }));
  return { method: idOf(kind), runs, mean, interval, ...(kind === "gold" ? {} : { rank: { low: 1, high: 2 } }) };
};

/** p of each pair; the difference is that of the means. */
const ps: readonly (readonly [string, string, number])[] = [
  ["none", "gold", 0.0002],
  ["none", "zerogen", 0.03],
  ["none", "demogen", 0.02],
  ["none", "clingen", 0.001],
  ["gold", "zerogen", 0.0002],
  ["gold", "demogen", 0.0002],
  ["gold", "clingen", 0.0002],
  ["zerogen", "demogen", 0.6],
  ["zerogen", "clingen", 0.02],
  ["demogen", "clingen", 0.03],
];
const pairs = ps.map(([first, second, p]): PairStanding => {
  const difference = (means[second] as number) - (means[first] as number);
  const interval = { low: difference - 0.02, high: difference + 0.03 };
  return { first: idOf(first), second: idOf(second), seeds: 2, difference, interval, p };
});
const standing = { methods: kinds.map(standingOf), pairs };

describe("verdicts", () => {
  const { baseline, of } = verdictsOf(standing, methods);
  const verdict = (kind: string) => of.get(idOf(kind));

  it("hold the others against the best baseline that a language model writes", () => {
    expect(baseline).toBe(idOf("demogen"));
    expect(verdict("demogen")?.against).toBeUndefined();
    expect(verdict("clingen")?.against?.difference).toBeCloseTo(0.08, 12);
  });

  it("turn a pair that is stored the other way", () => {
    expect(verdict("zerogen")?.against?.difference).toBeCloseTo(-0.02, 12);
    expect(verdict("zerogen")?.against?.interval.low).toBeCloseTo(-0.05, 12);
    expect(verdict("zerogen")?.against?.interval.high).toBeCloseTo(0, 12);
  });

  it("correct by Holm over the methods of the task", () => {
    // 0.0002, 0.02, 0.03, 0.6 against DemoGen: x 4, x 3, x 2, x 1
    const found = ["gold", "none", "clingen", "zerogen"].map((kind) => verdict(kind)?.against?.p);
    for (const [i, p] of [0.0008, 0.06, 0.06, 0.6].entries()) expect(found[i]).toBeCloseTo(p, 12);
  });

  it("name the highest mean and those not told apart from it, without the ceiling", () => {
    // against ClinGen: 0.001, 0.02, 0.03, corrected 0.003, 0.04, 0.04
    expect(kinds.map((kind) => verdict(kind)?.place)).toEqual(["behind", undefined, "behind", "behind", "best"]);
    const unsure = { ...standing, pairs: pairs.map((pair) => ({ ...pair, p: Math.max(pair.p, 0.026) })) };
    const places = verdictsOf(unsure, methods).of;
    expect(kinds.map((kind) => places.get(idOf(kind))?.place)).toEqual(["among", undefined, "among", "among", "best"]);
  });

  it("hold two methods together by the seeds that both have: an easy seed alone makes none the best", () => {
    // On the seeds that both have, ZeroGen is 0.05 below ClinGen; its mean is over the easier one alone.
    const zerogen = { ...standingOf("zerogen"), mean: 0.8 };
    const apart = pairs.map((pair) =>
      pair.first === idOf("zerogen") && pair.second === idOf("clingen") ? { ...pair, seeds: 1, difference: 0.05 } : pair,
    );
    const half = { methods: kinds.map((kind) => (kind === "zerogen" ? zerogen : standingOf(kind))), pairs: apart };
    expect(verdictsOf(half, methods).of.get(idOf("clingen"))?.place).toBe("best");
    const sharingNone = { ...half, pairs: pairs.filter(({ first }) => first !== idOf("zerogen")) };
    expect(verdictsOf(sharingNone, methods).of.get(idOf("zerogen"))?.place).toBe("best");
  });

  it("take the baseline that is chosen, and Supervised-Few where no language model writes one", () => {
    expect(verdictsOf(standing, methods, idOf("none")).baseline).toBe(idOf("none"));
    const few = methods.filter(({ source }) => ["none", "clingen"].includes(source.kind));
    expect(verdictsOf(standing, few).baseline).toBe(idOf("none"));
    expect(verdictsOf(standing, few, idOf("zerogen")).baseline).toBe(idOf("none"));
  });

  it("of one method alone say nothing", () => {
    const alone = verdictsOf({ methods: [standingOf("clingen")], pairs: [] }, methods);
    expect(alone.baseline).toBeUndefined();
    expect(alone.of.get(idOf("clingen"))?.place).toBeUndefined();
  });
});

const encoder = "all-minilm-l6-v2";
const grid = { ...gridPresets.laptop, tasks: ["mqp"], sources, encoders: [encoder], shares: [10, 100] };
const bare: Arena = { id: "a", createdAt: 0, updatedAt: 0, title: "A", grid, rows: {}, outcomes: {}, products: [], logs: [] };
const outcomes = cellsOf({
  ...bare,
  rows: {
    mqp: {
      kind: "run",
      title: "R",
      key: "k",
      data: {
        source: "",
        remarks: [],
        train: [],
        validation: [],
        test: [],
        gold: [{ kind: "pair", first: "a", second: "b", label: "x" }],
      },
    },
  },
});
const arena: Arena = {
  ...bare,
  rows: { mqp: { kind: "run", title: "R", key: "k", data: { source: "", remarks: [], train: [], validation: [], test: [] } } },
  outcomes: Object.fromEntries(
    outcomes.map(({ cell, name }) => {
      const written = !["none", "gold"].includes(cell.source.kind);
      const value = (means[cell.source.kind] as number) - (cell.share === 100 ? 0 : 0.1);
      const summary = {
        run: undefined,
        writer: undefined,
        accepted: written ? 200 : 0,
        rejected: written ? { truncated: 50 } : {},
        scores: { few: { accuracy: 0.5 }, ...(cell.source.kind === "none" ? {} : { synthetic: { accuracy: value } }) },
        ...(written ? { tokens: { prompt: 60_000, completion: 4000 } } : {}),
        test: 60,
        remarks: [],
        spent: { train: 120_000, generate: 60_000 },
      };
      return [name, { kind: "done", summary }];
    }),
  ),
  standings: { [columnName({ task: "mqp", encoder })]: { key: "k", standing } },
};
const column = { task: "mqp", encoder, metric: "Accuracy" };

describe("an arena with a standing", () => {
  const table = arenaTable(arena);

  it("shows the whole set's cells with their verdicts", () => {
    const cell = table.rows.find(({ source }) => source.kind === "clingen")?.cells[0];
    expect(cell).toMatchObject({ values: [0.7, 0.7], isBaseline: false, verdict: { place: "best", rank: { low: 1, high: 2 } } });
    expect(table.rows.find(({ source }) => source.kind === "demogen")?.cells[0]?.isBaseline).toBe(true);
  });

  it("says what an answer without a look at the texts would score", () => {
    const constant = { labels: ["not_equivalent"], values: { accuracy: 0.52 } };
    const known = {
      ...arena,
      standings: { [columnName({ task: "mqp", encoder })]: { key: "k", standing: { ...standing, constant } } },
    };
    expect(arenaTable(known).tasks[0]?.constant).toEqual({ words: "“not equivalent”", value: 0.52 });
    expect(table.tasks[0]).not.toHaveProperty("constant");
  });

  it("says of which tasks the scores are those of the validation set", () => {
    const [example, other] = ["x", "y"].map((label) => ({ kind: "pair", first: "a", second: "b", label }) as const);
    const scoredOn = (test: typeof example) => {
      const data = { source: "own", remarks: [], train: [], validation: [example], test: [test] } as unknown as NotebookData;
      return arenaTable({ ...arena, rows: { mqp: { kind: "own", key: "k", data } } }).tasks[0]?.onValidation;
    };
    expect([scoredOn(example), scoredOn(other), table.tasks[0]?.onValidation]).toEqual([true, false, false]);
  });

  it("names an encoder whose cells were trained from different files", () => {
    const from = (files: (at: number) => string | undefined) => {
      const trained = Object.entries(arena.outcomes).map(([name, outcome], i) => {
        const weights = files(i);
        const known = outcome.kind === "done" && weights ? { ...outcome, summary: { ...outcome.summary, weights } } : outcome;
        return [name, known] as const;
      });
      return arenaTable({ ...arena, outcomes: Object.fromEntries(trained) }).mixed;
    };
    expect(from((i) => (i === 3 ? "b" : "a"))).toEqual([encoder]);
    expect(from((i) => (i === 3 ? undefined : "a"))).toEqual([]); // of an older version: not known
    expect(from(() => undefined)).toEqual([]);
  });

  it("is a forest plot: the highest first, a bar each, the paper's number hollow, the baseline's line", () => {
    const figure = forestFigure(table, column, "Methods");
    expect(figure?.axes.y.ticks?.map(({ at, text }) => `${at} ${text}`)).toEqual([
      "5 Supervised-Full",
      "4 ClinGen with KG · highest mean",
      "3 DemoGen · baseline",
      "2 ZeroGen",
      "1 Supervised-Few",
    ]);
    expect(figure?.intervals).toContainEqual({ tone: "synthetic", y: 4, low: 0.7 - 0.05, high: 0.7 + 0.04 });
    expect(figure?.marks.find(({ kind }) => kind === "hollow")?.points).toContainEqual({ x: 0.7217, y: 4 });
    expect(figure?.at).toBe(0.62);
    expect(figure?.table.rows[1]?.slice(0, 9)).toEqual([
      ...["ClinGen with KG", "0.700", "0.650 to 0.740", "0.700 · 0.700", "1 to 2", "highest mean"],
      ...["+0.080", "+0.060 to +0.110", "0.060"],
    ]);
  });

  it("has a curve of size for each method with several shares, on a logarithmic axis", () => {
    const figure = sizeFigure(arena, column);
    expect(figure?.axes.x.ticks).toEqual([
      { at: 1, text: "10" },
      { at: 2, text: "100" },
    ]);
    expect(figure?.marks.map(({ name }) => name)).toEqual(["ClinGen with KG", "ZeroGen", "DemoGen", "Supervised-Full"]);
    expect(figure?.marks[0]?.points.map(({ x, y }) => [x, y.toFixed(2)])).toEqual([
      [1, "0.60"],
      [2, "0.70"],
    ]);
    expect(figure?.table.rows[0]).toEqual(["ClinGen with KG", "10 %", "0.600", "–", "0.600 · 0.600"]);
    expect(sizeFigure({ ...arena, grid: { ...grid, shares: [100] } }, column)).toBeUndefined();
  });

  it("has its seeds with their own intervals", () => {
    const figure = seedFigure(arena, column);
    expect(figure?.table.rows.filter(([name]) => name === "ClinGen with KG")).toEqual([
      ["ClinGen with KG", "1", "0.700", "0.650 to 0.740", "0.700", "–"],
      ["ClinGen with KG", "2", "0.700", "0.650 to 0.740", "0.700", "–"],
    ]);
  });

  it("counts what a run cost, and what the paper's API would have asked", () => {
    const row = costRows(table, 30).find(({ method }) => method === "DemoGen");
    // 64,000 tokens at 0.002 dollars a thousand; 180 s at 30 W
    expect(row).toMatchObject({ accepted: 200, attempts: 250, promptTokens: 60_000, seconds: 180, wattHours: 1.5 });
    expect(row?.dollars).toBeCloseTo(0.128, 12);
    expect(row?.dollarsPerThousand).toBeCloseTo(0.64, 12);
    expect(costRows(table, 30).find(({ method }) => method === "Supervised-Few")?.dollars).toBeUndefined();
  });

  it("leaves with intervals and tests, as CSV and as JSON", () => {
    const lines = arenaCsv(arena).trimEnd().split("\r\n");
    expect(lines).toContain(
      "mqp,ClinGen with KG,all-minilm-l6-v2,1,100,accuracy,0.5,0.7,0.65,0.74,0.7,0.65,0.74,1,2,best,DemoGen,0.08,0.06,0.11,0.06,200,250,60000,4000,180.0,,,,,,,,,,",
    );
    const { verdicts } = JSON.parse(arenaJson(arena));
    expect(verdicts).toMatchObject([{ task: "mqp", metric: "accuracy", baseline: "DemoGen" }]);
    const own = verdicts[0].methods.find(({ method }: { method: string }) => method === "ClinGen with KG");
    expect(own).toMatchObject({ mean: 0.7, place: "best", against: { seeds: 2 } });
    expect(own.interval.low).toBeCloseTo(0.65, 12);
  });
});

describe("the paper's Tables 3, 9 and 10", () => {
  const clingen = sourcesOf("paper", ["clingen"])[0] as (typeof sources)[number] & { kind: "clingen" };

  it("have ablations under their own rows", () => {
    expect(paperAblation("hoc", { ...clingen, topics: "none" })).toBeCloseTo(0.7086, 12);
    expect(paperAblation("hoc", { ...clingen, topics: "llm", styles: "none" })).toBeCloseTo(0.744, 12);
    expect(paperAblation("hoc", clingen)).toBeUndefined();
    expect(paperAblation("mqp", { ...clingen, topics: "none" })).toBeUndefined();
  });

  // Table 9's means are Tables 6 to 8's.
  it.each([
    ["hoc", "progen", 72.25],
    ["hoc", "clingen-kg", 76.28],
    ["cdr", "demogen", 60.01],
    ["mediqa-rqe", "demogen", 66.56],
    ["ncbi-disease", "progen", 54.72],
    ["mediqa-rqe", "clingen-llm", 72.4],
  ] as const)("of %s, %s have seeds of the mean %d", (task, row, expected) => {
    const values = paperSeeds(task, row) ?? [];
    expect((100 * values.reduce((sum, value) => sum + value, 0)) / 3).toBeCloseTo(expected, 1);
  });

  it("have costs where Table 10 has them", () => {
    expect(paperCost("chemprot", { kind: "in-context" }, undefined)).toBe(5.75);
    expect(paperCost("casi", { kind: "clingen" }, "clingen-llm")).toBe(1.62);
    expect(paperCost("hoc", { kind: "zerogen" }, "zerogen")).toBeUndefined();
    expect(paperCost("mqp", { kind: "demogen" }, "demogen")).toBeUndefined();
  });
});
