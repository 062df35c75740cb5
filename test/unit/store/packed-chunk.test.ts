import { describe, expect, it } from "vitest";
import { type EdgeChunk, edgeRowAt, type NodeChunk, pack } from "../../../src/knowledge/graph-columns.ts";
import { packChunk, unpackChunk } from "../../../src/store/packed-chunk.ts";

describe("a packed chunk", () => {
  const edges: EdgeChunk = {
    heads: Uint32Array.of(5, 0, 99_999),
    tails: Uint32Array.of(1, 70_000, 3),
    provenance: Uint16Array.of(0, 1, 0),
  };

  it("of edges gives its columns, and a row without unpacking them", () => {
    const chunk = unpackChunk(packChunk(edges)) as EdgeChunk;
    expect(edgeRowAt(chunk, 1)).toEqual({ head: 0, tail: 70_000, provenance: 1 });
    expect({ heads: chunk.heads, tails: chunk.tails, provenance: chunk.provenance }).toEqual(edges);
  });

  it("of nodes gives its names, the empty and the foreign too", () => {
    const nodes: NodeChunk = {
      ids: pack(["D:1", "D:22", ""]),
      names: pack(["gout", "", "痛風"]),
      synonyms: pack(["podagra\ngouty arthritis", "", ""]),
      provenance: Uint16Array.of(0, 0, 300),
    };
    expect(unpackChunk(packChunk(nodes))).toEqual(nodes);
  });

  it("of a version before this one is taken as it is", () => {
    expect(unpackChunk(edges)).toBe(edges);
    expect(edgeRowAt(edges, 2)).toEqual({ head: 99_999, tail: 3, provenance: 0 });
  });
});
