// Tasks of the user's own in IndexedDB. Knows their ids, not their meaning.

import type { OwnTask } from "../tasks/own-store.ts";
import type { Db } from "./db.ts";
import { newsChannel } from "./news-channel.ts";
import { read, write } from "./transaction.ts";

export type Saved =
  | { readonly kind: "written" }
  /** Another tab changed the task since: nothing is written, and this is what is there. */
  | { readonly kind: "outdated"; readonly task: OwnTask }
  | { readonly kind: "deleted" };

export interface OwnTasks {
  /** The latest change first. */
  list(): Promise<OwnTask[]>;
  get(id: string): Promise<OwnTask | undefined>;
  /** A new one; with `since`, the `updatedAt` of its older self, in the place of that. */
  put(task: OwnTask, since?: number): Promise<Saved>;
  /** Runs keep the task that they were begun with. */
  delete(id: string): Promise<void>;
  /** Hears the id of each task that another tab saves or deletes, until the returned function is called. */
  watch(listener: (id: string) => void): () => void;
}

export function ownTasks(db: Db): OwnTasks {
  const channel = newsChannel<string>(`clinfuse-tasks-${db.name}`);
  return {
    list: () =>
      read("list your tasks", async () =>
        (await db.getAll("tasks")).sort((a, b) => b.updatedAt - a.updatedAt || (a.id < b.id ? -1 : 1)),
      ),
    get: (id) => read("read the task", async () => db.get("tasks", id)),
    async put(task, since) {
      const saved = await write(db, ["tasks"], "save the task", async (tx): Promise<Saved> => {
        const before = since === undefined ? undefined : await tx.objectStore("tasks").get(task.id);
        if (before?.updatedAt !== since) return before ? { kind: "outdated", task: before } : { kind: "deleted" };
        await tx.objectStore("tasks").put(task);
        return { kind: "written" };
      });
      if (saved.kind === "written") channel.tell(task.id);
      return saved;
    },
    async delete(id) {
      await write(db, ["tasks"], "delete the task", async (tx) => tx.objectStore("tasks").delete(id));
      channel.tell(id);
    },
    watch: channel.watch,
  };
}
