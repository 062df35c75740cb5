// The knowledge graph read from its columns: counts without reading, topics by index reading the chunks they lie in. Knows no database.

import { unreachable } from "../../base/errors.ts";
import type { GraphQuery } from "../../tasks/topic-query.ts";
import { type Chunk, type EdgeColumn, type LinkChunk, linkKey, type NodeChunk, nodeKey, stringAt } from "../graph-columns.ts";
import { chunksOf, type StoredGraph } from "../graph-store.ts";
import type { GraphInfo } from "../graphs.ts";
import type { KnowledgeGraph } from "../knowledge-graph.ts";
import { provenanceFilter } from "../licences.ts";
import type { EdgeProvenance, Entity, Topic } from "../topic.ts";
import { relationsBetween } from "./column-between.ts";
import { edgeTopics } from "./column-edges.ts";
import { columnPairs } from "./column-pairs.ts";
import { similarNames } from "./column-similar.ts";

/** Chunks kept in memory: some 10 MB. */
const keptChunks = 32;

export function columnGraph(stored: StoredGraph): KnowledgeGraph {
  const { manifest } = stored;
  const chunks = lastRead(keptChunks, stored.chunk);
  const countOf = (type: string) => manifest.nodes.find((c) => c.type === type)?.count ?? 0;
  const columnOf = (query: Extract<GraphQuery, { kind: "edges" }>): EdgeColumn | undefined =>
    manifest.edges.find((c) => c.relation === query.relation && c.head === query.head && c.tail === query.tail);
  const pairs = columnPairs(stored);
  const count = async (query: GraphQuery): Promise<number> => {
    switch (query.kind) {
      case "nodes":
        return query.types.reduce((sum, type) => sum + countOf(type), 0);
      case "edges":
        return columnOf(query)?.count ?? 0;
      case "pairs":
        return pairs.count(query);
      default:
        return unreachable(query);
    }
  };
  const { node, provenanceAt } = nodeReader(manifest, chunks);

  const nodeTopic = async (types: readonly string[], index: number): Promise<Topic> => {
    let ordinal = index;
    for (const type of types) {
      if (ordinal < countOf(type)) {
        const { entity, chunk, row } = await node(type, ordinal);
        return { entities: [entity], source: "kg", provenance: provenanceAt(chunk, row) };
      }
      ordinal -= countOf(type);
    }
    throw new Error("unreachable: the index was checked");
  };

  const pairTopic = async (query: Extract<GraphQuery, { kind: "pairs" }>, index: number): Promise<Topic> => {
    const [head, tail] = await pairs.at(query, index);
    const ends = await Promise.all([node(query.head, head), node(query.tail, tail)]);
    const provenance = ends.map(({ chunk, row }) => provenanceAt(chunk, row)).reduce(joined);
    return { entities: ends.map((end) => end.entity), source: "kg", provenance };
  };

  return {
    id: manifest.id,
    count,
    async at(query, indices) {
      checkIndices(indices, await count(query));
      switch (query.kind) {
        case "nodes":
          return Promise.all(indices.map((i) => nodeTopic(query.types, i)));
        case "edges":
          return indices.length === 0
            ? []
            : edgeTopics(manifest, { chunk: chunks, chunks: stored.chunks }, columnOf(query) as EdgeColumn, indices); // an index below the count: the column is there
        case "pairs":
          return Promise.all(indices.map((i) => pairTopic(query, i)));
        default:
          return unreachable(query);
      }
    },
    links: (types) => linksOf(stored, types),
    names: (types, licences) => namesOf(stored, types, licences),
    similar: (types, mentions, most, licences) => similarNames(stored, types, mentions, most, licences),
    between: (pairs) => relationsBetween(stored, pairs),
  };
}

function checkIndices(indices: readonly number[], total: number): void {
  for (const i of indices) {
    if (!Number.isInteger(i) || i < 0 || i >= total) throw new Error(`at: got index ${i}, expected [0, ${total})`);
  }
}

/** One node by its type and ordinal, and where a row comes from. */
function nodeReader(manifest: StoredGraph["manifest"], chunks: StoredGraph["chunk"]) {
  const provenanceAt = (chunk: { readonly provenance: Uint16Array }, row: number): EdgeProvenance => {
    const { source, licence } = manifest.provenances[chunk.provenance[row] as number] as EdgeProvenance;
    return { source, licence };
  };
  const node = async (type: string, ordinal: number): Promise<{ entity: Entity; chunk: NodeChunk; row: number }> => {
    const chunk = (await chunks(nodeKey(type), Math.floor(ordinal / manifest.nodeRows))) as NodeChunk;
    const row = ordinal % manifest.nodeRows;
    return { entity: { id: stringAt(chunk.ids, row), name: stringAt(chunk.names, row), type }, chunk, row };
  };
  return { node, provenanceAt };
}

/** Provenance of a topic whose ends come from two places. */
function joined(a: EdgeProvenance, b: EdgeProvenance): EdgeProvenance {
  const both = (one: string, other: string) => (one === other ? one : `${one}; ${other}`);
  return { source: both(a.source, b.source), licence: both(a.licence, b.licence) };
}

async function* namesOf(
  stored: StoredGraph,
  types: readonly string[] | undefined,
  licences: readonly string[] | undefined,
): AsyncGenerator<readonly (readonly string[])[], void> {
  const { nodes, nodeRows } = stored.manifest;
  const isAllowed = provenanceFilter(stored.manifest, licences);
  for (const type of types ?? nodes.map((column) => column.type)) {
    const count = nodes.find((c) => c.type === type)?.count ?? 0;
    for await (const chunk of chunksOf(stored, nodeKey(type), Math.ceil(count / nodeRows))) {
      const { names, synonyms, provenance } = chunk as NodeChunk;
      const all = Array.from(names.ends, (_, row) =>
        isAllowed(provenance[row] as number)
          ? [stringAt(names, row), ...(synonyms ? stringAt(synonyms, row).split("\n") : []).filter((name) => name !== "")]
          : [],
      );
      yield licences ? all.filter((node) => node.length > 0) : all;
    }
  }
}

async function linksOf(stored: StoredGraph, types: readonly string[]): Promise<Uint32Array> {
  const { nodes, nodeRows } = stored.manifest;
  const counts = types.map((type) => nodes.find((c) => c.type === type)?.count ?? 0);
  const links = new Uint32Array(counts.reduce((sum, count) => sum + count, 0));
  let at = 0;
  for (const [i, type] of types.entries()) {
    for await (const chunk of chunksOf(stored, linkKey(type), Math.ceil((counts[i] as number) / nodeRows))) {
      const part = (chunk as LinkChunk).links;
      links.set(part, at);
      at += part.length;
    }
  }
  return links;
}

/** The latest chunks read stay in memory, and two who ask at once read once. A failed read is forgotten. */
function lastRead(limit: number, read: StoredGraph["chunk"]): StoredGraph["chunk"] {
  const kept = new Map<string, Promise<Chunk>>();
  return (column, chunk) => {
    const key = `${column}\t${chunk}`;
    const found = kept.get(key);
    const promise = found ?? read(column, chunk);
    kept.delete(key); // and set again: a Map remembers the order of setting
    kept.set(key, promise);
    if (!found) promise.catch(() => kept.delete(key));
    for (const oldest of kept.keys()) {
      if (kept.size <= limit) break;
      kept.delete(oldest);
    }
    return promise;
  };
}

/** Content of a graph, for its card: rows by type, by relation, and by source and licence. */
export function describeGraph(stored: StoredGraph["manifest"]): GraphInfo {
  const edges = new Map<string, number>(); // a relation may be called as what every object has: "constructor"
  for (const { relation, count } of stored.edges) edges.set(relation, (edges.get(relation) ?? 0) + count);
  return {
    id: stored.id,
    name: stored.name,
    nodes: Object.fromEntries(stored.nodes.map(({ type, count }) => [type, count])),
    edges: Object.fromEntries(edges),
    provenance: stored.provenances.map((p) => ({ ...p })),
    ...(stored.leftOut ? { leftOut: stored.leftOut } : {}),
    ...(stored.format === undefined ? {} : { format: stored.format }),
    ...(stored.bytes === undefined ? {} : { bytes: stored.bytes }),
  };
}
