// Runs that go out as capsules and come in from them: read whole, and written in one transaction or not at all. Knows no zip.

import type { Notebook } from "../experiment/notebook.ts";
import type { AnyProduct } from "../experiment/product.ts";
import type { LogEntry, LogFormat, Prefix, StoredEntry, StoredState } from "../generate/log.ts";
import type { RunConfig } from "../generate/run-config.ts";
import type { KeptAnswer } from "../knowledge/kept-answers.ts";
import type { RunLogRecord, RunRecord } from "../report/run-record.ts";
import type { Db } from "./db.ts";
import { type StoredNotebook, storedRows, tellEveryTab } from "./notebook.ts";
import { logOf, prefixKey, runLog } from "./run-log.ts";
import { read, write } from "./transaction.ts";

export interface Capsules {
  /** The parts of a run that its notebook does not hold. */
  read(notebook: Notebook): Promise<Pick<RunRecord, "log" | "answers">>;
  /** Choices that a generation run was begun with; undefined where it is not stored. */
  choicesOf(run: string): Promise<RunConfig | undefined>;
  /**
   * Stores a run beside what is there: nothing is overwritten. Its log keeps its id where no other log has it and its config says that id; else it gets
   * one of its own. Resolves to the notebook as it was stored. Throws Error where the notebook's id is taken.
   */
  add(notebook: Notebook, log: RunLogRecord | undefined, products: readonly AnyProduct[]): Promise<Notebook>;
}

export function capsules(db: Db, format: LogFormat): Capsules {
  const logs = runLog(db, format);
  return {
    async read({ run, products = [] }) {
      const state = run === undefined ? undefined : await logs.get(run);
      const entries: LogEntry[] = [];
      if (state) for await (const entry of logs.read(state.id)) entries.push(entry);
      const kept = await read("read what the run holds", () => Promise.all(products.map((key) => db.get("products", key))));
      const answers = kept.flatMap((product): readonly KeptAnswer[] => (product?.kind === "suggestions" ? product.value : []));
      return { ...(state ? { log: { state, entries } } : {}), ...(answers.length > 0 ? { answers } : {}) };
    },

    choicesOf: async (run) => (await logs.get(run))?.config,

    async add(given, log, products) {
      const dataset = given.data && (await storedRows(given.data));
      const isNamed = log !== undefined && (await isOwnName(log, format)) && !given.capsule?.withoutRows;
      const rows = log ? placed(log, format) : [];
      const stores = ["notebooks", "datasets", "runs", "log", "products"] as const;
      const notebook = await write(db, stores, "store the run of the capsule", async (tx) => {
        const taken = log && (await tx.objectStore("runs").getKey(log.state.id)) !== undefined;
        const run = log && (isNamed && !taken ? log.state.id : `${log.state.id}-${given.id}`);
        const own: Notebook = { ...(run === undefined ? withoutRun(given) : withRun(given, run)), version: 1 };
        const { data: _, ...head } = own;
        await tx.objectStore("notebooks").add({ ...head, ...(dataset ? { dataset: dataset.id } : {}) } as StoredNotebook);
        if (dataset && !(await tx.objectStore("datasets").getKey(dataset.id))) await tx.objectStore("datasets").add(dataset);
        if (log && run !== undefined) {
          await tx.objectStore("runs").add({ ...log.state, id: run } as StoredState);
          await tx.objectStore("log").delete(logOf(run)); // the rest of one whose run is gone
          for (const { position, value } of rows) {
            await tx.objectStore("log").add(value, position < 0 ? prefixKey(run, -1 - position) : [run, position]);
          }
        }
        for (const product of products) await tx.objectStore("products").add(product);
        return own;
      });
      tellEveryTab(db.name, { type: "changed", id: notebook.id, version: 1 });
      return notebook;
    },
  };
}

/** A log by the id of another config would be taken for that one's. */
async function isOwnName({ state }: RunLogRecord, format: LogFormat): Promise<boolean> {
  return (await format.identify(state.config).catch(() => "")) === state.id;
}

interface Placed {
  /** As the log has it: entries from 0, prefixes from -1 down. */
  readonly position: number;
  readonly value: StoredEntry | Prefix;
}

/** Entries that were left out leave their places empty. */
function placed({ entries }: RunLogRecord, format: LogFormat): readonly Placed[] {
  const prefixes: Prefix[] = [];
  let feedback = 0;
  let next = 0;
  const rows = entries.map((entry): Placed => {
    const { entry: value, fresh } = format.pack(entry, prefixes);
    prefixes.push(...fresh);
    if (entry.type !== "feedback") next = entry.index + 1;
    return { position: entry.type === "feedback" ? next + feedback++ : entry.index + feedback, value };
  });
  return [...prefixes.map((value, i) => ({ position: -1 - i, value })), ...rows];
}

/** The notebook with that log as its own, its training's too. */
function withRun(notebook: Notebook, run: string): Notebook {
  const { training } = notebook;
  const basis = training && training.basis.run === notebook.run ? { ...training.basis, run } : training?.basis;
  return { ...notebook, run, logs: [run], ...(training && basis ? { training: { ...training, basis } } : {}) };
}

/** A run whose log is not in the capsule has none: another log of that id may be another's. */
function withoutRun({ run: _, logs: __, ...notebook }: Notebook): Notebook {
  return notebook;
}
