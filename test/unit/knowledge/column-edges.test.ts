// Topics of links that lie in several chunks: in the order asked, whichever chunk they are read from.

import { describe, expect, it } from "vitest";
import { edgesFile, graphFrom, nodesFile } from "./rows.ts";

const query = { kind: "edges", relation: "treats", head: "Drug", tail: "Disease" } as const;

describe("topics of links", () => {
  it("come in the order asked over all chunks, twice where they are asked for twice", async () => {
    const nodes = 5000; // over one chunk of nodes
    const links = 20_000; // over one chunk of links
    const tail = (i: number) => (i * 7) % nodes;
    const names = (of: string) => Array.from({ length: nodes }, (_, i) => `${of} ${i}`);
    const rows = Array.from({ length: links }, (_, i) => `Drug:${i % nodes} treats Disease:${tail(i)}`);
    const graph = await graphFrom(nodesFile({ Drug: names("drug"), Disease: names("disease") }), edgesFile(...rows));
    const indices = [19_999, 0, 16_384, 4096, 16_383, 0, 12_345];
    const topics = await graph.at(query, indices);
    expect(topics.map(({ entities }) => entities.map(({ name }) => name))).toEqual(
      indices.map((i) => [`drug ${i % nodes}`, `disease ${tail(i)}`]),
    );
    expect(topics[0]).toMatchObject({
      relation: "treats",
      entities: [{ id: "Drug:4999", type: "Drug" }, { type: "Disease" }],
      provenance: { source: "my file", licence: "not stated" },
    });
  });

  it("are none where none is asked for, of a relation that is not there too", async () => {
    const graph = await graphFrom(nodesFile({ Drug: ["x"], Disease: ["gout"] }), edgesFile("Drug:0 treats Disease:0"));
    expect(await graph.at(query, [])).toEqual([]);
    expect(await graph.at({ ...query, relation: "causes" }, [])).toEqual([]);
  });
});
