// Small graphs as files, and the usual way to bring one into a store, for tests of this room.

import { columnGraph } from "../../../src/knowledge/graph/column-graph.ts";
import type { GraphImportEvent, ImportOptions } from "../../../src/knowledge/graph/import-graph.ts";
import { importTsv } from "../../../src/knowledge/graph/import-tsv.ts";
import { type GraphStore, memoryGraphStore } from "../../../src/knowledge/graph-store.ts";
import type { KnowledgeGraph } from "../../../src/knowledge/knowledge-graph.ts";

export const fileOf = (name: string, data: string | Uint8Array<ArrayBuffer>) => ({ name, data: new Blob([data]) });

export const options: ImportOptions = { id: "g", name: "Test", provenance: { source: "my file", licence: "not stated" } };

export async function importText(
  nodes: string | Uint8Array<ArrayBuffer>,
  edges: string | Uint8Array<ArrayBuffer>,
  more: Partial<ImportOptions> = {},
  store: GraphStore = memoryGraphStore(),
): Promise<{ store: GraphStore; events: GraphImportEvent[] }> {
  const events: GraphImportEvent[] = [];
  const files = { nodes: fileOf("nodes.tsv", nodes), edges: fileOf("edges.tsv", edges) };
  for await (const event of importTsv(files, { ...options, ...more }, store, new AbortController().signal)) events.push(event);
  return { store, events };
}

export async function graphFrom(nodes: string, edges: string, more: Partial<ImportOptions> = {}): Promise<KnowledgeGraph> {
  const { store } = await importText(nodes, edges, more);
  const stored = await store.open("g");
  if (!stored) throw new Error("the graph is not there");
  return columnGraph(stored);
}

/** Nodes as a file: type -> names; ids are type and place ("Disease:0"). */
export function nodesFile(names: Readonly<Record<string, readonly string[]>>): string {
  const rows = Object.entries(names).flatMap(([type, list]) => list.map((name, i) => `${type}:${i}\t${type}\t${name}`));
  return ["id\ttype\tname", ...rows].join("\n");
}

export const edgesFile = (...rows: string[]) => ["src\trelation\tdst", ...rows.map((r) => r.split(" ").join("\t"))].join("\n");
