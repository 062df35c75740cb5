// Operations of the worker on graphs as wholes, over a store in memory.

import { describe, expect, it } from "vitest";
import { graphLock, type Turns } from "../../../src/base/locks.ts";
import { readZip } from "../../../src/formats/zip.ts";
import { type GraphStore, memoryGraphStore } from "../../../src/knowledge/graph-store.ts";
import { importGraph } from "../../../src/knowledge/graphs.ts";
import type { RowProgress } from "../../../src/knowledge/row-progress.ts";
import { type CareProcedures, careProcedures } from "../../../src/procedures/graph-care.ts";
import type { CareEvent } from "../../../src/procedures/graph-turns.ts";
import { graphProcedures } from "../../../src/procedures/graphs.ts";
import { edgesFile, fileOf, nodesFile, options } from "../knowledge/rows.ts";
import { collect, memoryTurns, never } from "./memory-ports.ts";

async function setUp(turns?: Turns) {
  const store = memoryGraphStore();
  const files = [
    fileOf("nodes.tsv", nodesFile({ Disease: ["gout", "asthma"], Symptom: ["cough"] })),
    fileOf("edges.tsv", edgesFile("Disease:1 presents Symptom:0")),
  ];
  await collect(importGraph(files, options, store, never));
  return { store, procedures: careProcedures({ graphs: async () => store, ...(turns ? { turns } : {}) }) };
}

/** What comes of work, whatever it tells before. */
async function result<T>(events: AsyncGenerator<CareEvent<T>, void>): Promise<T> {
  for await (const event of events) if (event.type === "done") return event.result;
  throw new Error("expected a result");
}

describe("a graph that is held", () => {
  it("is written as a zip of its two tables, or as one file of JSON-LD, under its name", async () => {
    const { procedures } = await setUp();
    const { name, blob } = await result(procedures.exportGraph({ id: "g", form: "tsv" }, never));
    const entries = await readZip(blob, name, { entries: 10, bytes: 1e6 });
    expect([name, ...entries.map(({ path }) => path)]).toEqual(["Test.zip", "nodes.tsv", "edges.tsv"]);
    const linked = await result(procedures.exportGraph({ id: "g", form: "jsonld" }, never));
    expect(linked.name).toBe("Test.jsonld");
    expect(JSON.parse(await linked.blob.text())["@graph"]).toHaveLength(4);
  });

  it("is renamed, found sound, and put together with a list of names; both stay", async () => {
    const { store, procedures } = await setUp();
    await collect(procedures.renameGraph({ id: "g", name: "Mine" }, never));
    expect(await result(procedures.checkGraph({ id: "g" }, never))).toEqual([]);
    const list = { name: "List", type: "Disease", text: "rickets\nscurvy" };
    const last = (await collect(procedures.importNames(list, never))).at(-1);
    if (last?.type !== "imported") throw new Error("expected a graph");
    const done = (await collect(procedures.mergeGraphs({ first: "g", second: last.graph.id, name: "Both" }, never))).at(-1);
    expect(done).toMatchObject({ type: "done", result: { joined: 0, repeated: 0 } });
    const counts = (await store.list()).map(({ name, nodes }) => [name, nodes.reduce((sum, { count }) => sum + count, 0)]);
    expect(Object.fromEntries(counts)).toEqual({ Mine: 3, List: 2, Both: 5 });
  });

  it("that is not there is named", async () => {
    const { procedures } = await setUp();
    await expect(result(procedures.exportGraph({ id: "x", form: "tsv" }, never))).rejects.toMatchObject({ code: "not-found" });
  });
});

describe("work on a whole graph", () => {
  // 3 nodes and 1 edge; a merge reads the nodes of both graphs twice.
  const works: Readonly<Record<string, { readonly rows: number; readonly begin: Stream }>> = {
    check: { rows: 4, begin: (care, signal) => care.checkGraph({ id: "g" }, signal) },
    "save as tables": { rows: 4, begin: (care, signal) => care.exportGraph({ id: "g", form: "tsv" }, signal) },
    "save as JSON-LD": { rows: 4, begin: (care, signal) => care.exportGraph({ id: "g", form: "jsonld" }, signal) },
    repair: { rows: 8, begin: (care, signal) => care.repairGraph({ id: "g" }, signal) },
    merge: { rows: 14, begin: (care, signal) => care.mergeGraphs({ first: "g", second: "g", name: "Both" }, signal) },
  };

  it.each(Object.entries(works))("%s tells how far it is, up to its last row", async (_, { rows, begin }) => {
    const { procedures } = await setUp();
    const told = (await collect(begin(procedures, never))).filter((event) => event.type === "progress");
    const done = told.map((event) => ("done" in event ? event.done : Number.NaN));
    expect(done).toEqual([...new Set(done)].sort((a, b) => a - b));
    expect(done.at(-1)).toBe(rows);
    expect(told.every((event) => "total" in event && event.total === rows)).toBe(true);
  });

  it.each(Object.entries(works))("%s can be stopped each time that it tells, and changes nothing", async (_, { begin }) => {
    const { store, procedures } = await setUp();
    const before = await store.list();
    const count = (await collect(begin((await setUp()).procedures, never))).filter(({ type }) => type === "progress").length;
    for (let at = 1; at <= count; at++) {
      const stop = new AbortController();
      const stopped = (async () => {
        let told = 0;
        for await (const { type } of begin(procedures, stop.signal)) if (type === "progress" && ++told === at) stop.abort();
      })();
      await expect(stopped).rejects.toMatchObject({ code: "aborted" });
      expect(await store.list()).toEqual(before);
    }
  });
});

type Stream = (procedures: CareProcedures, signal: AbortSignal) => AsyncGenerator<{ readonly type: string } | RowProgress, void>;

describe("what writes a graph", () => {
  const writers: Readonly<Record<string, Stream>> = {
    rename: (care, signal) => care.renameGraph({ id: "g", name: "Mine" }, signal),
    repair: (care, signal) => care.repairGraph({ id: "g" }, signal),
    merge: (care, signal) => care.mergeGraphs({ first: "g", second: "g", name: "Both" }, signal),
  };
  const remove = (store: GraphStore, turns: Turns, signal: AbortSignal) =>
    graphProcedures({ graphs: async () => store, appFile: async () => new Blob(), turns }).deleteGraph({ id: "g" }, signal);

  it.each([...Object.keys(writers), "delete"])(
    "%s waits for its turn, can be stopped while it waits, and then changes nothing",
    async (kind) => {
      const turns = memoryTurns();
      const { store, procedures } = await setUp(turns);
      const begin = (signal: AbortSignal) => writers[kind]?.(procedures, signal) ?? remove(store, turns, signal);
      const before = await store.list();
      const release = await turns.ifFree(graphLock);
      const stop = new AbortController();
      const stopped = begin(stop.signal);
      expect((await stopped.next()).value).toEqual({ type: "waiting" });
      const next = stopped.next();
      const waits = begin(never);
      expect((await waits.next()).value).toEqual({ type: "waiting" });
      stop.abort();
      await expect(next).rejects.toThrow("stopped");
      expect(await store.list()).toEqual(before);
      release?.();
      expect((await collect(waits)).map(({ type }) => type).filter((type) => type !== "progress")).toEqual(["begun", "done"]);
      const free = await turns.ifFree(graphLock);
      expect(free).toBeDefined(); // the turn was given back
    },
  );

  it("gives its turn back where it fails", async () => {
    const turns = memoryTurns();
    const { procedures } = await setUp(turns);
    await expect(collect(procedures.renameGraph({ id: "x", name: "Mine" }, never))).rejects.toMatchObject({ code: "not-found" });
    expect(await turns.ifFree(graphLock)).toBeDefined();
  });
});
