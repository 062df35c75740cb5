// The contract of the stores on any IndexedDB: run in Node on fake-indexeddb and in a real browser.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { logFormat } from "../../../src/generate/log.ts";
import { type FlatRunConfig, runId } from "../../../src/generate/run-config.ts";
import { columnGraph } from "../../../src/knowledge/graph/column-graph.ts";
import { graphBuilder } from "../../../src/knowledge/graph-builder.ts";
import { type Db, deleteDb, type GraphRecord, openDb } from "../../../src/store/db.ts";
import { graphStore, sweepImports } from "../../../src/store/graph-store.ts";
import { forgetMeasurements, keepMeasurement, readMeasurements } from "../../../src/store/measurements.ts";
import { runLog } from "../../../src/store/run-log.ts";
import { write } from "../../../src/store/transaction.ts";
import recorded from "../../fixtures/store-2/expected.json";
import { barrier, drive, feedbackOf, sit, twoRoundsConfig } from "../generate/two-rounds.ts";
import { entries, entry, runConfig } from "./log-rows.ts";
import { notebookContract } from "./notebook-contract.ts";

export async function collect<T>(from: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of from) all.push(item);
  return all;
}

let names = 0;

export function storeContract(): void {
  let db: Db;
  beforeEach(async () => {
    db = await openDb(`test-${Date.now()}-${names++}`);
  });
  afterEach(async () => {
    const { name } = db;
    db.close();
    await deleteDb(name);
  });

  const reopen = async () => {
    const { name } = db;
    db.close();
    db = await openDb(name);
  };

  const rowsIn = async (store: "log" | "columns" | "imports" | "datasets" | "products") => db.count(store);

  describe("measurements", () => {
    const engine = { kind: "engine", model: "m", engine: "batch", tokensPerSecond: 80, measuredAt: 1 } as const;
    const training = { kind: "training", device: "wasm", gflops: 40, measuredAt: 1 } as const;

    it("are kept across reopening, the newest of the same engine and model or device and path", async () => {
      for (const one of [engine, { ...engine, engine: "wllama" }, { ...engine, model: "n" }, training])
        await keepMeasurement(db, one);
      await keepMeasurement(db, { ...engine, tokensPerSecond: 90, measuredAt: 2 });
      await keepMeasurement(db, { ...training, device: "webgpu", gflops: 400 });
      await keepMeasurement(db, { ...training, device: "webgpu", path: "program", gflops: 800 });
      await keepMeasurement(db, { ...training, device: "webgpu", path: "program", gflops: 900 });
      await reopen();
      const { engines, training: trained } = await readMeasurements(db);
      expect(engines.map((e) => [e.model, e.engine, e.tokensPerSecond])).toEqual([
        ["m", "batch", 90],
        ["m", "wllama", 80],
        ["n", "batch", 80],
      ]);
      expect(trained.map((t) => [t.device, t.gflops])).toEqual([
        ["wasm", 40],
        ["webgpu", 400],
        ["webgpu", 900],
      ]);
    });

    it("are all forgotten", async () => {
      await keepMeasurement(db, engine);
      await forgetMeasurements(db);
      expect(await readMeasurements(db)).toEqual({ engines: [], training: [] });
    });
  });

  describe("the run log", () => {
    it("begins at 0, goes on after reopening where it was, and gives the entries back in order", async () => {
      const { id, next } = await runLog(db, logFormat).open(runConfig);
      expect([id, next]).toEqual([await runId(runConfig), 0]);
      await runLog(db, logFormat).append(id, entries(0, 3));
      await reopen();
      expect((await runLog(db, logFormat).open(runConfig)).next).toBe(3);
      await runLog(db, logFormat).append(id, entries(3, 700)); // more than a read takes at once
      expect(await collect(runLog(db, logFormat).read(id))).toEqual(entries(0, 700));
      expect((await runLog(db, logFormat).get(id))?.next).toBe(700);
    });

    it("keeps the larger size", async () => {
      const log = runLog(db, logFormat);
      await log.open({ ...runConfig, size: 60 });
      expect((await log.open({ ...runConfig, size: 20 })).config.size).toBe(60);
      expect((await log.open({ ...runConfig, size: 200 })).config.size).toBe(200);
      expect(await log.list()).toHaveLength(1);
    });

    it("keeps the day of the first opening that named one", async () => {
      const log = runLog(db, logFormat);
      const { id, config } = await log.open(runConfig);
      expect("date" in config).toBe(false);
      expect(await log.open({ ...runConfig, date: "2026-11-27" })).toMatchObject({ id, config: { date: "2026-11-27" } });
      await reopen();
      const again = await runLog(db, logFormat).open({ ...runConfig, date: "2026-11-28" });
      expect(again).toMatchObject({ id, config: { date: "2026-11-27" } });
      expect(await runLog(db, logFormat).open(runConfig)).toEqual(again);
    });

    it.each([
      ["a gap", entries(3, 5)],
      ["an overlap", entries(1, 4)],
      ["a gap inside", [entry(2), entry(4)]],
      ["the same twice", [entry(2), entry(2)]],
    ])("refuses %s and stays as it was", async (_, wrong) => {
      const log = runLog(db, logFormat);
      const { id } = await log.open(runConfig);
      await log.append(id, entries(0, 2));
      await expect(log.append(id, wrong)).rejects.toThrow(/append: got entry \d, expected \d/);
      expect((await log.get(id))?.next).toBe(2);
      expect(await collect(log.read(id))).toEqual(entries(0, 2));
    });

    it("writes nothing of a batch that holds what cannot be stored", async () => {
      const log = runLog(db, logFormat);
      const { id } = await log.open(runConfig);
      const odd = { ...entry(1), label: (() => 0) as unknown as string };
      await expect(log.append(id, [entry(0), odd])).rejects.toThrow();
      expect([(await log.get(id))?.next, await rowsIn("log")]).toEqual([0, 0]);
    });

    it("keeps two runs apart, and deletes one with its log alone", async () => {
      const log = runLog(db, logFormat);
      const a = await log.open(runConfig);
      const b = await log.open({ ...runConfig, seed: 2 });
      await Promise.all([log.append(a.id, entries(0, 4)), log.append(b.id, entries(0, 6))]);
      await log.delete(a.id);
      expect([await log.get(a.id), await collect(log.read(a.id))]).toEqual([undefined, []]);
      expect(await collect(log.read(b.id))).toHaveLength(6);
    });

    it("stores the beginning that prompts share once, and reads every prompt whole", async () => {
      const log = runLog(db, logFormat);
      const { id } = await log.open(runConfig);
      await log.append(id, entries(0, 2));
      await reopen();
      await runLog(db, logFormat).append(id, entries(2, 300));
      expect(await rowsIn("log")).toBe(301);
      const rows = JSON.stringify(await db.getAll("log"));
      expect(rows.split("the same for all")).toHaveLength(2);
      expect(await collect(runLog(db, logFormat).read(id))).toEqual(entries(0, 300));
    });

    it("keeps feedback in its place, beside the attempts' own indices", async () => {
      const log = runLog(db, logFormat);
      const { id } = await log.open(runConfig);
      const feedback = { type: "feedback", after: 2, demonstrations: [{ kind: "token", text: "x", spans: [] }] } as const;
      await log.append(id, [...entries(0, 3), feedback]);
      await log.append(id, entries(3, 400));
      await reopen();
      expect(await runLog(db, logFormat).get(id)).toMatchObject({ next: 400, feedback: 1 });
      expect(await collect(runLog(db, logFormat).read(id))).toEqual([...entries(0, 3), feedback, ...entries(3, 400)]);
      await expect(runLog(db, logFormat).append(id, entries(401, 402))).rejects.toThrow("append: got entry 401, expected 400");
    });

    it("opens a run of 0.1.0 under its id, reads its entries and goes on behind them", async () => {
      const [old] = recorded.runs;
      const turns = [
        { messages: [{ role: "user", content: "whole" }], text: "t", promptTokens: 1, completionTokens: 1 },
      ] as const;
      const flat = { type: "rejected", index: 0, label: "Disease", turns, style: "letter", reason: "empty" } as const;
      await db.put("runs", { ...old!, config: old!.config as FlatRunConfig, next: 1 });
      await db.put("log", flat, [old!.id, 0]);
      const log = runLog(db, logFormat);
      const config = (await log.get(old!.id))!.config;
      expect(await log.open({ ...config, size: 99 })).toMatchObject({ id: old!.id, next: 1, config: { size: 99 } });
      await log.append(old!.id, [entry(1)]);
      const { type, index, label, reason, style } = flat;
      const first = { type, index, label, origin: { kind: "prompted", turns, style }, reason };
      expect(await collect(log.read(old!.id))).toEqual([first, entry(1)]);
    });

    it("holds the same bytes of a run of two rounds, unbroken or killed before, at and after its barrier", async () => {
      const id = await runId(twoRoundsConfig);
      const rows = async () => JSON.stringify([await db.getAllKeys("log"), await db.getAll("log"), await db.getAll("runs")]);
      await drive(runLog(db, logFormat), id);
      const whole = await rows();
      expect(whole).toContain('"type":"feedback"');
      for (const stops of [[2], [0], [0, 1], [0, 4]]) {
        await runLog(db, logFormat).delete(id);
        for (const stop of stops) {
          const log = runLog(db, logFormat);
          const { next } = await log.open(twoRoundsConfig);
          const feedback = next > 0 ? { feedback: await feedbackOf(log, id, barrier) } : {};
          await sit(log, { ...feedback, ...(stop > 0 ? { stopAfter: stop } : {}) });
          await reopen();
        }
        expect(await rows()).not.toBe(whole);
        await drive(runLog(db, logFormat), id);
        expect(await rows()).toBe(whole);
      }
    });

    it("will not append to a run that was never opened", async () => {
      await expect(runLog(db, logFormat).append("nope", entries(0, 1))).rejects.toThrow(/no run "nope"/);
    });
  });

  describe("a write", () => {
    it("is undone as a whole when it fails half way, and tells a full disk from a bug", async () => {
      const full = write(db, ["notebooks"], "save it", async (tx) => {
        await tx.objectStore("notebooks").put({ id: "x" });
        throw new DOMException("no room", "QuotaExceededError");
      });
      await expect(full).rejects.toMatchObject({ code: "quota-exceeded", place: { what: "save it" } });
      expect(await db.get("notebooks", "x")).toBeUndefined();
      await expect(write(db, ["notebooks"], "save it", () => Promise.reject(new TypeError("bug")))).rejects.toThrow(TypeError);
    });

    it("says that there is no storage once the connection is gone", async () => {
      const other = await openDb(db.name);
      other.close();
      const late = write(other, ["notebooks"], "save it", async () => undefined);
      await expect(late).rejects.toMatchObject({ code: "storage-unavailable" });
    });
  });

  describe("graphs", () => {
    const nodes = ["gout", "asthma", "fever", "cough", "pain"].map((name, i) => ({
      id: `N:${i}`,
      type: i < 2 ? "Disease" : "Symptom",
      name,
      source: i === 0 ? "Disease Ontology" : "Hetionet",
      licence: "CC0-1.0",
    }));

    async function put(id: string, take: typeof nodes) {
      const builder = graphBuilder({ nodeRows: 2, edgeRows: 2 });
      const writer = await graphStore(db).write();
      for (const node of take) {
        const added = builder.node(node);
        if (typeof added !== "boolean") await writer.put([added]);
      }
      const edge = { head: "N:0", relation: "presents", tail: "N:4", source: "Hetionet", licence: "CC0-1.0" };
      builder.edge(edge, builder.find("N:0"), builder.find("N:4"));
      await writer.put(builder.rest());
      return { writer, manifest: builder.manifest(id, "Test") };
    }

    it("are read back after reopening, by type and by relation", async () => {
      const { writer, manifest } = await put("g", nodes);
      await writer.commit(manifest);
      await reopen();
      const stored = await graphStore(db).open("g");
      const graph = columnGraph(stored!);
      const symptoms = { kind: "nodes", types: ["Symptom", "Disease"] } as const;
      expect(await graph.count(symptoms)).toBe(5);
      expect((await graph.at(symptoms, [4, 0, 2, 3])).map((t) => t.entities[0]?.name)).toEqual([
        "asthma",
        "fever",
        "pain",
        "gout",
      ]);
      expect([...(await graph.links(["Symptom", "Disease"]))]).toEqual([0, 0, 1, 1, 0]);
      const presents = { kind: "edges", relation: "presents", head: "Disease", tail: "Symptom" } as const;
      expect((await graph.at(presents, [0]))[0]).toEqual({
        entities: [
          { id: "N:0", name: "gout", type: "Disease" },
          { id: "N:4", name: "pain", type: "Symptom" },
        ],
        relation: "presents",
        source: "kg",
        provenance: { source: "Hetionet", licence: "CC0-1.0" },
      });
    });

    it("show nothing of an import before it is whole, and leave nothing of one given up", async () => {
      const store = graphStore(db);
      const { writer } = await put("g", nodes);
      expect([await store.list(), await store.open("g")]).toEqual([[], undefined]);
      await writer.discard();
      expect([await rowsIn("columns"), await rowsIn("imports")]).toEqual([0, 0]);
    });

    it("are replaced in one step: the rows of the one before are gone", async () => {
      const first = await put("g", nodes);
      await first.writer.commit(first.manifest);
      const old = columnGraph((await graphStore(db).open("g"))!);
      const second = await put(
        "g",
        nodes.filter((n) => n.id !== "N:2"),
      );
      await second.writer.commit(second.manifest);
      const fresh = columnGraph((await graphStore(db).open("g"))!);
      expect(await fresh.count({ kind: "nodes", types: ["Symptom"] })).toBe(2);
      expect(await rowsIn("columns")).toBe(5); // Disease, Symptom, the links of each, presents
      await expect(old.at({ kind: "nodes", types: ["Symptom"] }, [0])).rejects.toMatchObject({ code: "not-found" });
    });

    it("that a killed tab left unfinished are swept, finished ones are kept", async () => {
      const done = await put("done", nodes);
      await done.writer.commit(done.manifest);
      const before = await rowsIn("columns");
      // As a killed tab leaves it: a storage id that no lock holds, and some of its chunks.
      await db.put("imports", { storage: "dead", startedAt: 0 });
      await db.put("columns", { heads: new Uint32Array(1), tails: new Uint32Array(1), provenance: new Uint16Array(1) }, [
        "dead",
        "c",
        0,
      ]);
      expect(await sweepImports(db)).toBe(1);
      expect([await rowsIn("columns"), await rowsIn("imports")]).toEqual([before, 0]);
      expect(await sweepImports(db)).toBe(0);
    });

    it("that the version before kept unpacked are read as they lie, and beside packed ones", async () => {
      const { writer, manifest } = await put("g", nodes);
      await writer.commit(manifest);
      const { storage } = (await db.get("graphs", "g")) as GraphRecord;
      const presents = "edge\tDisease\tpresents\tSymptom";
      const kept = { heads: Uint32Array.of(1), tails: Uint32Array.of(0), provenance: Uint16Array.of(1) };
      await db.put("columns", kept, [storage, presents, 0]);
      const graph = columnGraph((await graphStore(db).open("g"))!);
      const [topic] = await graph.at({ kind: "edges", relation: "presents", head: "Disease", tail: "Symptom" }, [0]);
      expect(topic?.entities.map(({ name }) => name)).toEqual(["asthma", "fever"]);
      expect(topic?.provenance?.source).toBe("Hetionet");
    });

    it("are deleted with their rows", async () => {
      const { writer, manifest } = await put("g", nodes);
      await writer.commit(manifest);
      await graphStore(db).delete("g");
      expect([await graphStore(db).list(), await rowsIn("columns")]).toEqual([[], 0]);
    });
  });

  notebookContract({ db: () => db, reopen, rowsIn });
}
