// The end of all that is stored. Knows no room's data.

import { appCachePrefix } from "../base/app-address.ts";
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
  // The app's own files are no data; copies of what it fetched may be, and a vendor's library may keep some.
  const names = ((await globalThis.caches?.keys()) ?? []).filter((cache) => !cache.startsWith(appCachePrefix));
  for (const cache of names) await caches.delete(cache);
}
