// Looking up in a graph: what is found after a graph was replaced or a question given up, and what a card says.

import { describe, expect, it } from "vitest";
import { memoryGraphStore } from "../../../src/knowledge/graph-store.ts";
import { lookupProcedures } from "../../../src/procedures/graph-lookup.ts";
import { edgesFile, importText, nodesFile } from "./rows.ts";

const signal = new AbortController().signal;

async function lookupIn(nodes: string, edges: string) {
  const store = memoryGraphStore();
  await importText(nodes, edges, {}, store);
  return { store, ...lookupProcedures({ graphs: async () => store }) };
}

describe("a look-up", () => {
  it("finds a node and tells its synonyms, its source and its neighbours", async () => {
    const nodes = [
      "id\ttype\tname\tsynonyms\tsource\tlicence",
      "d0\tDisease\tgout\tpodagra|gouty arthritis\tDO\tCC0-1.0",
      "x0\tDrug\tcolchicine\t\tHetionet\tCC0-1.0",
    ].join("\n");
    const { findNodes, nodeCard } = await lookupIn(nodes, edgesFile("x0 treats d0"));
    const [found] = await findNodes({ graph: "g", query: "podag", most: 5 }, signal);
    expect(found).toMatchObject({ id: "d0", name: "gout", synonym: "podagra", type: "Disease", ordinal: 0 });
    expect(await nodeCard({ graph: "g", type: "Disease", ordinal: 0, most: 5 }, signal)).toMatchObject({
      id: "d0",
      name: "gout",
      synonyms: ["podagra", "gouty arthritis"],
      provenance: { source: "DO", licence: "CC0-1.0" },
      neighbours: {
        counts: [{ relation: "treats", way: "in", type: "Drug", count: 1 }],
        listed: [{ node: { name: "colchicine" } }],
      },
    });
  });

  it("tells the shortest way between two nodes, with the direction of each link, and where there is none", async () => {
    const { nodePath } = await lookupIn(
      nodesFile({ Disease: ["gout", "asthma", "scurvy"], Drug: ["colchicine"] }),
      edgesFile("Drug:0 treats Disease:0", "Drug:0 worsens Disease:1"),
    );
    const disease = (ordinal: number) => ({ type: "Disease", ordinal });
    const path = await nodePath({ graph: "g", from: disease(0), to: disease(1) }, signal);
    expect(path?.map(({ relation, backwards, node }) => [relation, backwards, node.name])).toEqual([
      ["treats", true, "colchicine"],
      ["worsens", false, "asthma"],
    ]);
    expect(await nodePath({ graph: "g", from: disease(0), to: disease(2) }, signal)).toBeUndefined();
    await expect(nodePath({ graph: "h", from: disease(0), to: disease(1) }, signal)).rejects.toMatchObject({ code: "not-found" });
  });

  it("reads a graph's names anew after it was imported again", async () => {
    const { store, findNodes } = await lookupIn(
      nodesFile({ Disease: ["gout", "asthma"] }),
      edgesFile("Disease:0 resembles Disease:1"),
    );
    expect(await findNodes({ graph: "g", query: "migr", most: 5 }, signal)).toEqual([]);
    await importText(
      nodesFile({ Disease: ["gout", "asthma", "migraine"] }),
      edgesFile("Disease:0 resembles Disease:1"),
      {},
      store,
    );
    expect(await findNodes({ graph: "g", query: "migr", most: 5 }, signal)).toMatchObject([{ name: "migraine" }]);
  });

  it("answers the next letter after a question that was given up", async () => {
    const { findNodes } = await lookupIn(nodesFile({ Disease: ["gout", "asthma"] }), edgesFile("Disease:0 resembles Disease:1"));
    const asked = new AbortController();
    const first = findNodes({ graph: "g", query: "g", most: 5 }, asked.signal);
    asked.abort();
    await expect(first).rejects.toMatchObject({ code: "aborted" });
    expect(await findNodes({ graph: "g", query: "go", most: 5 }, signal)).toMatchObject([{ name: "gout" }]);
  });

  it("says which graph or node is not there", async () => {
    const { findNodes, nodeCard } = await lookupIn(
      nodesFile({ Disease: ["gout", "asthma"] }),
      edgesFile("Disease:0 resembles Disease:1"),
    );
    await expect(findNodes({ graph: "h", query: "g", most: 5 }, signal)).rejects.toMatchObject({ code: "not-found" });
    await expect(nodeCard({ graph: "g", type: "Drug", ordinal: 0, most: 5 }, signal)).rejects.toMatchObject({
      code: "not-found",
    });
  });
});
