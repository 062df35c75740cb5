// Graphs that are held: import, open, list. Knows no storage but by its port, and no file format.

import { ClinfuseError } from "../base/errors.ts";
import { columnGraph, describeGraph } from "./graph/column-graph.ts";
import { type ImportOptions, importTsv, type TsvGraph } from "./graph/import-tsv.ts";
import type { LeftOut } from "./graph-files.ts";
import type { GraphStore } from "./graph-store.ts";
import type { KnowledgeGraph } from "./knowledge-graph.ts";

export interface GraphInfo {
  readonly id: string;
  readonly name: string;
  readonly nodes: Readonly<Record<string, number>>; // by type
  readonly edges: Readonly<Record<string, number>>; // by relation
  /** Source and licence of its rows, with counts. */
  readonly provenance: readonly { readonly source: string; readonly licence: string; readonly rows: number }[];
  /** Rows of its files that are not in it, by reason; absent where all are. */
  readonly leftOut?: LeftOut;
}

export type ImportEvent =
  | { readonly type: "progress"; readonly done: number; readonly total: number } // bytes
  | { readonly type: "imported"; readonly graph: GraphInfo };

/** Ends with `imported`; nothing of it can be read before, and nothing stays when it fails. Errors: `importTsv`'s. */
export async function* importGraph(
  files: TsvGraph,
  options: ImportOptions,
  store: GraphStore,
  signal: AbortSignal,
): AsyncGenerator<ImportEvent, void> {
  for await (const event of importTsv(files, options, store, signal)) {
    if (event.type === "progress") yield event;
    else yield { type: "imported", graph: describeGraph(event.manifest) };
  }
}

/** Throws `not-found` for a graph that is not held. */
export async function openGraph(store: GraphStore, id: string): Promise<KnowledgeGraph> {
  const stored = await store.open(id);
  if (!stored) throw new ClinfuseError("not-found", `there is no graph "${id}" here`, { what: id });
  return columnGraph(stored);
}

export async function listGraphs(store: GraphStore): Promise<GraphInfo[]> {
  return (await store.list()).map(describeGraph);
}
