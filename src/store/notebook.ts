// Notebooks: runs as their readers see them. Rows of data are kept once, however many notebooks hold them.

import { sha256 } from "../base/hash.ts";
import type { Notebook, NotebookData } from "../experiment/notebook.ts";
import type { Db, Identified } from "./db.ts";
import { logOf } from "./run-log.ts";
import { read, write } from "./transaction.ts";

/** A notebook without its rows: what a list shows. */
export type NotebookHead = Omit<Notebook, "data">;

export interface Notebooks {
  get(id: string): Promise<Notebook | undefined>;
  /** The latest change first. */
  list(): Promise<NotebookHead[]>;
  put(notebook: Notebook): Promise<void>;
  /** What goes when the notebook goes, because no other holds it. */
  holdings(id: string): Promise<Holdings>;
  /** With the rows and the logs that no other notebook holds. The trained models are files, and stay. */
  delete(id: string): Promise<void>;
}

export interface Holdings {
  /** Ids of generation runs. */
  readonly logs: readonly string[];
  /** Names of trained models. */
  readonly models: readonly string[];
}

/** As it lies in the database. */
interface StoredNotebook extends NotebookHead {
  readonly dataset?: string;
}

interface StoredDataset extends Identified {
  readonly data: NotebookData;
}

export function notebooks(db: Db): Notebooks {
  // A page saves the same rows after each step: hashing them again would cost more than the saving. The order of keys is the
  // readers' own, so plain JSON tells equal rows; it takes a fifth of the time of canonical JSON, and the page waits for it.
  const known = new WeakMap<NotebookData, Promise<string>>();
  const datasetId = (data: NotebookData): Promise<string> => {
    const id = known.get(data) ?? sha256(JSON.stringify(data));
    known.set(data, id);
    return id;
  };

  return {
    get: (id) =>
      read("read the run", async () => {
        const tx = db.transaction(["notebooks", "datasets"]);
        const stored = (await tx.objectStore("notebooks").get(id)) as StoredNotebook | undefined;
        if (!stored) return undefined;
        const { dataset, ...head } = stored;
        const rows = dataset && ((await tx.objectStore("datasets").get(dataset)) as StoredDataset | undefined);
        if (!rows) return head;
        known.set(rows.data, Promise.resolve(rows.id));
        return { ...head, data: rows.data };
      }),

    list: () =>
      read("list the runs", async () => {
        const stored = (await db.getAll("notebooks")) as StoredNotebook[];
        return stored.map(({ dataset: _, ...head }) => head).sort((a, b) => b.updatedAt - a.updatedAt || (a.id < b.id ? -1 : 1));
      }),

    async put({ data, ...head }) {
      const dataset = data && (await datasetId(data));
      const stored: StoredNotebook = dataset ? { ...head, dataset } : head;
      await write(db, ["notebooks", "datasets"], "save the run", async (tx) => {
        const before = (await tx.objectStore("notebooks").get(head.id)) as StoredNotebook | undefined;
        await tx.objectStore("notebooks").put(stored);
        if (dataset && !(await tx.objectStore("datasets").getKey(dataset))) {
          await tx.objectStore("datasets").put({ id: dataset, data } as StoredDataset);
        }
        if (!before?.dataset || before.dataset === dataset) return;
        const all = (await tx.objectStore("notebooks").getAll()) as StoredNotebook[];
        if (!all.some((n) => n.dataset === before.dataset)) await tx.objectStore("datasets").delete(before.dataset);
      });
    },

    holdings: (id) => read("look what the run holds", async () => alone(id, (await db.getAll("notebooks")) as StoredNotebook[])),

    delete: (id) =>
      write(db, ["notebooks", "datasets", "runs", "log"], "delete the run", async (tx) => {
        const all = (await tx.objectStore("notebooks").getAll()) as StoredNotebook[];
        await tx.objectStore("notebooks").delete(id);
        const { datasets, logs } = alone(id, all);
        for (const dataset of datasets) await tx.objectStore("datasets").delete(dataset);
        for (const run of logs) {
          await tx.objectStore("runs").delete(run);
          await tx.objectStore("log").delete(logOf(run));
        }
      }),
  };
}

interface Alone extends Holdings {
  /** Ids of datasets. */
  readonly datasets: readonly string[];
}

const held: { readonly [K in keyof Alone]: (notebook: StoredNotebook) => readonly string[] } = {
  datasets: ({ dataset }) => (dataset ? [dataset] : []),
  logs: ({ run, logs = [] }) => (run ? [...logs, run] : logs),
  // A training that was given up for other choices left its model under the notebook's id.
  models: ({ id, training }) => (training ? [id, training.model] : [id]),
};

/** What the notebook of that id holds and no other of `all` does. */
function alone(id: string, all: readonly StoredNotebook[]): Alone {
  const others = all.filter((n) => n.id !== id);
  const of = (what: keyof Alone) => {
    const elsewhere = new Set(others.flatMap(held[what]));
    return [...new Set(all.filter((n) => n.id === id).flatMap(held[what]))].filter((x) => !elsewhere.has(x));
  };
  return { datasets: of("datasets"), logs: of("logs"), models: of("models") };
}
