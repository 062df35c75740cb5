// The port of where graphs are kept, and one in memory. Knows no file format.

import type { Chunk, GraphManifest, ReadyChunk } from "./graph-columns.ts";

/** A graph that is kept whole. Throws `not-found` when it was deleted meanwhile. */
export interface StoredGraph {
  readonly manifest: GraphManifest;
  /** A chunk of one of the manifest's columns. */
  chunk(column: string, chunk: number): Promise<Chunk>;
}

/** An import under way. Nothing of it can be read before `commit`. */
export interface GraphWriter {
  put(chunks: readonly ReadyChunk[]): Promise<void>;
  /** Makes it readable in one step, in place of the graph of the same id. */
  commit(manifest: GraphManifest): Promise<void>;
  /** Deletes the chunks that were put. */
  discard(): Promise<void>;
}

export interface GraphStore {
  list(): Promise<GraphManifest[]>;
  open(id: string): Promise<StoredGraph | undefined>;
  write(): Promise<GraphWriter>;
  delete(id: string): Promise<void>;
}

/** Keeps nothing: for looking through files. */
export const nullGraphStore: Pick<GraphStore, "write"> = {
  write: async () => ({ put: async () => undefined, commit: async () => undefined, discard: async () => undefined }),
};

/** For tests and for runs outside a browser. */
export function memoryGraphStore(): GraphStore {
  const graphs = new Map<string, { manifest: GraphManifest; chunks: ReadonlyMap<string, Chunk> }>();
  const key = (column: string, chunk: number) => `${column}\t${chunk}`;
  return {
    list: async () => [...graphs.values()].map((g) => g.manifest),
    async open(id) {
      const graph = graphs.get(id);
      if (!graph) return undefined;
      return {
        manifest: graph.manifest,
        async chunk(column, chunk) {
          const found = graph.chunks.get(key(column, chunk));
          if (!found) throw new Error(`chunk: got ${column} ${chunk}, which the graph does not have`);
          return found;
        },
      };
    },
    async write() {
      const chunks = new Map<string, Chunk>();
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
