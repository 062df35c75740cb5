// Files made into a graph, for tests of its sources. Knows no source.

import { ClinfuseError } from "../../../../src/base/errors.ts";
import { type NodeChunk, nodeKey } from "../../../../src/knowledge/graph-columns.ts";
import { memoryGraphStore, type StoredGraph } from "../../../../src/knowledge/graph-store.ts";
import { type GraphFilter, type GraphInfo, importGraph, openGraph } from "../../../../src/knowledge/graphs.ts";
import { fileOf } from "../rows.ts";

export const provenance = { source: "files", licence: "not stated" };

/** The graph that the files make, as the app imports it. */
export async function imported(texts: Readonly<Record<string, string | Uint8Array<ArrayBuffer>>>, filter: GraphFilter = {}) {
  const store = memoryGraphStore();
  const files = Object.entries(texts).map(([name, text]) => fileOf(name, text));
  const options = { id: "g", name: "G", provenance, ...filter };
  let info: GraphInfo | undefined;
  let passedOver: readonly string[] = [];
  for await (const event of importGraph(files, options, store, new AbortController().signal)) {
    if (event.type === "imported") [info, passedOver] = [event.graph, event.passedOver ?? []];
  }
  const graph = await openGraph(store, "g");
  const stored = await store.open("g");
  const chunkOf = async (type: string) => (await stored?.chunk(nodeKey(type), 0)) as NodeChunk;
  return { info: info as GraphInfo, graph, passedOver, chunkOf, stored: stored as StoredGraph };
}

/** Why the files are no graph. */
export async function refused(
  texts: Readonly<Record<string, string | Uint8Array<ArrayBuffer>>>,
  filter?: GraphFilter,
): Promise<ClinfuseError> {
  const error = await imported(texts, filter).catch((fault: unknown) => fault);
  if (error instanceof ClinfuseError) return error;
  throw error instanceof Error ? error : new Error("expected a ClinfuseError");
}

/** Edges of a relation between two types: "head > tail", by ids. */
export const edgesOf = async ({ graph }: Awaited<ReturnType<typeof imported>>, relation: string, head: string, tail: string) => {
  const query = { kind: "edges", relation, head, tail } as const;
  const topics = await graph.at(
    query,
    Array.from({ length: await graph.count(query) }, (_, i) => i),
  );
  return topics.map((topic) => topic.entities.map((entity) => entity.id).join(" > "));
};
