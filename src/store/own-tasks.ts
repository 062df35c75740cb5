// Tasks of the user's own in IndexedDB. Knows their ids, not their meaning.

import type { OwnTask } from "../tasks/own-store.ts";
import type { Db } from "./db.ts";
import { read, write } from "./transaction.ts";

export interface OwnTasks {
  /** The latest change first. */
  list(): Promise<OwnTask[]>;
  get(id: string): Promise<OwnTask | undefined>;
  /** A new one, or in the place of its older self. */
  put(task: OwnTask): Promise<void>;
  /** Runs keep the task that they were begun with. */
  delete(id: string): Promise<void>;
}

export function ownTasks(db: Db): OwnTasks {
  return {
    list: () =>
      read("list your tasks", async () =>
        (await db.getAll("tasks")).sort((a, b) => b.updatedAt - a.updatedAt || (a.id < b.id ? -1 : 1)),
      ),
    get: (id) => read("read the task", async () => db.get("tasks", id)),
    put: (task) => write(db, ["tasks"], "save the task", async (tx) => void (await tx.objectStore("tasks").put(task))),
    delete: (id) => write(db, ["tasks"], "delete the task", async (tx) => tx.objectStore("tasks").delete(id)),
  };
}
