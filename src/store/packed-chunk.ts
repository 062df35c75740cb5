// A chunk as it is kept: whole numbers in as few bits as their greatest needs, ends of strings as lengths. Knows no database.

import { numberAt, type PackedNumbers, packNumbers, unpackNumbers } from "../base/packed-numbers.ts";
import type { Chunk, EdgeChunk, EdgeRow, LinkChunk, NodeChunk, StringTable } from "../knowledge/graph-columns.ts";

export interface PackedStrings {
  readonly text: string;
  readonly lengths: PackedNumbers;
}

export interface PackedNodes {
  readonly packed: "nodes";
  readonly ids: PackedStrings;
  readonly names: PackedStrings;
  readonly synonyms?: PackedStrings;
  readonly xrefs?: PackedStrings;
  readonly provenance: PackedNumbers;
}

export interface PackedEdges {
  readonly packed: "edges";
  readonly heads: PackedNumbers;
  readonly tails: PackedNumbers;
  readonly provenance: PackedNumbers;
}

export interface PackedLinks {
  readonly packed: "links";
  readonly links: PackedNumbers;
}

export type PackedChunk = PackedNodes | PackedEdges | PackedLinks;

/** Edges that are unpacked where all of a column is asked for, and read in place where a few rows are. */
class KeptEdges implements EdgeChunk {
  readonly #packed: PackedEdges;
  #heads: Uint32Array | undefined;
  #tails: Uint32Array | undefined;
  #provenance: Uint16Array | undefined;

  constructor(packed: PackedEdges) {
    this.#packed = packed;
  }
  get heads(): Uint32Array {
    this.#heads ??= unpackNumbers(this.#packed.heads);
    return this.#heads;
  }
  get tails(): Uint32Array {
    this.#tails ??= unpackNumbers(this.#packed.tails);
    return this.#tails;
  }
  get provenance(): Uint16Array {
    this.#provenance ??= Uint16Array.from(unpackNumbers(this.#packed.provenance));
    return this.#provenance;
  }
  at(row: number): EdgeRow {
    const { heads, tails, provenance } = this.#packed;
    return { head: numberAt(heads, row), tail: numberAt(tails, row), provenance: numberAt(provenance, row) };
  }
}

export function packChunk(chunk: Chunk): PackedChunk {
  if ("links" in chunk) return { packed: "links", links: packNumbers(chunk.links) };
  if ("heads" in chunk) {
    const [heads, tails] = [packNumbers(chunk.heads), packNumbers(chunk.tails)];
    return { packed: "edges", heads, tails, provenance: packNumbers(chunk.provenance) };
  }
  const { ids, names, synonyms, xrefs, provenance } = chunk;
  return {
    packed: "nodes",
    ids: packStrings(ids),
    names: packStrings(names),
    ...(synonyms ? { synonyms: packStrings(synonyms) } : {}),
    ...(xrefs ? { xrefs: packStrings(xrefs) } : {}),
    provenance: packNumbers(provenance),
  };
}

/** Takes a chunk of the versions before 4 too, which were kept as they are. */
export function unpackChunk(kept: PackedChunk | Chunk): Chunk {
  if (!("packed" in kept)) return kept;
  switch (kept.packed) {
    case "links":
      return { links: unpackNumbers(kept.links) } satisfies LinkChunk;
    case "edges":
      return new KeptEdges(kept);
    case "nodes": {
      const { ids, names, synonyms, xrefs, provenance } = kept;
      return {
        ids: unpackStrings(ids),
        names: unpackStrings(names),
        ...(synonyms ? { synonyms: unpackStrings(synonyms) } : {}),
        ...(xrefs ? { xrefs: unpackStrings(xrefs) } : {}),
        provenance: Uint16Array.from(unpackNumbers(provenance)),
      } satisfies NodeChunk;
    }
  }
}

function packStrings({ text, ends }: StringTable): PackedStrings {
  const lengths = ends.map((end, i) => end - (i === 0 ? 0 : (ends[i - 1] as number)));
  return { text, lengths: packNumbers(lengths) };
}

function unpackStrings({ text, lengths }: PackedStrings): StringTable {
  const ends = unpackNumbers(lengths);
  for (let i = 1; i < ends.length; i++) ends[i] = (ends[i] as number) + (ends[i - 1] as number);
  return { text, ends };
}
