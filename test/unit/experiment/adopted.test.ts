// A run that was written past this machine: a cell that takes it over trains and scores as the cell that wrote it.

import { describe, expect, it } from "vitest";
import { adopt, type BatchRun } from "../../../src/experiment/adopted.ts";
import { drive } from "../../../src/experiment/drive.ts";
import type { CellResult } from "../../../src/experiment/drive-cell.ts";
import { type Cell, sameSeeds } from "../../../src/experiment/plan.ts";
import type { ExperimentPorts } from "../../../src/experiment/ports.ts";
import { presetConfig } from "../../../src/experiment/presets.ts";
import { runConfigOf } from "../../../src/experiment/run-inputs.ts";
import type { LogEntry, RunStore } from "../../../src/generate/log.ts";
import { runId } from "../../../src/generate/run-config.ts";
import { data, type FakeDisk, fakeDisk, fakePorts } from "./fake-plan.ts";
import { memoryProducts } from "./memory-products.ts";

const never = new AbortController().signal;
const config = presetConfig("small", { task: "bc5cdr-disease", source: "clingen", size: 10, seed: 1 });
const cell: Cell = { config, seeds: sameSeeds(1), keepModel: false, place: "place" };

/** The runs of the disk that the fake worker reads. */
function runsOf({ logs }: FakeDisk): RunStore {
  return {
    async open(of) {
      const id = await runId(of);
      const log = logs.get(id) ?? [];
      logs.set(id, log);
      return { id, config: of, next: log.length };
    },
    async append(id, entries) {
      logs.get(id)?.push(...entries);
    },
    async *read(id) {
      yield* [...(logs.get(id) ?? [])];
    },
  };
}

async function resultOf(ports: ExperimentPorts, store = memoryProducts(), of = cell): Promise<CellResult> {
  for await (const event of drive({ cells: [of] }, store, ports, never)) if (event.type === "result") return event.result;
  throw new Error("the cell has no result");
}

/** A run as a batch leaves it, with the result of the cell that wrote it here. */
async function writtenHere(): Promise<{ here: CellResult; run: BatchRun }> {
  const disk = fakeDisk();
  const here = await resultOf(fakePorts(disk));
  const { knowledge } = here;
  const entries = disk.logs.get(here.made?.run ?? "") as LogEntry[];
  return { here, run: { config: await runConfigOf(config, "batch/llama", data, knowledge), entries, knowledge } };
}

const taking = (run: BatchRun, disk: FakeDisk, store = memoryProducts()): ExperimentPorts => ({
  ...fakePorts(disk),
  written: async (of, rows) => {
    const given = { cell: of, data: rows, name: "out/batch", run, engine: "batch", wayOut: "Choose another folder" };
    return (await adopt(given, store, runsOf(disk))).knowledge;
  },
});

describe("a run from a batch", () => {
  it("is trained on and scored as the cell's own, and nothing is gathered or written", async () => {
    const { here, run } = await writtenHere();
    const [store, disk] = [memoryProducts(), fakeDisk()];
    const result = await resultOf(taking(run, disk, store), store);
    expect(disk.computed).toMatchObject({ gathered: 0, attempts: 0, opened: 0 });
    expect(result.training?.results.synthetic?.scores).toEqual(here.training?.results.synthetic?.scores);
    expect(result.training?.results.synthetic?.predicted).toEqual(here.training?.results.synthetic?.predicted);
    expect(result.made).toMatchObject({ accepted: 10, size: 10, rejected: { truncated: 4 }, writer: { id: "batch/llama" } });
    expect(result.knowledge).toEqual(here.knowledge);
  });

  it("taken over again stays what it is, and a cell of a smaller size takes its first examples", async () => {
    const { run } = await writtenHere();
    const [store, disk] = [memoryProducts(), fakeDisk()];
    await resultOf(taking(run, disk, store), store);
    const held = structuredClone([...disk.logs]);
    const fewer = { ...cell, config: { ...config, size: 4 } };
    const result = await resultOf(taking(run, disk, store), store, fewer);
    expect([...disk.logs]).toEqual(held);
    expect(result.made).toMatchObject({ accepted: 4, size: 4 });
    expect(result.training?.basis.examples).toBe(4);
  });

  it("goes on where a kill left half of its log", async () => {
    const { run } = await writtenHere();
    const [store, disk] = [memoryProducts(), fakeDisk()];
    const runs = runsOf(disk);
    const { id } = await runs.open(run.config);
    await runs.append(id, run.entries.slice(0, 5));
    await resultOf(taking(run, disk, store), store);
    expect(disk.logs.get(id)).toEqual(run.entries);
  });

  it.each([
    ["other few-shot rows", { examples: "0000000000000000" }, /out\/batch .*other examples than the cell's/],
    ["another seed", { seed: 2 }, /out\/batch .*another seed/],
    ["another version of the words", { wording: 99 }, /out\/batch .*another version of the task's words/],
  ])("is refused where it follows from %s", async (_, change, message) => {
    const { run } = await writtenHere();
    const disk = fakeDisk();
    const other = { ...run, config: { ...run.config, ...change } };
    await expect(resultOf(taking(other, disk))).rejects.toThrow(message);
    expect([...disk.logs]).toEqual([]);
  });

  it("is refused where the same run is held with other answers", async () => {
    const { run } = await writtenHere();
    const [store, disk] = [memoryProducts(), fakeDisk()];
    await resultOf(taking(run, disk, store), store);
    const other = {
      ...run,
      entries: run.entries.toSpliced(0, 1, { ...(run.entries[0] as LogEntry), label: "Other" } as LogEntry),
    };
    await expect(resultOf(taking(other, disk, store), store)).rejects.toThrow(/held already, with other answers/);
  });
});
