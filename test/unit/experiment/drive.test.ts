// The driver computes what is missing and nothing else: killed at every event, extended, shared between cells.

import { describe, expect, it, vi } from "vitest";
import { ClinfuseError } from "../../../src/base/errors.ts";
import { rng } from "../../../src/base/rng.ts";
import { summaryOf } from "../../../src/experiment/cell-summary.ts";
import { drive } from "../../../src/experiment/drive.ts";
import type { CellResult, DriveEvent, DriveOptions } from "../../../src/experiment/drive-cell.ts";
import { type Plan, planOfOne, sameSeeds } from "../../../src/experiment/plan.ts";
import { presetConfig } from "../../../src/experiment/presets.ts";
import type { ProductStore } from "../../../src/experiment/product.ts";
import { type FakeDisk, fakeDisk, fakePorts } from "./fake-plan.ts";
import { memoryProducts } from "./memory-products.ts";

const never = new AbortController().signal;
const config = presetConfig("small", { task: "bc5cdr-disease", source: "clingen", size: 10 });
const one = planOfOne(config, "place");

const cell = (changes: Parameters<typeof presetConfig>[1], place: string, keepModel = false) => ({
  config: presetConfig("small", { size: 10, ...changes }),
  seeds: sameSeeds(changes.seed ?? 1),
  keepModel,
  place,
});

async function all(plan: Plan, store: ProductStore, disk: FakeDisk, options?: DriveOptions): Promise<DriveEvent[]> {
  const events: DriveEvent[] = [];
  for await (const event of drive(plan, store, fakePorts(disk), never, options)) events.push(event);
  return events;
}

const resultsOf = (events: readonly DriveEvent[]): CellResult[] =>
  events.flatMap((event) => (event.type === "result" ? [event.result] : []));

/** Times differ from sitting to sitting. */
const timeless = (results: readonly CellResult[]) =>
  JSON.parse(JSON.stringify(results, (key, value) => (key === "milliseconds" || key === "spent" ? 0 : value)));

describe("one cell", () => {
  it("ends with what the log, the model and the scores say", async () => {
    const disk = fakeDisk();
    const [result] = resultsOf(await all(one, memoryProducts(), disk));
    expect(result?.made).toMatchObject({ accepted: 10, rejected: { truncated: 4 }, size: 10 });
    expect(disk.logs.get(result?.made?.run ?? "")).toHaveLength(14);
    expect(result?.training?.model).toBe("place");
    expect(Object.keys(result?.training?.results ?? {})).toEqual(["few", "synthetic"]);
    expect(result?.training?.history.filter((e) => e.type === "step")).toHaveLength(3 * 1 + 2 * 2);
    expect(result?.training?.results.few?.predicted[0]).not.toHaveProperty("text");
  });

  it("driven again computes nothing and gives the same", async () => {
    const [store, disk] = [memoryProducts(), fakeDisk()];
    const first = resultsOf(await all(one, store, disk));
    const before = structuredClone(disk.computed);
    const second = await all(one, store, disk);
    expect(disk.computed).toEqual(before);
    expect(timeless(resultsOf(second))).toEqual(timeless(first));
    expect(second.filter((e) => e.type === "step")).toEqual([]);
  });

  it.each([true, false])("tells the same times when it is found again (model kept: %s)", async (keepModel) => {
    let now = 0;
    const clock = vi.spyOn(performance, "now").mockImplementation(() => (now += 1000)); // no two looks at the clock are alike
    const plan = { cells: [{ ...(one.cells[0] as (typeof one.cells)[number]), keepModel }] };
    const [store, disk] = [memoryProducts(), fakeDisk()];
    const [first] = resultsOf(await all(plan, store, disk));
    const [second] = resultsOf(await all(plan, store, disk));
    clock.mockRestore();
    expect(Object.values(first?.spent ?? {}).every((ms) => ms > 0)).toBe(true);
    expect(second?.spent).toEqual(first?.spent);
  });

  it("killed at any event it goes on to the same, and no text, model or score is made twice", async () => {
    const whole = fakeDisk();
    const events = await all(one, memoryProducts(), whole);
    const expected = timeless(resultsOf(events));
    for (let stop = 1; stop < events.length; stop++) {
      const [store, disk] = [memoryProducts(), fakeDisk()];
      const killed = drive(one, store, fakePorts(disk), never);
      for (let i = 0; i < stop; i++) await killed.next(); // and never again: a kill runs no clean-up
      const told = events.slice(0, stop);
      const gathered = told.some((e) => e.type === "product" && e.kind === "knowledge");
      const saved = told.some((e) => e.type === "training" && e.training.model !== undefined);
      const before = structuredClone(disk.computed);
      const second = await all(one, store, disk);
      expect(timeless(resultsOf(second)), `killed after event ${stop}`).toEqual(expected);
      expect(disk.computed.attempts, `killed after event ${stop}`).toBe(whole.computed.attempts);
      if (gathered) expect(disk.computed.gathered).toBe(1);
      if (saved) expect(disk.computed.steps, `killed after event ${stop}`).toEqual(before.steps);
    }
  }, 60_000);

  it("killed a hundred times at random moments, many of them in one run, it leaves the same bytes: log, weights and answers", async () => {
    const bytes = (store: ReturnType<typeof memoryProducts>, disk: FakeDisk, results: readonly CellResult[]) => ({
      logs: JSON.stringify([...disk.logs]),
      models: [...disk.models].map(([name, weights]) => [name, [...new Uint32Array(weights.slice().buffer)]]),
      products: [...store.kept.keys()].sort(),
      results: timeless(results),
    });
    const [whole, unbroken] = [memoryProducts(), fakeDisk()];
    const events = await all(one, whole, unbroken);
    const expected = bytes(whole, unbroken, resultsOf(events));
    const random = rng("kills", 1);
    let [kills, runs] = [0, 0];
    while (kills < 100) {
      const [store, disk] = [memoryProducts(), fakeDisk()];
      for (let left = 1 + random.int(9); left > 0; left--) {
        const killed = drive(one, store, fakePorts(disk), never);
        const moment = 1 + random.int(events.length - 1);
        let ended = false;
        for (let i = 0; i < moment && !ended; i++) ended = (await killed.next()).done === true; // and never again: a kill runs no clean-up
        if (!ended) kills++;
      }
      expect(bytes(store, disk, resultsOf(await all(one, store, disk))), `run ${++runs}, after ${kills} kills`).toEqual(expected);
    }
    expect(kills).toBeGreaterThanOrEqual(100);
  }, 60_000);

  it("left by its reader it keeps how long it took so far", async () => {
    const [store, disk] = [memoryProducts(), fakeDisk()];
    for await (const event of drive(one, store, fakePorts(disk), never)) {
      if (event.type === "generate" && event.event.type === "accepted") break;
    }
    const made = [...store.kept.values()].find((p) => p.kind === "made");
    expect(made?.state).toBe("begun");
    expect(made?.kind === "made" && disk.logs.has(made.value.run)).toBe(true);
  });

  it("a larger size writes the rest, and trains anew on the longer list", async () => {
    const [store, disk] = [memoryProducts(), fakeDisk()];
    await all(one, store, disk);
    const longer = planOfOne({ ...config, size: 14 }, "place");
    const [result] = resultsOf(await all(longer, store, disk));
    expect(disk.computed.attempts).toBe(20);
    expect(result?.made?.accepted).toBe(14);
    expect(result?.training?.basis.examples).toBe(14);
    const computed = structuredClone(disk.computed);
    const [shorter] = resultsOf(await all(one, store, disk));
    expect(shorter?.made).toMatchObject({ accepted: 10, rejected: { truncated: 4 } });
    expect(disk.computed).toEqual(computed);
  });

  it("stops at its target", async () => {
    const [store, disk] = [memoryProducts(), fakeDisk()];
    const [knowledge] = resultsOf(await all(one, store, disk, { until: "knowledge" }));
    expect(knowledge).toMatchObject({ knowledge: { styles: [{ name: "style 1" }] } });
    expect(disk.computed).toMatchObject({ gathered: 1, attempts: 0 });
    await all(one, store, disk, { until: "made" });
    expect(disk.computed).toMatchObject({ gathered: 1, attempts: 14, steps: { few: 0 } });
    await all(one, store, disk);
    expect(disk.computed).toMatchObject({ gathered: 1, attempts: 14, steps: { few: 3, synthetic: 4 } });
  });

  it("knowledge that the user edited is another run", async () => {
    const [store, disk] = [memoryProducts(), fakeDisk()];
    const [gathered] = resultsOf(await all(one, store, disk, { until: "made" }));
    const knowledge = { topics: {}, styles: [{ name: "my own", source: "user" as const }], lexicon: [] };
    const [edited] = resultsOf(await all(one, store, disk, { until: "made", knowledge }));
    expect(edited?.made?.run).not.toBe(gathered?.made?.run);
    expect(disk.logs.size).toBe(2);
  });

  it("a model whose files are gone is trained again, and one that was never scored is scored alone", async () => {
    const [store, disk] = [memoryProducts(), fakeDisk()];
    const expected = timeless(resultsOf(await all(one, store, disk)));
    disk.models.clear();
    expect(timeless(resultsOf(await all(one, store, disk)))).toEqual(expected);
    expect(disk.computed.steps).toEqual({ few: 6, synthetic: 8 });
    for (const [key, { kind }] of store.kept) {
      if (kind === "scores" || kind === "predictions") (store.kept as Map<string, unknown>).delete(key);
    }
    const [scored] = resultsOf(await all(one, store, disk));
    expect(scored?.training?.results.synthetic).toEqual(expected[0].training.results.synthetic);
    expect(disk.computed.steps).toEqual({ few: 6, synthetic: 8 });
  });

  it("asked to train again it does, and the model before stays until the new one is whole", async () => {
    const [store, disk] = [memoryProducts(), fakeDisk()];
    await all(one, store, disk);
    for await (const event of drive(one, store, fakePorts(disk), never, { again: true })) {
      if (event.type === "train" && event.event.type === "step") break;
    }
    expect([...store.kept.values()].find((p) => p.kind === "model" && p.value.name)?.state).toBe("whole");
    await all(one, store, disk, { again: true });
    expect(disk.computed.steps.synthetic).toBe(8);
  });
});

describe("cells of one few-shot set", () => {
  const plan: Plan = {
    cells: [
      cell({ task: "bc5cdr-disease", source: "clingen" }, "a"),
      cell({ task: "bc5cdr-disease", source: "zerogen" }, "b"),
      cell({ task: "bc5cdr-disease", source: "zerogen", seed: 2 }, "c"),
    ],
  };

  it("train stage I once a training seed, and end as each would alone", async () => {
    const disk = fakeDisk();
    const together = resultsOf(await all(plan, memoryProducts(), disk));
    expect(disk.computed.steps).toEqual({ few: 6, synthetic: 12 });
    expect(disk.computed.predictions).toBe(5);
    for (const [i, of] of plan.cells.entries()) {
      const [alone] = resultsOf(await all({ cells: [of] }, memoryProducts(), fakeDisk()));
      expect(timeless([together[i] as CellResult]), `cell ${i}`).toEqual(timeless([alone as CellResult]));
    }
  });

  it("count stage I in the time of each, whichever trained it, and once where a training was left", async () => {
    const [store, disk] = [memoryProducts(), fakeDisk()];
    const [first, second] = plan.cells as [Plan["cells"][0], Plan["cells"][0]];
    const stageOne = (await all({ cells: [first, second] }, store, disk)).find((e) => e.type === "product" && e.kind === "model");
    const kept = stageOne?.type === "product" ? await store.find("model", stageOne.key) : undefined;
    if (!kept) throw new Error("stage I was not kept");
    await store.put({ ...kept, milliseconds: 60_000 });
    const third = { ...second, config: { ...second.config, size: 12 }, place: "d" };
    const cells = [first, third];
    const left = drive({ cells }, store, fakePorts(disk), never);
    for await (const event of left)
      if (event.type === "train" && event.event.type === "step" && event.event.stage === "synthetic") break;
    for (let i = 0; i < 2; i++) {
      const [, result] = resultsOf(await all({ cells }, store, disk));
      expect(result?.spent.train).toBeGreaterThanOrEqual(60_000);
      expect(result?.spent.train).toBeLessThan(120_000);
    }
    expect(disk.computed.steps.few).toBe(3);
  });

  it("killed at any event they train stage I once all the same", async () => {
    const short: Plan = { cells: plan.cells.slice(0, 2) };
    const events = await all(short, memoryProducts(), fakeDisk());
    const first = events.findIndex((e) => e.type === "product" && e.kind === "scores");
    for (let stop = first + 1; stop < events.length; stop++) {
      const [store, disk] = [memoryProducts(), fakeDisk()];
      const killed = drive(short, store, fakePorts(disk), never);
      for (let i = 0; i < stop; i++) await killed.next();
      const second = await all(short, store, disk);
      expect(timeless(resultsOf(second)), `killed after event ${stop}`).toEqual(timeless(resultsOf(events)));
      expect(disk.computed.steps.few, `killed after event ${stop}`).toBe(3);
    }
  }, 60_000);
});

describe("shares of one set", () => {
  const share = (percent: number) => {
    const { config: of, ...rest } = cell({ task: "bc5cdr-disease", source: "clingen" }, `share-${percent}`);
    return { ...rest, config: percent === 100 ? of : { ...of, share: percent } };
  };

  it("make the set and stage I once, and train stage II on its beginning", async () => {
    const [store, disk] = [memoryProducts(), fakeDisk()];
    const results = resultsOf(await all({ cells: [share(20), share(50), share(100)] }, store, disk));
    expect(results.map(({ training }) => training?.basis.examples)).toEqual([2, 5, 10]);
    expect(results.map(({ made }) => made?.accepted)).toEqual([10, 10, 10]);
    expect(new Set(results.map(({ made }) => made?.run)).size).toBe(1);
    expect(disk.computed.attempts).toBe(14);
    expect(disk.computed.steps.few).toBe(3);
    expect(new Set(results.map(({ predictions }) => predictions)).size).toBe(3);
    const [first, , whole] = results.map(summaryOf);
    expect(first?.learnt).toBe(2);
    expect(whole).not.toHaveProperty("learnt");
    const alone = resultsOf(await all({ cells: [share(100)] }, memoryProducts(), fakeDisk()));
    expect(results[2]?.predictions).toBe(alone[0]?.predictions);
  });

  it("name predictions that the store has", async () => {
    const store = memoryProducts();
    const [result] = resultsOf(await all({ cells: [share(50)] }, store, fakeDisk()));
    const found = await store.find("predictions", summaryOf(result as CellResult).judged?.predictions ?? "");
    expect(found?.value).toEqual(result?.training?.results.synthetic?.predicted);
  });
});

describe("a source that is a way of training", () => {
  const cells = [cell({ task: "bc5cdr-disease", source: "none" }, "a"), cell({ task: "bc5cdr-disease", source: "seqmix" }, "b")];

  it("makes nothing and trains a stage II of its own after the shared stage I", async () => {
    const [store, disk] = [memoryProducts(), fakeDisk()];
    const [few, mixed] = resultsOf(await all({ cells }, store, disk));
    expect(few?.training?.results.synthetic).toBeUndefined();
    expect(mixed?.made).toBeUndefined();
    expect(disk.logs.size).toBe(0);
    expect(disk.computed).toMatchObject({ attempts: 0, opened: 0, steps: { few: 3, synthetic: 4 } }); // 5 + 10 examples, 2 epochs
    expect(mixed?.training?.results.few).toEqual(few?.training?.results.few);
    expect(mixed?.training?.remarks?.[0]).toMatch(/^SeqMix made 10 sequences/);
    expect(summaryOf(mixed as CellResult)).toMatchObject({ run: undefined, accepted: 0, rejected: {} });
    const computed = structuredClone(disk.computed);
    const again = resultsOf(await all({ cells }, store, disk));
    expect(disk.computed).toEqual(computed);
    expect(timeless(again)).toEqual(timeless([few as CellResult, mixed as CellResult]));
  });

  it("keeps its remarks to itself: stage I is other cells' too", async () => {
    const [mixed, few] = resultsOf(await all({ cells: [...cells].reverse() }, memoryProducts(), fakeDisk()));
    expect(mixed?.training?.remarks).toEqual(expect.arrayContaining([expect.stringMatching(/^SeqMix/)]));
    expect(few?.training?.remarks ?? []).not.toEqual(expect.arrayContaining([expect.stringMatching(/^SeqMix/)]));
    expect(few?.training?.results.few).toEqual(mixed?.training?.results.few);
  });

  it("with another size trains stage II anew, and stage I not", async () => {
    const [store, disk] = [memoryProducts(), fakeDisk()];
    await all({ cells }, store, disk);
    const more = cells.map((of) => ({ ...of, config: { ...of.config, size: 20 } }));
    const [, mixed] = resultsOf(await all({ cells: more }, store, disk));
    expect(mixed?.training?.basis.training?.size).toBe(20);
    expect(disk.computed.steps).toEqual({ few: 3, synthetic: 4 + 2 * Math.ceil(25 / 8) });
  });
});

describe("a cell that fails", () => {
  const plan: Plan = {
    cells: [cell({ task: "bc5cdr-disease", source: "clingen" }, "a"), cell({ task: "bc5cdr-disease", source: "zerogen" }, "b")],
  };
  const broken = (disk: FakeDisk) => {
    const ports = fakePorts(disk);
    let left = 1;
    const generate: typeof ports.pipeline.generate = async function* (request, signal) {
      if (left-- > 0) throw new ClinfuseError("out-of-memory", "no room", { what: "the model" });
      yield* ports.pipeline.generate(request, signal);
    };
    return { ...ports, pipeline: { ...ports.pipeline, generate } };
  };

  it("is told, and the next is computed; driven again it alone is computed", async () => {
    const [store, disk] = [memoryProducts(), fakeDisk()];
    const events: DriveEvent[] = [];
    for await (const event of drive(plan, store, broken(disk), never, { keepGoing: true })) events.push(event);
    const failed = events.filter((e) => e.type === "failed");
    expect(failed).toEqual([
      { type: "failed", cell: 0, failure: { code: "out-of-memory", message: "no room", place: { what: "the model" } } },
    ]);
    expect(events.filter((e) => e.type === "result").map((e) => e.cell)).toEqual([1]);
    const again = await all(plan, store, disk, { keepGoing: true });
    expect(again.filter((e) => e.type === "result").map((e) => e.cell)).toEqual([0, 1]);
    expect(new Set(again.filter((e) => e.type === "step").map((e) => e.cell))).toEqual(new Set([0]));
  });

  it("ends the plan where it is not told to keep going", async () => {
    const run = async () => {
      for await (const _ of drive(plan, memoryProducts(), broken(fakeDisk()), never)) void _;
    };
    await expect(run()).rejects.toMatchObject({ code: "out-of-memory" });
  });

  it("does not keep going after a stop", async () => {
    const controller = new AbortController();
    const ports = fakePorts(fakeDisk());
    const stopped: typeof ports = {
      ...ports,
      pipeline: {
        ...ports.pipeline,
        // biome-ignore lint/correctness/useYield: it stops before its first event
        async *generate() {
          controller.abort();
          throw new ClinfuseError("aborted", "stopped");
        },
      },
    };
    const events: DriveEvent[] = [];
    const run = async () => {
      for await (const event of drive(plan, memoryProducts(), stopped, controller.signal, { keepGoing: true }))
        events.push(event);
    };
    await expect(run()).rejects.toMatchObject({ code: "aborted" });
    expect(events.filter((e) => e.type === "cell")).toHaveLength(1);
  });
});
