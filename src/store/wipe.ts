// The end of all that is stored. Knows no room's data.

import { type Db, deleteDb } from "./db.ts";
import { type Files, files } from "./files.ts";

/**
 * Deletes every run, graph, dataset and model: the database and the big files. Connections close, those of other tabs and workers too: reload the page
 * afterwards. Throws `storage-unavailable`.
 */
export async function wipeAll(db: Db, opfs: Files = files()): Promise<void> {
  const { name } = db;
  db.close();
  await deleteDb(name);
  const folders = new Set((await opfs.list()).map((f) => f.path.split("/")[0] as string));
  for (const folder of folders) await opfs.delete(folder);
}
