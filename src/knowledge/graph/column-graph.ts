// The knowledge graph read from its columns: counts without reading, topics by index reading the chunks they lie in. Knows no database.

import { unreachable } from "../../base/errors.ts";
import type { TopicQuery } from "../../tasks/task.ts";
import {
  type Chunk,
  type EdgeChunk,
  type EdgeColumn,
  edgeKey,
  type LinkChunk,
  linkKey,
  type NodeChunk,
  nodeKey,
  stringAt,
} from "../graph-columns.ts";
import type { StoredGraph } from "../graph-store.ts";
import type { GraphInfo } from "../graphs.ts";
import type { KnowledgeGraph } from "../knowledge-graph.ts";
import type { EdgeProvenance, Entity, Topic } from "../topic.ts";

/** Chunks kept in memory: some 10 MB. */
const keptChunks = 48;

export function columnGraph(stored: StoredGraph): KnowledgeGraph {
  const { manifest } = stored;
  const chunks = lastRead(keptChunks, stored.chunk);
  const countOf = (type: string) => manifest.nodes.find((c) => c.type === type)?.count ?? 0;
  const columnOf = (query: Extract<TopicQuery, { kind: "edges" }>): EdgeColumn | undefined =>
    manifest.edges.find((c) => c.relation === query.relation && c.head === query.head && c.tail === query.tail);
  const count = (query: TopicQuery): number => {
    switch (query.kind) {
      case "nodes":
        return query.types.reduce((sum, type) => sum + countOf(type), 0);
      case "edges":
        return columnOf(query)?.count ?? 0;
      default:
        return unreachable(query);
    }
  };
  const provenanceAt = (chunk: { readonly provenance: Uint16Array }, row: number): EdgeProvenance => {
    const { source, licence } = manifest.provenances[chunk.provenance[row] as number] as EdgeProvenance;
    return { source, licence };
  };
  const node = async (type: string, ordinal: number): Promise<{ entity: Entity; chunk: NodeChunk; row: number }> => {
    const chunk = (await chunks(nodeKey(type), Math.floor(ordinal / manifest.nodeRows))) as NodeChunk;
    const row = ordinal % manifest.nodeRows;
    return { entity: { id: stringAt(chunk.ids, row), name: stringAt(chunk.names, row), type }, chunk, row };
  };

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

  const edgeTopic = async (column: EdgeColumn, index: number): Promise<Topic> => {
    const chunk = (await chunks(edgeKey(column), Math.floor(index / manifest.edgeRows))) as EdgeChunk;
    const row = index % manifest.edgeRows;
    const ends = await Promise.all([
      node(column.head, chunk.heads[row] as number),
      node(column.tail, chunk.tails[row] as number),
    ]);
    return {
      entities: ends.map((end) => end.entity),
      relation: column.relation,
      source: "kg",
      provenance: provenanceAt(chunk, row),
    };
  };

  return {
    id: manifest.id,
    count: async (query) => count(query),
    async at(query, indices) {
      const total = count(query);
      for (const i of indices) {
        if (!Number.isInteger(i) || i < 0 || i >= total) throw new Error(`at: got index ${i}, expected [0, ${total})`);
      }
      if (query.kind === "nodes") return Promise.all(indices.map((i) => nodeTopic(query.types, i)));
      const column = columnOf(query);
      return column ? Promise.all(indices.map((i) => edgeTopic(column, i))) : [];
    },
    links: (types) => linksOf(stored, types),
  };
}

async function linksOf(stored: StoredGraph, types: readonly string[]): Promise<Uint32Array> {
  const { nodes, nodeRows } = stored.manifest;
  const counts = types.map((type) => nodes.find((c) => c.type === type)?.count ?? 0);
  const links = new Uint32Array(counts.reduce((sum, count) => sum + count, 0));
  let at = 0;
  for (const [i, type] of types.entries()) {
    for (let chunk = 0; chunk * nodeRows < (counts[i] as number); chunk++) {
      const part = ((await stored.chunk(linkKey(type), chunk)) as LinkChunk).links; // read once: not worth keeping
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

/** What a graph holds, for its card: rows by type, by relation, and by source and licence. */
export function describeGraph(stored: StoredGraph["manifest"]): GraphInfo {
  const edges: Record<string, number> = {};
  for (const { relation, count } of stored.edges) edges[relation] = (edges[relation] ?? 0) + count;
  return {
    id: stored.id,
    name: stored.name,
    nodes: Object.fromEntries(stored.nodes.map(({ type, count }) => [type, count])),
    edges,
    provenance: stored.provenances.map((p) => ({ ...p })),
  };
}
