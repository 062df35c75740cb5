// Graphs that are held: looked through, imported, opened, listed. Knows no storage but by its port, and no file format.

import { ClinfuseError } from "../base/errors.ts";
import { columnGraph, describeGraph } from "./graph/column-graph.ts";
import { type ImportOptions, importFiles } from "./graph/import-graph.ts";
import { type SourceFiles, sourceFilesOf } from "./graph/sources.ts";
import { type Bytes, bombFault, isBomb } from "./graph/text-pieces.ts";
import type { LeftOut } from "./graph-files.ts";
import { type GraphStore, nullGraphStore } from "./graph-store.ts";
import type { KnowledgeGraph } from "./knowledge-graph.ts";

export type { GraphFilter } from "./graph/graph-sink.ts";
export type { ImportOptions } from "./graph/import-graph.ts";

/** A file of a graph: one that was picked, or an archive's. */
export interface GraphFile {
  /** Its path, for the format and for error messages. */
  readonly name: string;
  readonly data: Bytes;
}

/** Throws `file-too-large` for an archive's entry that states a size which no graph packs so well into so few bytes. */
export function refuseBomb(name: string, packed: number, unpacked: number): void {
  if (isBomb(packed, unpacked)) throw bombFault(name, packed, unpacked);
}

export interface GraphInfo {
  readonly id: string;
  readonly name: string;
  readonly nodes: Readonly<Record<string, number>>; // by type
  readonly edges: Readonly<Record<string, number>>; // by relation
  /** Source and licence of its rows, with counts. */
  readonly provenance: readonly { readonly source: string; readonly licence: string; readonly rows: number }[];
  /** Rows of its files that are not in it, by reason; absent where all are. */
  readonly leftOut?: LeftOut;
  /** Absent for a graph that was imported before these were kept. */
  readonly format?: string;
  readonly bytes?: number;
}

export type ImportEvent =
  /** Another import is under way; this one begins when that has ended. */
  | { readonly type: "waiting" }
  | { readonly type: "progress"; readonly done: number; readonly total: number } // bytes
  /** With the names of the files that are no part of it, if any. */
  | { readonly type: "imported"; readonly graph: GraphInfo; readonly passedOver?: readonly string[] };

/** Ends with `imported`; nothing of it can be read before, and nothing stays when it fails. Errors: `sourceFilesOf`'s and `importFiles`'. */
export async function* importGraph(
  files: readonly GraphFile[],
  options: ImportOptions,
  store: Pick<GraphStore, "write">,
  signal: AbortSignal,
): AsyncGenerator<ImportEvent, void> {
  const found = await sourceFilesOf(files);
  for await (const event of importFiles(found, options, store, signal)) {
    if (event.type === "progress") yield event;
    else yield { type: "imported", graph: describeGraph(event.manifest), ...passedOverOf(found) };
  }
}

const passedOverOf = ({ passedOver }: SourceFiles) => (passedOver.length > 0 ? { passedOver } : {});

/** Graph that `importGraph` would bring, by the same reading. Nothing is kept. */
export function previewGraph(
  files: readonly GraphFile[],
  options: ImportOptions,
  signal: AbortSignal,
): AsyncGenerator<ImportEvent, void> {
  return importGraph(files, options, nullGraphStore, signal);
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
