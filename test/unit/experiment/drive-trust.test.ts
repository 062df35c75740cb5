// Filters of doubtful examples in a plan: the set is judged once, each filter trains on what it leaves, and nothing is computed twice.

import { expect, it } from "vitest";
import { summaryOf } from "../../../src/experiment/cell-summary.ts";
import { drive } from "../../../src/experiment/drive.ts";
import type { CellResult, DriveEvent } from "../../../src/experiment/drive-cell.ts";
import type { JudgeFilter } from "../../../src/experiment/experiment-config.ts";
import { trustKeys } from "../../../src/experiment/judging.ts";
import { type Cell, fewKeys, sameSeeds } from "../../../src/experiment/plan.ts";
import type { ExperimentPorts } from "../../../src/experiment/ports.ts";
import { presetConfig } from "../../../src/experiment/presets.ts";
import type { ProductStore } from "../../../src/experiment/product.ts";
import type { TrainRequest } from "../../../src/experiment/steps.ts";
import type { CopiesAsked } from "../../../src/experiment/text-copies.ts";
import type { TrainingBasis } from "../../../src/experiment/training-basis.ts";
import { leftOutBy, wordOf } from "../../../src/experiment/trust.ts";
import { type FakeDisk, fakeDisk, fakePorts } from "./fake-plan.ts";
import { memoryProducts } from "./memory-products.ts";

const config = presetConfig("small", { task: "bc5cdr-disease", source: "clingen", size: 10 });
const cells = ([undefined, "map", "agreement", "graph"] as const).map((filter: JudgeFilter | undefined) => ({
  config: { ...config, ...(filter ? { filter } : {}) },
  seeds: sameSeeds(1),
  keepModel: false,
  place: `cell-${filter}`,
}));
const contradicted = [0, 4, 7];

async function all(store: ProductStore, disk: FakeDisk, change: Partial<ExperimentPorts> = {}): Promise<DriveEvent[]> {
  const events: DriveEvent[] = [];
  const verdicts: ExperimentPorts["verdicts"] = async ({ examples }) =>
    examples.map((_, i) => (contradicted.includes(i) ? "opposite" : "known"));
  const ports = { ...fakePorts(disk), verdicts, ...change };
  for await (const event of drive({ cells }, store, ports, new AbortController().signal)) events.push(event);
  return events;
}

const resultsOf = (events: readonly DriveEvent[]): CellResult[] =>
  events.flatMap((event) => (event.type === "result" ? [event.result] : []));

const judgedIn = (events: readonly DriveEvent[]): readonly string[] =>
  events.flatMap((event) => (event.type === "product" && event.kind === "trust" ? [event.key] : []));

it("asks each judge once for all filters that it serves, and each cell says what it learnt from", async () => {
  const [store, disk] = [memoryProducts(), fakeDisk()];
  const events = await all(store, disk);
  const judged = judgedIn(events);
  expect(judged).toHaveLength(2); // training, for the map and the agreement; the graph
  const [byTraining, byGraph] = await Promise.all(judged.map(async (key) => (await store.find("trust", key))?.value));
  if (!byTraining || !byGraph) throw new Error("no trust is in the store");
  expect(byTraining.places).toHaveLength(10);
  const trust = { ...byTraining, ...(byGraph.verdicts ? { verdicts: byGraph.verdicts } : {}) };
  const results = resultsOf(events);
  expect(results).toHaveLength(4);
  for (const [i, filter] of ([undefined, "map", "agreement", "graph"] as const).entries()) {
    const left = filter ? leftOutBy(trust, [filter]).length : 0;
    const { basis } = (results[i] as CellResult).training as NonNullable<CellResult["training"]>;
    expect(basis.examples).toBe(10 - left);
    expect(basis.filter).toEqual(filter && { by: filter, of: 10, kept: expect.any(String) });
    expect(summaryOf(results[i] as CellResult).learnt).toBe(left > 0 ? 10 - left : undefined);
  }
  expect(results[3]?.training?.basis.examples).toBe(7);
  // The judges' own answers are no result of a cell.
  expect(new Set(results.map(({ predictions }) => predictions)).size).toBe(4);
});

it("counts the judging in the time of each filtered cell, whichever asked first", async () => {
  const store = memoryProducts();
  const base = fakePorts(fakeDisk());
  const features: ExperimentPorts["trainer"]["features"] = async function* (request, signal) {
    await new Promise((resolve) => setTimeout(resolve, 400));
    yield* base.trainer.features(request, signal);
  };
  const events = await all(store, fakeDisk(), { trainer: { ...base.trainer, features } });
  const key = judgedIn(events)[0] as string;
  const judging = (await store.find("trust", key))?.milliseconds as number;
  expect(judging).toBeGreaterThanOrEqual(400);
  const spent = (by: string) => resultsOf(events).find(({ training }) => training?.basis.filter?.by === by)?.spent.train;
  for (const by of ["map", "agreement"]) expect(spent(by)).toBeGreaterThanOrEqual(judging);
  expect(spent("graph")).toBeLessThan(judging);
});

it("asks which texts copy what was shown where a filter wants it, also of a set that was judged before", async () => {
  const [store, disk] = [memoryProducts(), fakeDisk()];
  const before = resultsOf(await all(store, disk));
  const asked: CopiesAsked[] = [];
  const copies: ExperimentPorts["copies"] = async function* (argument) {
    asked.push(argument);
    yield { type: "copies", copies: argument.texts.examples.map((_, i) => i % 4 === 1) };
  };
  const cell = { ...(cells[0] as Cell), config: { ...config, filter: "leakage" as const }, place: "cell-leakage" };
  const [base] = before;
  if (!base) throw new Error("no cell ended");
  const ports = { ...fakePorts(disk), copies };
  for (let time = 0; time < 2; time++) {
    const events: DriveEvent[] = [];
    for await (const event of drive({ cells: [cell] }, store, ports, new AbortController().signal)) events.push(event);
    expect(resultsOf(events)[0]?.training?.basis).toMatchObject({ examples: 7, filter: { by: "leakage", of: 10 } });
    expect(events.some((event) => event.type === "step")).toBe(time === 0);
  }
  // Once, of the run's texts against the few-shot set, by rows that were never shown.
  expect(asked).toHaveLength(1);
  expect(asked[0]?.texts.examples).toHaveLength(10);
  expect(asked[0]?.shown.examples).toEqual(base.data.train);
  expect(asked[0]?.real.examples).toEqual([...base.data.validation, ...base.data.test]);
});

it.each(["graph", "leakage"] as const)(
  "trains nothing to judge by %s alone, as cheap as without a filter but for the judge",
  async (filter) => {
    const base = fakePorts(fakeDisk());
    const begun: string[] = [];
    const trainer: ExperimentPorts["trainer"] = {
      ...base.trainer,
      train(request, signal) {
        begun.push(request.save);
        return base.trainer.train(request, signal);
      },
      features() {
        throw new Error("a head is trained");
      },
    };
    const copies: ExperimentPorts["copies"] = async function* ({ texts }) {
      yield { type: "copies", copies: texts.examples.map((_, i) => i < 2) };
    };
    const verdicts: ExperimentPorts["verdicts"] = async ({ examples }) =>
      examples.map((_, i) => (contradicted.includes(i) ? "opposite" : "known"));
    const cell = { ...(cells[0] as Cell), config: { ...config, filter }, place: "alone" };
    const events: DriveEvent[] = [];
    const plan = drive({ cells: [cell] }, memoryProducts(), { ...base, trainer, copies, verdicts }, new AbortController().signal);
    for await (const event of plan) events.push(event);
    expect(begun).toEqual(["alone"]);
    expect(resultsOf(events)[0]?.training?.basis.examples).toBe(filter === "graph" ? 7 : 8);
  },
);

it("takes the word that an older version kept of all judges at once", async () => {
  const [store, disk] = [memoryProducts(), fakeDisk()];
  const [plain] = resultsOf(await all(store, disk));
  const { made, keys } = plain as CellResult;
  const few = (await fewKeys(config.task, (plain as CellResult).training?.basis as TrainingBasis, keys)).model;
  const own = { accepted: 10, epochs: config.train?.syntheticEpochs, graph: undefined };
  const { now } = await trustKeys(config.task, [few, made?.run as string], own);
  const copied = Array.from({ length: 10 }, (_, i) => i < 4);
  await store.put({ kind: "trust", key: now, state: "whole", milliseconds: 5, value: wordOf({ copied }) });
  const cell = { ...(cells[0] as Cell), config: { ...config, filter: "leakage" as const }, place: "old" };
  const events: DriveEvent[] = [];
  for await (const event of drive({ cells: [cell] }, store, fakePorts(disk), new AbortController().signal)) events.push(event);
  expect(judgedIn(events)).toEqual([]);
  expect(resultsOf(events)[0]?.training?.basis.examples).toBe(6);
});

it("computes nothing when it is driven again", async () => {
  const [store, disk] = [memoryProducts(), fakeDisk()];
  const first = resultsOf(await all(store, disk));
  const before = structuredClone(disk.computed);
  const second = await all(store, disk);
  expect(disk.computed).toEqual(before);
  expect(resultsOf(second).map(({ predictions }) => predictions)).toEqual(first.map(({ predictions }) => predictions));
  expect(second.filter(({ type }) => type === "step")).toEqual([]);
});

it("leaves nothing out by a graph that is not there, and goes on with few-shot alone where everything is left out", async () => {
  const base = fakePorts(fakeDisk());
  const without = { pipeline: { ...base.pipeline, graphs: async () => [] } };
  const none = resultsOf(await all(memoryProducts(), fakeDisk(), without));
  expect(none[3]?.training?.basis.examples).toBe(10);
  const every: ExperimentPorts["verdicts"] = async ({ examples }) => examples.map(() => "opposite");
  const empty = resultsOf(await all(memoryProducts(), fakeDisk(), { verdicts: every }));
  expect(empty[3]?.training?.basis.examples).toBe(0);
  expect(Object.keys(empty[3]?.training?.results ?? {})).toEqual(["few"]);
});

it("trains anew where another graph contradicts as many others", async () => {
  const [store, disk] = [memoryProducts(), fakeDisk()];
  const zerogen = presetConfig("small", { task: "bc5cdr-disease", source: "zerogen", size: 10 });
  const underGraph = async (id: string, against: readonly number[]) => {
    const base = fakePorts(disk);
    const info = { id, name: id, nodes: { Disease: 3 }, edges: {}, provenance: [] };
    const ports: ExperimentPorts = {
      ...base,
      pipeline: { ...base.pipeline, graphs: async () => [info] },
      verdicts: async ({ examples }) => examples.map((_, i) => (against.includes(i) ? "opposite" : "known")),
    };
    const cell = {
      config: { ...zerogen, graph: id, filter: "graph" as const },
      seeds: sameSeeds(1),
      keepModel: false,
      place: id,
    };
    const events: DriveEvent[] = [];
    for await (const event of drive({ cells: [cell] }, store, ports, new AbortController().signal)) events.push(event);
    return resultsOf(events)[0] as CellResult;
  };
  const [first, second, again] = [
    await underGraph("one", [0, 4, 7]),
    await underGraph("other", [1, 2, 3]),
    await underGraph("one", [0, 4, 7]),
  ];
  expect([first, second].map(({ training }) => training?.basis.examples)).toEqual([7, 7]);
  expect(second.made?.run).toBe(first.made?.run);
  expect(second.predictions).not.toBe(first.predictions);
  expect(again.predictions).toBe(first.predictions);
});

it("judges the examples of a source that is a way of training by the plain stage I", async () => {
  const disk = fakeDisk();
  const base = fakePorts(disk);
  const judges: TrainRequest[] = [];
  const trainer: ExperimentPorts["trainer"] = {
    ...base.trainer,
    features(request, signal) {
      judges.push(request.stage);
      return base.trainer.features(request, signal);
    },
  };
  const kgpc = presetConfig("small", { task: "bc5cdr-disease", source: "kgpc", size: 10 });
  const cell = { config: { ...kgpc, filter: "map" as const }, seeds: sameSeeds(1), keepModel: false, place: "kgpc" };
  const events: DriveEvent[] = [];
  const plan = drive({ cells: [cell] }, memoryProducts(), { ...base, trainer }, new AbortController().signal);
  for await (const event of plan) events.push(event);
  expect(judges.map(({ training, synthetic }) => ({ training, synthetic }))).toEqual([{ training: undefined, synthetic: [] }]);
  expect(judges.map(({ testName }) => testName)).toEqual(["synthetic"]); // what it answers are no test rows
  const [result] = resultsOf(events);
  expect(result?.training?.basis.filter?.by).toBe("map");
  expect(result?.training?.basis.training?.method.kind).toBe("kgpc");
  expect(Object.keys(result?.training?.results ?? {})).toEqual(["synthetic"]);
});

it("trains and judges anew where other files bear the encoder's name, and takes what is there where it is gone", async () => {
  const [store, disk] = [memoryProducts(), fakeDisk()];
  const withFiles = async (weights: string | undefined) => {
    const base = fakePorts(disk);
    const recipe: ExperimentPorts["trainer"]["recipe"] = async (asked) => {
      const plain = await base.trainer.recipe(asked);
      return weights === undefined ? plain : { ...plain, weights };
    };
    return all(store, disk, { trainer: { ...base.trainer, recipe } });
  };
  const steps = (events: readonly DriveEvent[]) => events.flatMap((event) => (event.type === "step" ? [event.step] : []));
  const judged = (events: readonly DriveEvent[]) =>
    events.filter((event) => event.type === "product" && event.kind === "trust").length;
  const first = await withFiles("one");
  const { steps: trained, attempts } = structuredClone(disk.computed);
  const found = await withFiles("one");
  expect([steps(found), judged(found)]).toEqual([[], 0]);
  disk.stages.clear(); // the keeper of stage I's file asks for the hashes itself
  const other = await withFiles("other");
  expect([judged(first), judged(other)]).toEqual([2, 1]); // training, and the graph, which asks no encoder
  expect(disk.computed.steps).toEqual({ few: 2 * trained.few, synthetic: 2 * trained.synthetic });
  expect(disk.computed.attempts).toBe(attempts); // the texts are the same
  expect(steps(await withFiles("other"))).toEqual([]);
  expect(steps(await withFiles(undefined))).toEqual([]);
  const filesOf = (events: readonly DriveEvent[]) => new Set(resultsOf(events).map(({ training }) => training?.weights));
  expect(filesOf(found)).toEqual(new Set(["one"]));
  expect(filesOf(await withFiles(undefined))).toEqual(new Set(["other"])); // what is kept says whose it is
  const results = resultsOf(other);
  expect(results.map(({ training }) => Object.keys(training?.results ?? {}))).toEqual(results.map(() => ["few", "synthetic"]));
});

it("scores the model of other files itself where it was killed between: the answers that are there are another model's", async () => {
  const [store, disk] = [memoryProducts(), fakeDisk()];
  const base = fakePorts(disk);
  const cell = { config, seeds: sameSeeds(1), keepModel: true, place: "kept" };
  const driven = (weights: string) => {
    const recipe: ExperimentPorts["trainer"]["recipe"] = async (asked) => ({ ...(await base.trainer.recipe(asked)), weights });
    const ports = { ...base, trainer: { ...base.trainer, recipe } };
    return drive({ cells: [cell] }, store, ports, new AbortController().signal);
  };
  for await (const _ of driven("one"));
  disk.stages.clear();
  let saved = false;
  for await (const event of driven("other")) {
    saved ||= event.type === "train" && event.event.type === "saved";
    if (saved && event.type === "product" && event.kind === "model") break;
  }
  expect(saved).toBe(true);
  const made: string[] = [];
  let result: CellResult | undefined;
  for await (const event of driven("other")) {
    if (event.type === "product") made.push(event.kind);
    if (event.type === "result") result = event.result;
  }
  expect(made).toEqual(["predictions", "scores"]);
  expect(Object.keys(result?.training?.results ?? {})).toEqual(["few", "synthetic"]);
});
