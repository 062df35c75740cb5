// The append-only log of runs in IndexedDB: the port RunStore. Knows no source and no model.

import type { LogEntry, LogFormat, Prefix, RunState, RunStore, StoredEntry } from "../generate/log.ts";
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

/** All that is stored of a run's log: its prefixes, then its entries. */
export const logOf = (run: string) => IDBKeyRange.bound([run, Number.NEGATIVE_INFINITY], [run, Number.POSITIVE_INFINITY]);

const entriesFrom = (run: string, position: number) => IDBKeyRange.bound([run, position], [run, Number.POSITIVE_INFINITY]);
const prefixesOf = (run: string) => IDBKeyRange.bound([run, Number.NEGATIVE_INFINITY], [run, -1]);
export const prefixKey = (run: string, prefix: number): [string, number] => [run, -1 - prefix];

/** Keys count down, so the last read is the run's first. */
const inOrder = (read: readonly (StoredEntry | Prefix)[]): readonly Prefix[] => (read as readonly Prefix[]).toReversed();

/** `format` is generate's `logFormat`: a run is named by its config, and its entries are packed. */
export function runLog(db: Db, format: LogFormat): RunLog {
  return {
    /** The config as it is asked for now is kept: of the same id, it says all that an older form did not. Its day stays the first one. */
    async open(config) {
      const id = await format.identify(config);
      return write(db, ["runs"], "open the run", async (tx) => {
        const runs = tx.objectStore("runs");
        const found = await runs.get(id);
        const before = found && format.state(found).config;
        const size = Math.max(config.size, before?.size ?? 0);
        const day = before?.date === undefined ? {} : { date: before.date };
        const state: RunState = { ...(found ?? { id, next: 0 }), config: { ...config, size, ...day } };
        await runs.put(state);
        return state;
      });
    },

    /** Throws, leaving the log as it was, when the run does not exist or the attempts do not follow each other from `next`. */
    append(id, entries) {
      return write(db, ["runs", "log"], "save the run's new examples", async (tx) => {
        const log = tx.objectStore("log");
        const [state, known] = await Promise.all([tx.objectStore("runs").get(id), log.getAll(prefixesOf(id))]);
        if (!state) throw new Error(`append: there is no run ${JSON.stringify(id)}; open it first`);
        const rows = placed(id, state, entries);
        const prefixes = [...inOrder(known)];
        // async: what cannot be cloned fails as a promise beside the others, and leaves none of them unheard.
        const add = async (value: StoredEntry | Prefix, key: [string, number]) => log.add(value, key);
        const writes = rows.flatMap(({ entry, position }) => {
          const { entry: stored, fresh } = format.pack(entry, prefixes);
          const adds = fresh.map((prefix, i) => add(prefix, prefixKey(id, prefixes.length + i)));
          prefixes.push(...fresh);
          return [...adds, add(stored, [id, position])];
        });
        await Promise.all([...writes, tx.objectStore("runs").put(after(state, entries))]);
      });
    },

    async *read(id) {
      const prefixes: Prefix[] = [];
      for (let from = 0; ; from += page) {
        const stored = await read("read the run", async () => {
          const tx = db.transaction("log");
          // A run under way may have begun another prefix since the page before.
          const [begun, entries] = await Promise.all([
            tx.store.getAll(prefixesOf(id)),
            tx.store.getAll(entriesFrom(id, from), page),
          ]);
          prefixes.splice(0, prefixes.length, ...inOrder(begun));
          return entries as StoredEntry[];
        });
        for (const entry of stored) yield format.unpack(entry, prefixes);
        if (stored.length < page) return;
      }
    },

    get: (id) =>
      read("read the run", async () => {
        const stored = await db.get("runs", id);
        return stored && format.state(stored);
      }),
    list: () => read("list the runs", async () => (await db.getAll("runs")).map(format.state)),

    delete: (id) =>
      write(db, ["runs", "log"], "delete the run", async (tx) => {
        await Promise.all([tx.objectStore("runs").delete(id), tx.objectStore("log").delete(logOf(id))]);
      }),
  };
}

type Counts = Pick<RunState, "next" | "feedback">;

/** Entries at their positions in the log. Throws where an attempt is not the next one. */
function placed(id: string, { next, feedback = 0 }: Counts, entries: readonly LogEntry[]) {
  let expected = next;
  return entries.map((entry, i) => {
    if (entry.type !== "feedback" && entry.index !== expected++)
      throw new Error(`append: got entry ${entry.index}, expected ${expected - 1} (run ${id})`);
    return { entry, position: next + feedback + i };
  });
}

function after<S extends Counts>(state: S, entries: readonly LogEntry[]): S {
  const came = entries.filter((entry) => entry.type === "feedback").length;
  const feedback = (state.feedback ?? 0) + came;
  return { ...state, next: state.next + entries.length - came, ...(feedback > 0 ? { feedback } : {}) };
}
