// The port of where graphs are kept, and one in memory. Knows no file format.

import type { EdgeChunk, GraphManifest, NodeChunk, ReadyChunk } from "./graph-columns.ts";

/** A graph that is kept whole. Throws `not-found` when it was deleted meanwhile. */
export interface StoredGraph {
  readonly manifest: GraphManifest;
  nodes(column: string, chunk: number): Promise<NodeChunk>;
  edges(column: string, chunk: number): Promise<EdgeChunk>;
}

/** An import under way. Nothing of it can be read before `commit`. */
export interface GraphWriter {
  put(chunks: readonly ReadyChunk[]): Promise<void>;
  /** Makes it readable in one step, in place of the graph of the same id. */
  commit(manifest: GraphManifest): Promise<void>;
  /** Deletes what was put. */
  discard(): Promise<void>;
}

export interface GraphStore {
  list(): Promise<GraphManifest[]>;
  open(id: string): Promise<StoredGraph | undefined>;
  write(): Promise<GraphWriter>;
  delete(id: string): Promise<void>;
}

/** For tests and for runs outside a browser. */
export function memoryGraphStore(): GraphStore {
  const graphs = new Map<string, { manifest: GraphManifest; chunks: ReadonlyMap<string, NodeChunk | EdgeChunk> }>();
  const key = (column: string, chunk: number) => `${column}\t${chunk}`;
  return {
    list: async () => [...graphs.values()].map((g) => g.manifest),
    async open(id) {
      const graph = graphs.get(id);
      if (!graph) return undefined;
      const find = async (column: string, chunk: number) => graph.chunks.get(key(column, chunk));
      return {
        manifest: graph.manifest,
        nodes: async (column, chunk) => (await find(column, chunk)) as NodeChunk,
        edges: async (column, chunk) => (await find(column, chunk)) as EdgeChunk,
      };
    },
    async write() {
      const chunks = new Map<string, NodeChunk | EdgeChunk>();
      return {
        async put(ready) {
          for (const { column, chunk, data } of ready) chunks.set(key(column, chunk), data);
        },
        async commit(manifest) {
          graphs.set(manifest.id, { manifest, chunks });
        },
        async discard() {
          chunks.clear();
        },
      };
    },
    async delete(id) {
      graphs.delete(id);
    },
  };
}
