// The graph in a folder of nodes.tsv and edges.tsv, or the starter graph, opened in memory. Knows no query.

import { memoryGraphStore } from "../src/knowledge/graph-store.ts";
import { importGraph, openGraph } from "../src/knowledge/graphs.ts";
import type { KnowledgeGraph } from "../src/knowledge/knowledge-graph.ts";
import { graphFile, starterGraph } from "./batch-file.ts";

/** `null`: the starter graph. Throws as the import does. */
export async function openGraphFolder(path: string | null): Promise<KnowledgeGraph> {
  const from = path ?? starterGraph;
  const store = memoryGraphStore();
  const provenance = path === null ? { source: "starter graph", licence: "CC0-1.0" } : { source: path, licence: "not stated" };
  const files = [graphFile(from, "nodes"), graphFile(from, "edges")];
  const options = { id: "starter", name: "graph", provenance };
  for await (const _ of importGraph(files, options, store, new AbortController().signal));
  return openGraph(store, "starter");
}
