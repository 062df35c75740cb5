// How much room the browser gives, whether it keeps it, and the end of all that is stored.

import { type Db, deleteDb } from "./db.ts";
import { type Files, files } from "./files.ts";

export interface Room {
  readonly used: number; // bytes
  readonly quota: number; // bytes
  /** The browser will not clear it by itself. */
  readonly persistent: boolean;
}

export async function storageRoom(): Promise<Room> {
  const [{ usage = 0, quota = 0 }, persistent] = await Promise.all([navigator.storage.estimate(), navigator.storage.persisted()]);
  return { used: usage, quota, persistent };
}

/** Asks the browser not to clear the storage by itself; resolves to whether it will not. */
export function keepStorage(): Promise<boolean> {
  return navigator.storage.persist();
}

/** Deletes every run, graph, dataset, model and setting of this origin's databases and files. The connection is closed. */
export async function wipeAll(db: Db, opfs: Files = files()): Promise<void> {
  const { name } = db;
  db.close();
  await deleteDb(name);
  const folders = new Set((await opfs.list()).map((f) => f.path.split("/")[0] as string));
  for (const folder of folders) await opfs.delete(folder);
}
