// The pipeline as functions: data read, a run generated to its end and read back, its lock, a run deleted; all in Node.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { openScripted } from "../../../src/engines/scripted.ts";
import { tourScript } from "../../../src/engines/tour-script.ts";
import type { GenerateRequest } from "../../../src/experiment/steps.ts";
import { type RunConfig, runId } from "../../../src/generate/run-config.ts";
import { memoryGraphStore } from "../../../src/knowledge/graph-store.ts";
import { type GeneratePorts, generateProcedures } from "../../../src/procedures/generate.ts";
import { trainedFolder } from "../../../src/store/files.ts";
import type { Example, TokenExample } from "../../../src/tasks/example.ts";
import { textsOf } from "../../../src/tasks/shapes.ts";
import { memoryProducts } from "../experiment/memory-products.ts";
import { memoryRunStore } from "../generate/memory-run-store.ts";
import { collect, memoryFiles, memoryLocks, memoryModel, memoryModels, never, noMeasurements } from "./memory-ports.ts";

const task = "bc5cdr-disease";
const folder = join(import.meta.dirname, `../../../public/samples/${task}`);
const sample = Object.fromEntries(
  ["train_few.jsonl", "dev_few.jsonl", "test.jsonl", "label.txt"].map((name) => [
    name,
    new Blob([readFileSync(join(folder, name))]),
  ]),
);
const toy = await memoryModel("toy", "language-model", { "w.gguf": new Blob(["GGUF"]) });

function setUp(over: Partial<GeneratePorts> = {}) {
  const runs = memoryRunStore();
  const disk = memoryFiles();
  const { hold, held } = memoryLocks();
  const models = memoryModels(toy);
  const deleted: string[] = [];
  const graphs = memoryGraphStore();
  const ports: GeneratePorts = {
    graphs: async () => graphs,
    appFile: () => Promise.reject(new Error("no file was to be asked for")),
    runs: async () => runs,
    notebooks: async () => ({
      holdings: async () => ({ logs: ["log"], models: ["mine"] }),
      delete: async (id) => void deleted.push(id),
    }),
    measurements: async () => noMeasurements,
    products: async () => memoryProducts(),
    models,
    disk,
    hold,
    openEngine: async (id, { entry, read }) => {
      await read(entry.files[0]!);
      return { engine: { id, runsOn: async () => "Node" }, model: openScripted({ script: tourScript }) };
    },
    ...over,
  };
  return { procedures: generateProcedures(ports), runs, disk, held, hold, models, deleted };
}

const sampling = { temperature: 1, topP: 1, maxTokens: 60 };
const writer = { model: "scripted", sampling, demonstrations: "none", grammar: false } as const;
const config: RunConfig = {
  task,
  source: { kind: "zerogen", writer },
  seed: 3,
  size: 6,
  examples: "-",
  knowledge: "-",
};
const knowledge = { topics: { Disease: [] }, styles: [], lexicon: [] };
const request: GenerateRequest = { config, demonstrations: [], knowledge };

describe("reading data", () => {
  const read = (files: Readonly<Record<string, Blob>>) => setUp().procedures.readData({ task, files, seed: 1 }, never);

  it("gives the folder's three sets", async () => {
    const { train, validation, test } = await read(sample);
    expect([train.length, validation.length, test.length]).toEqual([5, 5, 60]);
  });

  it.each([
    ["no JSON", new Blob(["{"]), "file-malformed"],
    ["no UTF-8", new Blob(['{"text":"caf', new Uint8Array([0xe9]), '"}\n']), "file-malformed"],
    ["nothing", new Blob([]), "file-empty"],
  ])("names the file that holds %s", async (_, blob, code) => {
    await expect(read({ ...sample, "train_few.jsonl": blob })).rejects.toMatchObject({
      code,
      place: { file: "train_few.jsonl" },
    });
  });
});

describe("a run", () => {
  it("is generated to its end by the open model, and read back as it was told", async () => {
    const { procedures, held } = setUp();
    await collect(procedures.openModel({ model: "toy", engine: "batch" }, never));
    const events = await collect(procedures.generate(request, never));
    expect(events.filter(({ type }) => type === "accepted")).toHaveLength(6);
    expect(events.at(-1)).toMatchObject({ type: "finished", accepted: 6 });
    const log = await collect(procedures.readRun({ id: await runId(config) }, never));
    expect(log).toEqual(events.filter(({ type }) => type === "accepted" || type === "rejected"));
    expect(held.size).toBe(0);
  });

  it("writes one of its attempts again: a text that it has not, and its log stays as it is", async () => {
    const { procedures } = setUp();
    const again = { ...request, index: 2, taken: [] as Example[] };
    await expect(procedures.writeAgain(again, never)).rejects.toMatchObject({ code: "model-missing" });
    await collect(procedures.openModel({ model: "toy", engine: "batch" }, never));
    const events = await collect(procedures.generate(request, never));
    const taken = events.flatMap((event) => (event.type === "accepted" ? [event.example] : []));
    const found = await procedures.writeAgain({ ...again, taken }, never);
    expect(found).toMatchObject({ kind: "token" });
    expect(taken.map((example) => textsOf(example)[0])).not.toContain((found as TokenExample).text);
    expect(await collect(procedures.readRun({ id: await runId(config) }, never))).toHaveLength(events.length - 2);
  });

  it("needs an open model, and lets go of its lock without", async () => {
    const { procedures, held } = setUp();
    await expect(collect(procedures.generate(request, never))).rejects.toMatchObject({ code: "model-missing" });
    expect(held.size).toBe(0);
  });

  it("is one tab's at a time: busy while it is read, free when its reader leaves, and extended then", async () => {
    const { procedures, held } = setUp();
    await collect(procedures.openModel({ model: "toy", engine: "batch" }, never));
    for await (const event of procedures.generate(request, never)) {
      if (event.type === "opened") continue;
      await expect(collect(procedures.generate(request, never))).rejects.toMatchObject({ code: "run-busy" });
      break;
    }
    expect(held.size).toBe(0);
    const more = { ...request, config: { ...config, size: 8 } };
    const events = await collect(procedures.generate(more, never));
    expect(events[0]).toMatchObject({ type: "opened", next: 1 });
    expect(events.at(-1)).toMatchObject({ type: "finished", accepted: 8 });
  });
});

describe("a model whose template asks for the day", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  /** A tour that notes the days of its requests. */
  function asking(asksDate: boolean) {
    const days: (string | undefined)[] = [];
    const model = openScripted({ script: tourScript });
    const openEngine: GeneratePorts["openEngine"] = async (id) => ({
      engine: { id, runsOn: async () => "Node" },
      model: {
        ...model,
        asksDate,
        complete: (asked, signal) => {
          days.push(asked.date);
          return model.complete(asked, signal);
        },
      },
    });
    return { days, openEngine };
  }
  const late = (day: number) => new Date(2026, 10, day, 23, 50); // local time, whatever the zone of the machine
  const grown = (size: number): GenerateRequest => ({ ...request, config: { ...config, size } });

  it("is told the day on which the run was begun, also when it goes on the day after", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: late(8) });
    const { days, openEngine } = asking(true);
    const { procedures, runs } = setUp({ openEngine });
    await collect(procedures.openModel({ model: "toy", engine: "batch" }, never));
    await collect(procedures.generate(grown(3), never));
    expect(new Set(days)).toEqual(new Set(["2026-11-08"]));
    const first = days.length;
    vi.setSystemTime(late(9));
    const events = await collect(procedures.generate(grown(6), never));
    expect(events.at(-1)).toMatchObject({ type: "finished", accepted: 6 });
    expect(days.length).toBeGreaterThan(first);
    expect(new Set(days)).toEqual(new Set(["2026-11-08"]));
    expect((await runs.open(grown(6).config)).id).toBe(await runId(config)); // the day is not in the id
    await collect(procedures.generate({ ...request, config: { ...config, seed: 4 } }, never));
    expect(days.at(-1)).toBe("2026-11-09"); // another run
  });

  it("is told the present day when it is asked for knowledge", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: late(8) });
    const { days, openEngine } = asking(true);
    const { procedures } = setUp({ openEngine });
    await collect(procedures.openModel({ model: "toy", engine: "batch" }, never));
    const wanted = {
      task,
      topics: "llm",
      topicCount: 2,
      suggestStyles: true,
      topicLists: "free",
      demonstrations: [],
      seed: 1,
    } as const;
    await collect(procedures.gatherKnowledge({ ...wanted, graph: "" }, never)).catch(() => undefined);
    expect(new Set(days)).toEqual(new Set(["2026-11-08"]));
  });

  it("is told none where it does not ask, and the run's config has none", async () => {
    const { days, openEngine } = asking(false);
    const { procedures, runs } = setUp({ openEngine });
    await collect(procedures.openModel({ model: "toy", engine: "batch" }, never));
    await collect(procedures.generate(grown(3), never));
    expect(new Set(days)).toEqual(new Set([undefined]));
    expect("date" in (await runs.open(config)).config).toBe(false);
  });
});

describe("knowledge", () => {
  it("from no graph asks none, and from a graph that is gone says so", async () => {
    const { procedures } = setUp();
    const wanted = {
      task,
      graph: "gone",
      topicCount: 3,
      suggestStyles: false,
      topicLists: "free",
      demonstrations: [],
      seed: 1,
    } as const;
    await expect(collect(procedures.gatherKnowledge({ ...wanted, topics: "kg" }, never))).rejects.toMatchObject({
      code: "not-found",
    });
    await expect(collect(procedures.gatherKnowledge({ ...wanted, topics: "llm" }, never))).rejects.toMatchObject({
      code: "model-missing",
    });
  });
});

describe("a picked file", () => {
  it("is kept as the model's, and one of the user's other files is refused", async () => {
    const { procedures, models } = setUp();
    const keep = (content: string) =>
      collect(procedures.keepModelFile({ model: "toy", name: "w.gguf", picked: new File([content], "mine.gguf") }, never));
    expect((await keep("GGUF")).at(-1)).toEqual({ done: 4, total: 4 });
    expect(models.kept).toEqual(["toy/w.gguf"]);
    await expect(keep("another file")).rejects.toMatchObject({ code: "file-not-the-model" });
    expect(models.kept).toHaveLength(1);
  });
});

describe("deleting a run", () => {
  const model = `${trainedFolder("mine")}/config.json`;
  const other = `${trainedFolder("other")}/config.json`;

  it("takes the files that it alone holds, then the notebook", async () => {
    const { procedures, disk, deleted, held } = setUp();
    for (const path of [model, other]) await disk.write(path, new Blob(["{}"]));
    await procedures.deleteRun({ notebook: "n" }, never);
    expect(disk.paths()).toEqual([other]);
    expect(deleted).toEqual(["n"]);
    expect(held.size).toBe(0);
  });

  it.each([
    ["run:log", "run-busy"],
    ["trained:mine", "training-busy"],
  ])("deletes nothing while another tab holds %s", async (lock, code) => {
    const { procedures, disk, deleted, held, hold } = setUp();
    await disk.write(model, new Blob(["{}"]));
    await hold(lock);
    await expect(procedures.deleteRun({ notebook: "n" }, never)).rejects.toMatchObject({ code });
    expect([disk.paths(), deleted, [...held]]).toEqual([[model], [], [lock]]);
  });

  it("leaves the notebook where a file cannot be deleted", async () => {
    const failing = { delete: () => Promise.reject(new Error("locked")) };
    const { procedures, deleted, held } = setUp({ disk: failing });
    await expect(procedures.deleteRun({ notebook: "n" }, never)).rejects.toThrow("locked");
    expect([deleted, held.size]).toEqual([[], 0]);
  });
});
