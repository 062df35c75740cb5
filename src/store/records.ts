// Records with an id: datasets, trained models, notebooks. Knows no field but the id.

import { ClinfuseError } from "../base/errors.ts";
import type { Db, Identified } from "./db.ts";
import { read, write } from "./transaction.ts";

/** `T` is plain data: it must survive a structured clone. */
export interface Records<T extends Identified> {
  get(id: string): Promise<T | undefined>;
  /** In the order of their ids. */
  list(): Promise<T[]>;
  put(record: T): Promise<void>;
  /** Reads, changes and writes in one transaction, so that two writers lose nothing. Throws `not-found`. */
  update(id: string, change: (record: T) => T): Promise<T>;
  delete(id: string): Promise<void>;
}

export type RecordStore = "trained";

export function records<T extends Identified>(db: Db, store: RecordStore, noun: string): Records<T> {
  return {
    get: (id) => read(`read the ${noun}`, async () => (await db.get(store, id)) as T | undefined),
    list: () => read(`list the ${noun}s`, async () => (await db.getAll(store)) as T[]),
    put: (record) =>
      write(db, [store], `save the ${noun}`, async (tx) => {
        await tx.objectStore(store).put(record);
      }),
    update: (id, change) =>
      write(db, [store], `save the ${noun}`, async (tx) => {
        const found = (await tx.objectStore(store).get(id)) as T | undefined;
        if (!found) throw new ClinfuseError("not-found", `there is no ${noun} ${JSON.stringify(id)}`, { what: id });
        const changed = change(found);
        if (changed.id !== id) throw new Error(`update: the ${noun}'s id changed from ${id} to ${changed.id}`);
        await tx.objectStore(store).put(changed);
        return changed;
      }),
    delete: (id) =>
      write(db, [store], `delete the ${noun}`, async (tx) => {
        await tx.objectStore(store).delete(id);
      }),
  };
}
