// Knowledge graphs in IndexedDB: the port GraphStore. Chunks lie under a storage id of their own until the import is whole.

import { ClinfuseError } from "../base/errors.ts";
import type { Chunk, GraphManifest } from "../knowledge/graph-columns.ts";
import type { GraphStore, GraphWriter } from "../knowledge/graph-store.ts";
import type { Db } from "./db.ts";
import { packChunk, unpackChunk } from "./packed-chunk.ts";
import { read, write } from "./transaction.ts";

const columnsOf = (storage: string) => IDBKeyRange.bound([storage], [storage, []]);

export function graphStore(db: Db): GraphStore {
  return {
    list: () => read("list the graphs", async () => (await db.getAll("graphs")).map((g) => g.manifest)),

    open: (id) =>
      read("open the graph", async () => {
        const record = await db.get("graphs", id);
        if (!record) return undefined;
        const { manifest, storage } = record;
        return {
          manifest,
          chunk: async (column, index) => (await readChunks(db, manifest, storage, column, index, index))[0] as Chunk,
          chunks: (column, first, last) => readChunks(db, manifest, storage, column, first, last),
        };
      }),

    write: () => startImport(db),

    rename: (id, name) =>
      write(db, ["graphs"], "rename the graph", async (tx) => {
        const record = await tx.objectStore("graphs").get(id);
        if (!record) throw new ClinfuseError("not-found", `there is no graph "${id}" here`, { what: id });
        await tx.objectStore("graphs").put({ ...record, manifest: { ...record.manifest, name } });
      }),

    delete: (id) =>
      write(db, ["graphs", "columns"], "delete the graph", async (tx) => {
        const record = await tx.objectStore("graphs").get(id);
        if (!record) return;
        await Promise.all([tx.objectStore("graphs").delete(id), tx.objectStore("columns").delete(columnsOf(record.storage))]);
      }),
  };
}

async function readChunks(
  db: Db,
  manifest: GraphManifest,
  storage: string,
  column: string,
  first: number,
  last: number,
): Promise<Chunk[]> {
  const range = IDBKeyRange.bound([storage, column, first], [storage, column, last]);
  const found = await read("read the graph", () => db.getAll("columns", range));
  if (found.length === last - first + 1) return found.map(unpackChunk);
  const what = `the graph "${manifest.name}" was deleted or replaced while it was read`;
  throw new ClinfuseError("not-found", what, { what: manifest.id });
}

const lockOf = (storage: string) => `graph-import:${storage}`;

/** The import's lock is held from here to its end: a tab that dies lets go of it, and `sweepImports` knows. */
async function startImport(db: Db): Promise<GraphWriter> {
  const storage = crypto.randomUUID();
  const release = await hold(lockOf(storage));
  const doing = "save the graph";
  const discard = () =>
    write(db, ["columns", "imports"], "discard the unfinished graph", async (tx) => {
      await Promise.all([tx.objectStore("columns").delete(columnsOf(storage)), tx.objectStore("imports").delete(storage)]);
    });
  try {
    await write(db, ["imports"], doing, async (tx) => {
      await tx.objectStore("imports").put({ storage, startedAt: Date.now() });
    });
  } catch (error) {
    release();
    throw error;
  }
  return {
    put: (chunks) =>
      write(db, ["columns"], doing, async (tx) => {
        const columns = tx.objectStore("columns");
        await Promise.all(chunks.map(async ({ column, chunk, data }) => columns.put(packChunk(data), [storage, column, chunk])));
      }),
    async commit(manifest) {
      await write(db, ["graphs", "columns", "imports"], doing, async (tx) => {
        const before = await tx.objectStore("graphs").get(manifest.id);
        await tx.objectStore("graphs").put({ id: manifest.id, manifest, storage });
        await tx.objectStore("imports").delete(storage);
        if (before) await tx.objectStore("columns").delete(columnsOf(before.storage));
      });
      release();
    },
    async discard() {
      try {
        await discard();
      } finally {
        release();
      }
    },
  };
}

/** Takes a Web Lock and returns the function that releases it. A browser without locks holds nothing. */
async function hold(name: string): Promise<() => void> {
  const locks = globalThis.navigator?.locks;
  if (!locks) return () => undefined;
  return new Promise((resolve, reject) => {
    locks.request(name, () => new Promise<void>((release) => resolve(release))).catch(reject);
  });
}

/** Deletes the rows of imports that a killed tab left. Call it once when a page starts; resolves to their number. */
export async function sweepImports(db: Db): Promise<number> {
  const started = await read("look for unfinished graphs", () => db.getAll("imports"));
  const locks = globalThis.navigator?.locks;
  const held = new Set((await locks?.query())?.held?.map((lock) => lock.name));
  const dead = started.filter(({ storage }) => !held.has(lockOf(storage)));
  if (dead.length === 0) return 0;
  await write(db, ["columns", "imports"], "delete unfinished graphs", async (tx) => {
    await Promise.all(
      dead.flatMap(({ storage }) => [
        tx.objectStore("columns").delete(columnsOf(storage)),
        tx.objectStore("imports").delete(storage),
      ]),
    );
  });
  return dead.length;
}
