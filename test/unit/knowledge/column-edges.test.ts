// Topics of links that lie in several chunks: in the order asked, whichever chunk they are read from.

import { describe, expect, it } from "vitest";
import { defaultRows } from "../../../src/knowledge/graph-columns.ts";
import { edgesFile, graphFrom, nodesFile } from "./rows.ts";

const query = { kind: "edges", relation: "treats", head: "Drug", tail: "Disease" } as const;

describe("topics of links", () => {
  it("come in the order asked over all chunks, twice where they are asked for twice", async () => {
    const nodes = defaultRows.nodeRows + 1000;
    const links = defaultRows.edgeRows + 5000;
    const tail = (i: number) => (i * 7) % nodes;
    const names = (of: string) => Array.from({ length: nodes }, (_, i) => `${of} ${i}`);
    const rows = Array.from({ length: links }, (_, i) => `Drug:${i % nodes} treats Disease:${tail(i)}`);
    const graph = await graphFrom(nodesFile({ Drug: names("drug"), Disease: names("disease") }), edgesFile(...rows));
    const border = defaultRows.edgeRows;
    const indices = [links - 1, 0, border, 4096, border - 1, 0, defaultRows.nodeRows, defaultRows.nodeRows - 1];
    const topics = await graph.at(query, indices);
    expect(topics.map(({ entities }) => entities.map(({ name }) => name))).toEqual(
      indices.map((i) => [`drug ${i % nodes}`, `disease ${tail(i)}`]),
    );
    expect(topics[0]).toMatchObject({
      relation: "treats",
      entities: [{ id: `Drug:${(links - 1) % nodes}`, type: "Drug" }, { type: "Disease" }],
      provenance: { source: "my file", licence: "not stated" },
    });
  });

  it("are none where none is asked for, of a relation that is not there too", async () => {
    const graph = await graphFrom(nodesFile({ Drug: ["x"], Disease: ["gout"] }), edgesFile("Drug:0 treats Disease:0"));
    expect(await graph.at(query, [])).toEqual([]);
    expect(await graph.at({ ...query, relation: "causes" }, [])).toEqual([]);
  });
});
