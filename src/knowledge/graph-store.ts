// The port of where graphs are kept, and one in memory. Knows no file format.

import { ClinfuseError } from "../base/errors.ts";
import type { Chunk, GraphManifest, ReadyChunk } from "./graph-columns.ts";

/** A graph that is kept whole. Throws `not-found` when it was deleted meanwhile. */
export interface StoredGraph {
  readonly manifest: GraphManifest;
  /** A chunk of one of the manifest's columns. */
  chunk(column: string, chunk: number): Promise<Chunk>;
  /** Chunks of a column from `first` to `last`, both included, in one reading. */
  chunks(column: string, first: number, last: number): Promise<readonly Chunk[]>;
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
  /** Gives it another name. Throws `not-found`. */
  rename(id: string, name: string): Promise<void>;
  delete(id: string): Promise<void>;
}

/** Chunks of one reading, where all of a column is read: some 5 MB. */
const readAtOnce = 16;

/** Every chunk of a column, in order. */
export async function* chunksOf(
  { chunks }: Pick<StoredGraph, "chunks">,
  column: string,
  count: number,
): AsyncGenerator<Chunk, void> {
  for (let first = 0; first < count; first += readAtOnce)
    yield* await chunks(column, first, Math.min(count, first + readAtOnce) - 1);
}

const notHeld = (id: string) => new ClinfuseError("not-found", `there is no graph "${id}" here`, { what: id });

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
      const chunk = async (column: string, chunk: number) => {
        const found = graph.chunks.get(key(column, chunk));
        if (!found) throw new Error(`chunk: got ${column} ${chunk}, which the graph does not have`);
        return found;
      };
      const chunks = (column: string, first: number, last: number) =>
        Promise.all(Array.from({ length: last - first + 1 }, (_, i) => chunk(column, first + i)));
      return { manifest: graph.manifest, chunk, chunks };
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
    async rename(id, name) {
      const graph = graphs.get(id);
      if (!graph) throw notHeld(id);
      graphs.set(id, { ...graph, manifest: { ...graph.manifest, name } });
    },
    async delete(id) {
      graphs.delete(id);
    },
  };
}
