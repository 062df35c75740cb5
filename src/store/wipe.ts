// The end of all that is stored. Knows no room's data.

import { type Db, deleteDb } from "./db.ts";
import { type Files, files } from "./files.ts";

/**
 * Deletes every run, graph, dataset and model: the database, the big files, and what vendors cached. Connections close, those of
 * other tabs and workers too: reload the page afterwards. Throws `storage-unavailable`.
 */
export async function wipeAll(db: Db, opfs: Files = files()): Promise<void> {
  const { name } = db;
  db.close();
  await deleteDb(name);
  await opfs.clear();
  // No room of ours caches responses; a vendor's library may.
  for (const cache of (await globalThis.caches?.keys()) ?? []) await caches.delete(cache);
}
