// The append-only log of runs in IndexedDB: the port RunStore. Knows no method and no model.

import type { LogEntry } from "../generate/events.ts";
import type { RunConfig } from "../generate/run-config.ts";
import type { RunState, RunStore } from "../generate/run-store.ts";
import type { Db } from "./db.ts";
import { read, write } from "./transaction.ts";

export interface RunLog extends RunStore {
  get(id: string): Promise<RunState | undefined>;
  list(): Promise<RunState[]>;
  /** The run and its log. */
  delete(id: string): Promise<void>;
}

/** Entries that a read holds in memory at once. */
const page = 256;

export const entriesOf = (run: string, from = 0) => IDBKeyRange.bound([run, from], [run, Number.POSITIVE_INFINITY]);

/** `identify` is generate's `runId`: a run is named by its config. */
export function runLog(db: Db, identify: (config: RunConfig) => Promise<string>): RunLog {
  return {
    async open(config) {
      const id = await identify(config);
      return write(db, ["runs"], "open the run", async (tx) => {
        const runs = tx.objectStore("runs");
        const found = await runs.get(id);
        const size = Math.max(config.size, found?.config.size ?? 0);
        const state: RunState = found ? { ...found, config: { ...found.config, size } } : { id, config, next: 0 };
        await runs.put(state);
        return state;
      });
    },

    /** Throws, leaving the log as it was, when the run does not exist or the indices do not follow each other from `next`. */
    append(id, entries) {
      return write(db, ["runs", "log"], "save the run's new examples", async (tx) => {
        const state = await tx.objectStore("runs").get(id);
        if (!state) throw new Error(`append: there is no run ${JSON.stringify(id)}; open it first`);
        entries.forEach((entry, i) => {
          const expected = state.next + i;
          if (entry.index !== expected) throw new Error(`append: got entry ${entry.index}, expected ${expected} (run ${id})`);
        });
        const log = tx.objectStore("log");
        // async: what cannot be cloned fails as a promise beside the others, and leaves none of them unheard.
        const writes: Promise<unknown>[] = entries.map(async (entry) => log.add(entry, [id, entry.index]));
        await Promise.all([...writes, tx.objectStore("runs").put({ ...state, next: state.next + entries.length })]);
      });
    },

    async *read(id) {
      for (let from = 0; ; ) {
        const entries = await read("read the run", () => db.getAll("log", entriesOf(id, from), page));
        yield* entries;
        if (entries.length < page) return;
        from = (entries.at(-1) as LogEntry).index + 1;
      }
    },

    get: (id) => read("read the run", () => db.get("runs", id)),
    list: () => read("list the runs", () => db.getAll("runs")),

    delete: (id) =>
      write(db, ["runs", "log"], "delete the run", async (tx) => {
        await Promise.all([tx.objectStore("runs").delete(id), tx.objectStore("log").delete(entriesOf(id))]);
      }),
  };
}
