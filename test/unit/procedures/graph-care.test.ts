// Operations of the worker on graphs as wholes, over a store in memory.

import { describe, expect, it } from "vitest";
import { graphLock, type Turns } from "../../../src/base/locks.ts";
import { readZip } from "../../../src/formats/zip.ts";
import { type GraphStore, memoryGraphStore } from "../../../src/knowledge/graph-store.ts";
import { importGraph } from "../../../src/knowledge/graphs.ts";
import { type CareProcedures, careProcedures } from "../../../src/procedures/graph-care.ts";
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

describe("a graph that is held", () => {
  it("is written as a zip of its two tables, or as one file of JSON-LD, under its name", async () => {
    const { procedures } = await setUp();
    const { name, blob } = await procedures.exportGraph({ id: "g", form: "tsv" }, never);
    const entries = await readZip(blob, name, { entries: 10, bytes: 1e6 });
    expect([name, ...entries.map(({ path }) => path)]).toEqual(["Test.zip", "nodes.tsv", "edges.tsv"]);
    const linked = await procedures.exportGraph({ id: "g", form: "jsonld" }, never);
    expect(linked.name).toBe("Test.jsonld");
    expect(JSON.parse(await linked.blob.text())["@graph"]).toHaveLength(4);
  });

  it("is renamed, found sound, and put together with a list of names; both stay", async () => {
    const { store, procedures } = await setUp();
    await collect(procedures.renameGraph({ id: "g", name: "Mine" }, never));
    expect(await procedures.checkGraph({ id: "g" }, never)).toEqual([]);
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
    await expect(procedures.exportGraph({ id: "x", form: "tsv" }, never)).rejects.toMatchObject({ code: "not-found" });
  });
});

type Stream = (
  procedures: Pick<CareProcedures, "renameGraph" | "repairGraph" | "mergeGraphs">,
  signal: AbortSignal,
) => AsyncGenerator<{ type: string }, void>;

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
      expect((await collect(waits)).map(({ type }) => type)).toEqual(["begun", "done"]);
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
