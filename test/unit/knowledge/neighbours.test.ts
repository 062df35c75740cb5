// A node's neighbours and ways between nodes: on a graph of ten links, and against a search of all ways on random ones.

import { describe, expect, it } from "vitest";
import { rng } from "../../../src/base/rng.ts";
import { neighboursOf, shortestPath } from "../../../src/knowledge/graph/neighbours.ts";
import type { StoredGraph } from "../../../src/knowledge/graph-store.ts";
import { edgesFile, importText, nodesFile } from "./rows.ts";

const signal = new AbortController().signal;

async function stored(nodes: string, edges: string): Promise<StoredGraph> {
  const { store } = await importText(nodes, edges);
  const graph = await store.open("g");
  if (!graph) throw new Error("the graph is not there");
  return graph;
}

const toy = () =>
  stored(
    nodesFile({ Disease: ["Gout", "Asthma", "Arthritis", "Lonely"], Drug: ["x0", "x1"], Symptom: ["pain", "cough"] }),
    edgesFile(
      ...["Drug:0 treats Disease:0", "Drug:1 treats Disease:0", "Drug:0 treats Disease:2", "Disease:0 presents Symptom:0"],
      ...[
        "Disease:2 presents Symptom:0",
        "Disease:1 presents Symptom:1",
        "Drug:1 treats Disease:1",
        "Disease:0 resembles Disease:2",
      ],
    ),
  );

const place = (type: string, ordinal: number) => ({ type, ordinal });

describe("neighbours", () => {
  it("are counted by relation and way, and listed in turn", async () => {
    const { counts, listed } = await neighboursOf(await toy(), place("Disease", 0), 10, signal);
    expect(counts).toEqual([
      { relation: "treats", way: "in", type: "Drug", count: 2 },
      { relation: "presents", way: "out", type: "Symptom", count: 1 },
      { relation: "resembles", way: "out", type: "Disease", count: 1 },
    ]);
    expect(listed.map(({ relation, way, node }) => `${way} ${relation} ${node.name}`)).toEqual([
      "in treats x0",
      "out presents pain",
      "out resembles Arthritis",
      "in treats x1",
    ]);
    expect(listed[0]).toMatchObject({ node: { id: "Drug:0" }, provenance: { source: "my file", licence: "not stated" } });
  });

  it("are at most so many, and counted all the same", async () => {
    const { counts, listed } = await neighboursOf(await toy(), place("Disease", 0), 1, signal);
    expect(listed).toHaveLength(1);
    expect(counts.map(({ count }) => count)).toEqual([2, 1, 1]);
  });

  it("count a link of a node to itself once", async () => {
    const graph = await stored(nodesFile({ Disease: ["Gout"] }), edgesFile("Disease:0 resembles Disease:0"));
    const { counts } = await neighboursOf(graph, place("Disease", 0), 5, signal);
    expect(counts).toEqual([{ relation: "resembles", way: "out", type: "Disease", count: 1 }]);
  });

  it("are none of a node without links", async () => {
    expect(await neighboursOf(await toy(), place("Disease", 3), 5, signal)).toEqual({ counts: [], listed: [] });
  });
});

describe("the shortest way", () => {
  const way = async (graph: StoredGraph, from: [string, number], to: [string, number]) =>
    (await shortestPath(graph, place(...from), place(...to), signal))?.map(
      ({ relation, backwards, node }) => `${backwards ? "<" : ">"}${relation} ${node.name}`,
    );

  it("goes along links and against them", async () => {
    const graph = await toy();
    expect(await way(graph, ["Drug", 0], ["Disease", 2])).toEqual([">treats Arthritis"]);
    expect(await way(graph, ["Symptom", 0], ["Disease", 0])).toEqual(["<presents Gout"]);
    expect(await way(graph, ["Disease", 1], ["Disease", 0])).toEqual(["<treats x1", ">treats Gout"]);
    expect(await way(graph, ["Symptom", 1], ["Drug", 1])).toEqual(["<presents Asthma", "<treats x1"]);
    expect(await way(graph, ["Symptom", 1], ["Disease", 0])).toEqual(["<presents Asthma", "<treats x1", ">treats Gout"]);
  });

  it("is empty from a node to itself, and undefined where there is none of three links", async () => {
    const graph = await toy();
    expect(await way(graph, ["Disease", 0], ["Disease", 0])).toEqual([]);
    expect(await way(graph, ["Disease", 0], ["Disease", 3])).toBeUndefined();
    expect(await way(graph, ["Symptom", 1], ["Symptom", 0])).toBeUndefined(); // it takes four
  });

  it("goes through the node with the fewest links", async () => {
    const graph = await stored(
      nodesFile({ Disease: ["a", "b", "c"], Symptom: ["common", "rare"] }),
      edgesFile(
        ...["Disease:0 presents Symptom:0", "Disease:1 presents Symptom:0", "Disease:2 presents Symptom:0"],
        ...["Disease:0 presents Symptom:1", "Disease:1 presents Symptom:1"],
      ),
    );
    expect(await way(graph, ["Disease", 0], ["Disease", 1])).toEqual([">presents rare", "<presents b"]);
  });

  it("is as long as a search of all ways finds on random graphs", async () => {
    const draws = rng("ways", 1);
    const seen = new Set<number | undefined>();
    for (let round = 0; round < 8; round++) {
      const links = new Set(Array.from({ length: 9 }, () => `${draws.int(12)} ${draws.int(12)}`));
      const names = Array.from({ length: 12 }, (_, i) => `n${i}`);
      const graph = await stored(
        nodesFile({ Disease: names }),
        edgesFile(...[...links].map((link) => `Disease:${link.split(" ").join(" is Disease:")}`)),
      );
      const joined = (a: number, b: number) => links.has(`${a} ${b}`) || links.has(`${b} ${a}`);
      const distances = names.map(() => Number.POSITIVE_INFINITY);
      distances[0] = 0;
      for (let pass = 0; pass < 12; pass++) {
        for (let a = 0; a < 12; a++) {
          for (let b = 0; b < 12; b++) {
            if (joined(a, b)) distances[b] = Math.min(distances[b] as number, (distances[a] as number) + 1);
          }
        }
      }
      for (let to = 0; to < 12; to++) {
        const expected = (distances[to] as number) <= 3 ? distances[to] : undefined;
        const found = await shortestPath(graph, place("Disease", 0), place("Disease", to), signal);
        expect(found?.length).toBe(expected);
        if (found && found.length > 0) expect(found.at(-1)?.node.ordinal).toBe(to);
        seen.add(expected);
      }
    }
    expect(seen).toEqual(new Set([0, 1, 2, 3, undefined]));
  });
});
