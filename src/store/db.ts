// The one IndexedDB schema, with its migrations. Knows keys and types, not their meaning.

import { type DBSchema, deleteDB, type IDBPDatabase, openDB } from "idb";
import { ClinfuseError } from "../base/errors.ts";
import type { EngineSpeed } from "../engines/measure-engine.ts";
import type { AnyProduct } from "../experiment/product.ts";
import type { Prefix, StoredEntry, StoredState } from "../generate/log.ts";
import type { Chunk, GraphManifest } from "../knowledge/graph-columns.ts";
import type { OwnTask } from "../tasks/own-store.ts";
import type { TrainingSpeed } from "../train/measure-training.ts";
import type { PackedChunk } from "./packed-chunk.ts";
import { refusal, storageError } from "./storage-error.ts";

/** Every record of `datasets`, `notebooks` and `arenas` carries its key. */
export interface Identified {
  readonly id: string;
}

/** A graph that can be read: its columns lie under `storage`, so that an import may replace it in one step. */
export interface GraphRecord extends Identified {
  readonly manifest: GraphManifest;
  readonly storage: string;
}

export interface Schema extends DBSchema {
  runs: { key: string; value: StoredState };
  /** Entries at their positions from 0; prefixes of prompts, which entries refer to, at -1, -2, ... */
  log: { key: [run: string, position: number]; value: StoredEntry | Prefix };
  graphs: { key: string; value: GraphRecord };
  /** Packed since version 6; chunks of before stay as they are, and are read so. */
  columns: { key: [storage: string, column: string, chunk: number]; value: PackedChunk | Chunk };
  /** Imports under way, by storage id: what a killed tab left is found here and swept. */
  imports: { key: string; value: { readonly storage: string; readonly startedAt: number } };
  datasets: { key: string; value: Identified };
  notebooks: { key: string; value: Identified };
  /** Measured speeds of this device, by their subject: `engine:<model>:<engine>`, `training:<device>`. */
  measurements: { key: string; value: EngineSpeed | TrainingSpeed };
  /** By key: a product's kind is part of what the key is the hash of. */
  products: { key: string; value: AnyProduct };
  arenas: { key: string; value: Identified };
  /** Tasks of the user's own, half done ones too. */
  tasks: { key: string; value: OwnTask };
}

export type Db = IDBPDatabase<Schema>;

/** migrations[v] takes a database from version v to v + 1. Only ever append. */
const migrations: readonly ((db: Db) => void)[] = [
  (db) => {
    db.createObjectStore("runs", { keyPath: "id" });
    db.createObjectStore("log");
    db.createObjectStore("graphs", { keyPath: "id" });
    db.createObjectStore("columns");
    db.createObjectStore("imports", { keyPath: "storage" });
    db.createObjectStore("datasets", { keyPath: "id" });
    db.createObjectStore("notebooks", { keyPath: "id" });
  },
  (db) => {
    db.createObjectStore("measurements");
  },
  // Notebooks gain `version` and `products`; one without is at version 0 and names none.
  (db) => {
    db.createObjectStore("products", { keyPath: "key" });
  },
  (db) => {
    db.createObjectStore("arenas", { keyPath: "id" });
  },
  (db) => {
    db.createObjectStore("tasks", { keyPath: "id" });
  },
  // Chunks of graphs are packed: a tab of the version before, which cannot read them, is told to reload.
  () => undefined,
];

export const schemaVersion = migrations.length;

export interface DbOptions {
  /** Another tab wants a newer schema or a wipe: this connection has been closed, and the page should say "reload". */
  readonly onOutdated?: () => void;
}

/** Opens the database, migrating it. Throws `storage-unavailable` (private window, storage denied, newer schema, another tab in the way). */
export async function openDb(name = "clinfuse", options: DbOptions = {}): Promise<Db> {
  let waitsForOther: (() => void) | undefined;
  const blocked = new Promise<never>((_, reject) => {
    waitsForOther = () =>
      reject(new ClinfuseError("storage-unavailable", "another tab of Clinfuse holds an older version of the storage; close it"));
  });
  let opening: Promise<Db> | undefined;
  try {
    opening = openDB<Schema>(name, schemaVersion, {
      upgrade(db, from) {
        for (const migrate of migrations.slice(from)) migrate(db);
      },
      blocked: () => waitsForOther?.(),
      blocking(_current, _wanted, event) {
        (event.target as IDBDatabase).close();
        options.onOutdated?.();
      },
      terminated: () => options.onOutdated?.(),
    });
    return await Promise.race([opening, blocked]);
  } catch (error) {
    opening?.then(
      (db) => db.close(),
      () => undefined,
    );
    throw refusal(error, "open the browser's storage");
  }
}

/** Deletes the whole database. Connections of other tabs close themselves (`blocking`). */
export async function deleteDb(name = "clinfuse"): Promise<void> {
  try {
    await deleteDB(name);
  } catch (error) {
    throw storageError(error, "delete the browser's storage");
  }
}
