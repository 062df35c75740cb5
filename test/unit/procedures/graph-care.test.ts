// Operations of the worker on graphs as wholes, over a store in memory.

import { describe, expect, it } from "vitest";
import { readZip } from "../../../src/formats/zip.ts";
import { memoryGraphStore } from "../../../src/knowledge/graph-store.ts";
import { importGraph } from "../../../src/knowledge/graphs.ts";
import { careProcedures } from "../../../src/procedures/graph-care.ts";
import { edgesFile, fileOf, nodesFile, options } from "../knowledge/rows.ts";
import { collect, never } from "./memory-ports.ts";

async function setUp() {
  const store = memoryGraphStore();
  const files = [
    fileOf("nodes.tsv", nodesFile({ Disease: ["gout", "asthma"], Symptom: ["cough"] })),
    fileOf("edges.tsv", edgesFile("Disease:1 presents Symptom:0")),
  ];
  await collect(importGraph(files, options, store, never));
  return { store, procedures: careProcedures({ graphs: async () => store }) };
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
    await procedures.renameGraph({ id: "g", name: "Mine" }, never);
    expect(await procedures.checkGraph({ id: "g" }, never)).toEqual([]);
    const list = { name: "List", type: "Disease", text: "rickets\nscurvy" };
    const last = (await collect(procedures.importNames(list, never))).at(-1);
    if (last?.type !== "imported") throw new Error("expected a graph");
    const report = await procedures.mergeGraphs({ first: "g", second: last.graph.id, name: "Both" }, never);
    expect(report).toMatchObject({ joined: 0, repeated: 0 });
    const counts = (await store.list()).map(({ name, nodes }) => [name, nodes.reduce((sum, { count }) => sum + count, 0)]);
    expect(Object.fromEntries(counts)).toEqual({ Mine: 3, List: 2, Both: 5 });
  });

  it("that is not there is named", async () => {
    const { procedures } = await setUp();
    await expect(procedures.exportGraph({ id: "x", form: "tsv" }, never)).rejects.toMatchObject({ code: "not-found" });
  });
});
