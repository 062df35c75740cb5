// Every name of the graph in a folder, synonyms included. Knows no query.

import { memoryGraphStore } from "../src/knowledge/graph-store.ts";
import { importGraph, listGraphs, openGraph } from "../src/knowledge/graphs.ts";
import { graphFile } from "./batch-file.ts";

/** Throws as the import does. */
export async function graphNames(folder: string): Promise<string[]> {
  const store = memoryGraphStore();
  const files = { nodes: graphFile(folder, "nodes"), edges: graphFile(folder, "edges") };
  const options = { id: "graph", name: "graph", provenance: { source: folder, licence: "not stated" } };
  for await (const _ of importGraph(files, options, store, new AbortController().signal));
  const [info] = await listGraphs(store);
  const graph = await openGraph(store, "graph");
  const names: string[] = [];
  for await (const some of graph.names(Object.keys(info?.nodes ?? {}))) names.push(...some.flat());
  return names;
}
