// Arenas by their ids. Each change is made on what is there, so that no tab erases what another wrote. Knows no cell.

import type { Arena } from "../experiment/arena.ts";
import type { Db } from "./db.ts";
import { newsChannel } from "./news-channel.ts";
import { logOf } from "./run-log.ts";
import { read, write } from "./transaction.ts";

export interface ArenaStore {
  /** The latest change first. */
  list(): Promise<readonly Arena[]>;
  put(arena: Arena): Promise<void>;
  /** Resolves to what is there then; undefined where another tab deleted it. */
  change(id: string, change: (before: Arena) => Arena): Promise<Arena | undefined>;
  /** With the products and logs that no run and no other arena holds. */
  delete(id: string): Promise<void>;
  /** Hears the id of each arena that another tab begins, changes or deletes, until the returned function is called. */
  watch(listener: (id: string) => void): () => void;
}

/** Holdings of runs and arenas, as far as deleting must know them. */
interface Holder {
  readonly id: string;
  readonly run?: string;
  readonly logs?: readonly string[];
  readonly products?: readonly string[];
}

export function arenaStore(db: Db): ArenaStore {
  const channel = newsChannel<string>(`clinfuse-arenas-${db.name}`);
  return {
    list: () =>
      read("list the arenas", async () => {
        const stored = (await db.getAll("arenas")) as Arena[];
        return stored.sort((a, b) => b.updatedAt - a.updatedAt || (a.id < b.id ? -1 : 1));
      }),

    async put(arena) {
      await write(db, ["arenas"], "save the arena", async (tx) => {
        await tx.objectStore("arenas").put(arena);
      });
      channel.tell(arena.id);
    },

    async change(id, change) {
      const stored = await write(db, ["arenas"], "save the arena", async (tx) => {
        const before = (await tx.objectStore("arenas").get(id)) as Arena | undefined;
        if (!before) return undefined;
        const after = change(before);
        await tx.objectStore("arenas").put(after);
        return after;
      });
      if (stored) channel.tell(id);
      return stored;
    },

    async delete(id) {
      await write(db, ["arenas", "notebooks", "runs", "log", "products"], "delete the arena", async (tx) => {
        const arenas = (await tx.objectStore("arenas").getAll()) as Holder[];
        const others = [...arenas.filter((a) => a.id !== id), ...((await tx.objectStore("notebooks").getAll()) as Holder[])];
        const own = arenas.find((a) => a.id === id);
        await tx.objectStore("arenas").delete(id);
        const held = new Set(
          others.flatMap(({ run, logs = [], products = [] }) => [...(run ? [run] : []), ...logs, ...products]),
        );
        for (const key of own?.products ?? []) if (!held.has(key)) await tx.objectStore("products").delete(key);
        for (const run of own?.logs ?? []) {
          if (held.has(run)) continue;
          await tx.objectStore("runs").delete(run);
          await tx.objectStore("log").delete(logOf(run));
        }
      });
      channel.tell(id);
    },

    watch: channel.watch,
  };
}
