// A stored graph as the rows that it was made of: for what writes it out, repairs it or puts it beside another. Knows no file format.

import {
  type EdgeChunk,
  type EdgeColumn,
  edgeKey,
  type GraphManifest,
  type NodeChunk,
  nodeKey,
  type StringTable,
  stringAt,
} from "../graph-columns.ts";
import { notStated } from "../graph-files.ts";
import { chunksOf, type StoredGraph } from "../graph-store.ts";
import type { GraphEdge, GraphNode } from "../knowledge-graph.ts";

/** Nodes, some thousand at once, type after type. A node's key is its type and its place among them: `placeKey`. */
export async function* nodeRows(stored: StoredGraph): AsyncGenerator<readonly GraphNode[], void> {
  for (const { type, count } of stored.manifest.nodes) {
    let ordinal = 0;
    for await (const chunk of chunksOf(stored, nodeKey(type), Math.ceil(count / stored.manifest.nodeRows))) {
      yield nodesIn(stored.manifest, type, chunk as NodeChunk, ordinal);
      ordinal += stored.manifest.nodeRows;
    }
  }
}

/** Nodes of one chunk, of which the first has this ordinal. */
export function nodesIn(manifest: GraphManifest, type: string, chunk: NodeChunk, first: number): readonly GraphNode[] {
  const { ids, names, synonyms, xrefs, provenance } = chunk;
  const listed = (table: StringTable | undefined, row: number) =>
    table === undefined
      ? []
      : stringAt(table, row)
          .split("\n")
          .filter((one) => one !== "");
  return Array.from(provenance, (from, row) => ({
    id: stringAt(ids, row),
    key: placeKey(type, first + row),
    type,
    name: stringAt(names, row),
    ...provenanceAt(manifest, from),
    synonyms: listed(synonyms, row),
    xrefs: listed(xrefs, row),
  }));
}

/** Edges between the keys of nodes, some thousand at once. */
export async function* edgeRows(stored: StoredGraph): AsyncGenerator<readonly GraphEdge[], void> {
  for (const column of stored.manifest.edges) {
    const parts = Math.ceil(column.count / stored.manifest.edgeRows);
    for await (const chunk of chunksOf(stored, edgeKey(column), parts))
      yield edgesIn(stored.manifest, column, chunk as EdgeChunk);
  }
}

export function edgesIn(
  manifest: GraphManifest,
  { relation, head, tail }: EdgeColumn,
  { heads, tails, provenance }: EdgeChunk,
): readonly GraphEdge[] {
  return Array.from(heads, (from, i) => ({
    head: placeKey(head, from),
    relation,
    tail: placeKey(tail, tails[i] as number),
    ...provenanceAt(manifest, provenance[i] as number),
  }));
}

/** Key of a node by its type and its ordinal. */
export const placeKey = (type: string, ordinal: number): string => `${type}\t${ordinal}`;

function provenanceAt({ provenances }: GraphManifest, at: number): { source: string; licence: string } {
  const { source, licence } = provenances[at] ?? { source: notStated, licence: notStated };
  return { source, licence };
}
