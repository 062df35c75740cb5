// Scores as npm run experiment prints them: intervals, the paired tests and their correction, as words and as data.

import { describe, expect, it } from "vitest";
import { readExperimentFile } from "../../../scripts/experiment-file.ts";
import { inWords, lineOf, standingLine, standingWords } from "../../../scripts/experiment-output.ts";
import type { Standing } from "../../../src/evaluate/standing.ts";
import { methodId } from "../../../src/experiment/arena.ts";
import type { CellSummary } from "../../../src/experiment/cell-summary.ts";
import type { TextMeasures } from "../../../src/experiment/text-measures.ts";
import type { Manifest } from "../../../src/models/manifest.ts";

const model = (id: string, kind: string) => ({ id, kind, name: id, files: [] });
const manifest = {
  models: [model("all-minilm-l6-v2", "encoder"), model("smollm2-135m-instruct", "language-model")],
} as unknown as Manifest;
const plan = { tasks: ["mqp"], sources: ["none", "zerogen", "clingen"], seeds: [1, 2], size: 5 };
const { cells } = readExperimentFile(JSON.stringify(plan), "plan.json", manifest);
const idOf = (source: string) => {
  const cell = cells.find((of) => of.source === source) as (typeof cells)[number];
  return methodId({ source: cell.config.source, share: 100 });
};

const summary = {
  accepted: 5,
  rejected: { "too-short": 3 },
  scores: { few: { accuracy: 0.5 }, synthetic: { accuracy: 0.61234567 } },
  spent: { train: 12_340 },
} as unknown as CellSummary;
const sure = {
  intervals: { few: { accuracy: { low: 0.4, high: 0.6 } }, synthetic: { accuracy: { low: 0.5123456, high: 0.7 } } },
  gain: { difference: 0.11234567, interval: { low: -0.01, high: 0.2 }, p: 0.07 },
};

const method = (source: string, mean: number) => ({
  method: idOf(source),
  runs: [1, 2].map((seed) => ({ seed, set: "s", values: { accuracy: mean }, intervals: undefined })),
  mean,
  interval: { low: mean - 0.1, high: mean + 0.1 },
  rank: { low: 1, high: source === "none" ? 3 : 2 },
});
const pair = (first: string, second: string, difference: number, p: number) => ({
  first: idOf(first),
  second: idOf(second),
  difference,
  interval: { low: difference - 0.05, high: difference + 0.05 },
  p,
  seeds: 2,
});
const standing: Standing = {
  methods: [method("none", 0.5), method("zerogen", 0.6), method("clingen", 0.62)],
  pairs: [pair("none", "zerogen", 0.1, 0.02), pair("none", "clingen", 0.12, 0.0002), pair("zerogen", "clingen", -0.02, 0.4)],
};
const of = { task: "mqp", encoder: "all-minilm-l6-v2", standing };

describe("a cell", () => {
  const cell = cells.find(({ source }) => source === "clingen") as (typeof cells)[number];

  it("has an interval beside each score, and the paired gain", () => {
    expect(lineOf(cell, summary, sure)).toMatchObject({
      scores: { few: { accuracy: 0.5 }, all: { accuracy: 0.61234567 } },
      intervals: { few: { accuracy: [0.4, 0.6] }, all: { accuracy: [0.512346, 0.7] } },
      gain: { difference: 0.112346, interval: [-0.01, 0.2], p: 0.07 },
    });
    expect(inWords(cell, summary, sure)).toBe(
      "mqp, clingen, all-minilm-l6-v2, seed 1: accuracy 0.500 (0.400 to 0.600) -> 0.612 (0.512 to 0.700); 5 accepted of 8; 12.3 s",
    );
  });

  it("has the measures of its texts where they were asked for, beside those of the real ones", () => {
    const estimate = (value: number, low?: number, high?: number) => ({ value, ...(low === undefined ? {} : { low, high }) });
    const texts = {
      key: "k",
      texts: 5,
      cmd: estimate(1.25, 1.2, 1.3),
      equal: { rows: 4, between: estimate(1.5, 1.25, 1.75), floor: estimate(0.5) },
      aps: estimate(0.25),
      nearest: estimate(0.75),
      entities: 3,
      equalSize: 4,
      real: { texts: 9, aps: estimate(0.125), nearest: estimate(0.625), entities: 6 },
    } as TextMeasures;
    expect(lineOf(cell, summary, sure, texts).texts).toEqual({
      n: 5,
      cmd: { value: 1.25, interval: [1.2, 1.3] },
      cmd_equal: { value: 1.5, interval: [1.25, 1.75] },
      aps: { value: 0.25 },
      nearest: { value: 0.75 },
      entities: 3,
      entities_in: 4,
      real: { n: 9, cmd_equal: { value: 0.5 }, aps: { value: 0.125 }, nearest: { value: 0.625 }, entities: 6 },
    });
    expect(inWords(cell, summary, sure, texts)).toContain(
      "; texts: CMD 1.500 (1.250 to 1.750), of two parts of the real ones 0.500; similarity 0.250, real 0.125; 3 entities in 4 texts, real 6",
    );
    expect(lineOf(cell, summary, sure)).not.toHaveProperty("texts");
  });

  it("says nothing of an interval where there is none, and shows the answers of a source that trains nothing", () => {
    const { few: _, ...answered } = summary.scores;
    const line = inWords(cell, { ...summary, scores: answered }, { intervals: {} });
    expect(line).toContain(": accuracy 0.612; ");
    const { intervals, ...rest } = lineOf(cell, summary, { intervals: { few: undefined } });
    expect(intervals).toEqual({ few: {}, all: {} });
    expect(rest).not.toHaveProperty("gain");
  });
});

describe("a standing", () => {
  it("names its methods as the file does, and corrects p for the number of tests", () => {
    const { metric, methods, tests } = standingLine(of, cells);
    expect(metric).toBe("accuracy");
    expect(methods.map(({ source, seeds, mean }) => [source, seeds, mean])).toEqual([
      ["none", 2, 0.5],
      ["zerogen", 2, 0.6],
      ["clingen", 2, 0.62],
    ]);
    // Holm by hand: 3 x 0.0002, then 2 x 0.02, then 0.4.
    expect(tests.map(({ first, second, p_holm }) => [first, second, p_holm])).toEqual([
      [0, 1, 0.04],
      [0, 2, 0.0006],
      [1, 2, 0.4],
    ]);
  });

  it("is a table, and says what is not told apart", () => {
    expect(standingWords(of, cells)).toEqual([
      "mqp, all-minilm-l6-v2: accuracy, mean over the seeds (95 % interval over test examples)",
      "  none     0.500 (0.400 to 0.600)  rank 1 to 3  2 seeds",
      "  zerogen  0.600 (0.500 to 0.700)  rank 1 to 2  2 seeds",
      "  clingen  0.620 (0.520 to 0.720)  rank 1 to 2  2 seeds",
      "Differences on the same test examples, by paired bootstrap, p corrected for their number (Holm):",
      "  zerogen less none: +0.100 (+0.050 to +0.150), p 0.040, 2 seeds",
      "  clingen less none: +0.120 (+0.070 to +0.170), p < 0.001, 2 seeds",
      "  clingen less zerogen: -0.020 (-0.070 to +0.030), p 0.400: not told apart, 2 seeds",
    ]);
  });
});

it("sets beside a table what always one label would score", () => {
  const blind = { ...of, standing: { ...standing, constant: { labels: ["equivalent"], values: { accuracy: 0.51234567 } } } };
  expect(standingLine(blind, cells).constant).toEqual({ labels: ["equivalent"], mean: 0.512346 });
  expect(standingWords(blind, cells)).toContain("  Always equivalent, whatever the text says: 0.512");
});

it("names a source that the file sets itself in the file's words, not by the whole config", () => {
  const sources = ["none", { kind: "clingen", topics: "kg", writer: { uncopied: 4 } }, { kind: "tmix", layers: [7, 9] }];
  const file = readExperimentFile(JSON.stringify({ ...plan, sources, seeds: [1] }), "p.json", manifest);
  const scored = file.cells.map((cell) => inWords(cell, summary, sure).split(": ")[0]);
  expect(scored).toEqual([
    "mqp, none, all-minilm-l6-v2, seed 1",
    "mqp, clingen, topics kg, writer uncopied 4, all-minilm-l6-v2, seed 1",
    "mqp, tmix, layers 7/9, all-minilm-l6-v2, seed 1",
  ]);
  const [first, second] = file.cells.map(({ config: { source } }) => methodId({ source, share: 100 })) as [string, string];
  const methods = [first, second].map((id) => ({ ...method("none", 0.5), method: id }));
  const pairs = [{ ...pair("none", "clingen", 0.1, 0.01), first, second }];
  const words = standingWords({ ...of, standing: { methods, pairs } }, file.cells).join("\n");
  expect(words).toContain("clingen, topics kg, writer uncopied 4 less none: +0.100");
});

describe("filters of one source", () => {
  const filtered = readExperimentFile(
    JSON.stringify({ ...plan, sources: ["clingen"], filters: ["none", "map"] }),
    "p.json",
    manifest,
  );
  const { source } = (filtered.cells[0] as (typeof cells)[number]).config;
  const ids = [methodId({ source, share: 100 }), methodId({ source, share: 100, filter: "map" })] as const;
  const run = (id: string, mean: number) => ({ ...method("clingen", mean), method: id });
  const two: Standing = {
    methods: [run(ids[0], 0.6), run(ids[1], 0.66)],
    pairs: [{ ...pair("none", "clingen", 0.06, 0.01), first: ids[0], second: ids[1] }],
  };

  it("are methods of their own: the table says what each is worth against none", () => {
    const words = standingWords({ ...of, standing: two }, filtered.cells).join("\n");
    expect(words).toContain("clingen, filtered by map less clingen: +0.060 (+0.010 to +0.110), p 0.010, 2 seeds");
    expect(standingLine({ ...of, standing: two }, filtered.cells).methods.map(({ filter }) => filter)).toEqual(["none", "map"]);
  });
});

it("tells the rows of a task apart where a file has several of it, in lines and tables", () => {
  const plan = { tasks: ["mqp", { id: "mqp", test: 5 }], sources: ["none", "zerogen", "clingen"], seeds: [1, 2], size: 5 };
  const file = readExperimentFile(JSON.stringify(plan), "plan.json", manifest);
  const few = file.cells.find(({ rows }) => rows === "sample, first 5") as (typeof file.cells)[number];
  expect(lineOf(few, summary, sure)).toMatchObject({ task: "mqp", rows: "sample, first 5" });
  expect(inWords(few, summary, sure)).toMatch(/^mqp \(sample, first 5\), none, /);
  const line = standingLine({ ...of, rows: "sample" }, file.cells);
  expect([line.rows, line.methods.map(({ source }) => source)]).toEqual(["sample", ["none", "zerogen", "clingen"]]);
  expect(standingWords({ ...of, rows: "sample" }, file.cells)[0]).toMatch(/^mqp \(sample\), all-minilm-l6-v2: accuracy/);
});
