// Reads a file of nodes and one of edges into a graph store, whatever they are called. Knows no other format.

import type { GraphStore } from "../graph-store.ts";
import { type GraphImportEvent, type ImportOptions, importFiles } from "./import-graph.ts";
import type { TextFile } from "./text-pieces.ts";

export interface TsvGraph {
  /** With a header that names `nodeColumns`, in any order; other columns are passed over. */
  readonly nodes: TextFile;
  /** With a header that names `edgeColumns`. */
  readonly edges: TextFile;
}

/** As `importFiles`. */
export function importTsv(
  { nodes, edges }: TsvGraph,
  options: ImportOptions,
  store: GraphStore,
  signal: AbortSignal,
): AsyncGenerator<GraphImportEvent, void> {
  const files = new Map([
    ["nodes", [nodes]],
    ["edges", [edges]],
  ]);
  return importFiles({ format: "plain", files, passedOver: [] }, options, store, signal);
}
