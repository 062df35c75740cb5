// Notebooks: runs as their readers see them, changed by fields so that no tab erases what another wrote. Rows of data are kept once.

import { sha256 } from "../base/hash.ts";
import type { Notebook, NotebookData } from "../experiment/notebook.ts";
import { conflicts, type NotebookPatch, patched } from "../experiment/notebook-patch.ts";
import type { Db, Identified } from "./db.ts";
import { newsChannel } from "./news-channel.ts";
import { logOf } from "./run-log.ts";
import { read, write } from "./transaction.ts";

/** A notebook without its rows, for a list. */
export type NotebookHead = Omit<Notebook, "data">;

export type Changed =
  | { readonly kind: "written"; readonly notebook: Notebook }
  /** Another tab changed a field of the patch since `base`: nothing is written, and this is what is there. */
  | { readonly kind: "outdated"; readonly notebook: Notebook }
  | { readonly kind: "deleted" };

/** Told to every other tab. */
export type NotebookNews =
  | { readonly type: "changed"; readonly id: string; readonly version: number }
  | { readonly type: "deleted"; readonly id: string };

export interface Notebooks {
  get(id: string): Promise<Notebook | undefined>;
  /** The latest change first. */
  list(): Promise<NotebookHead[]>;
  /** A new one, or an imported one in the place of its older self. */
  put(notebook: Notebook): Promise<void>;
  /** Writes the patch's fields over what is there now, in one transaction. `base` is the notebook that the change was made on. */
  change(base: Notebook, patch: NotebookPatch): Promise<Changed>;
  /** Listens to changes by other tabs and workers, until the returned function is called. */
  watch(listener: (news: NotebookNews) => void): () => void;
  /** Things that go with the notebook, because no other holds them. */
  holdings(id: string): Promise<Holdings>;
  /** With the rows, products and logs that no other notebook holds. The trained models are files, and stay. */
  delete(id: string): Promise<void>;
}

export interface Holdings {
  /** Ids of generation runs. */
  readonly logs: readonly string[];
  /** Names of trained models. */
  readonly models: readonly string[];
}

/** As it lies in the database. */
export interface StoredNotebook extends NotebookHead {
  readonly dataset?: string;
}

export interface StoredDataset extends Identified {
  readonly data: NotebookData;
}

/** Rows as they lie in the database, under their hash. */
export const storedRows = async (data: NotebookData): Promise<StoredDataset> => ({
  id: await sha256(JSON.stringify(data)),
  data,
});

export function notebooks(db: Db): Notebooks {
  // A page saves the same rows after each step: hashing them again would cost more than the saving. Plain JSON tells equal rows, for
  // the order of keys is the readers' own. It takes a fifth of the time of canonical JSON, and the page waits for it.
  const known = new WeakMap<NotebookData, Promise<string>>();
  const datasetId = (data: NotebookData): Promise<string> => {
    const id = known.get(data) ?? sha256(JSON.stringify(data));
    known.set(data, id);
    return id;
  };
  const channel = newsChannel<NotebookNews>(channelName(db.name));

  const get = (id: string) =>
    read("read the run", async () => {
      const tx = db.transaction(["notebooks", "datasets"]);
      const stored = (await tx.objectStore("notebooks").get(id)) as StoredNotebook | undefined;
      if (!stored) return undefined;
      const { dataset, ...head } = stored;
      const rows = dataset && ((await tx.objectStore("datasets").get(dataset)) as StoredDataset | undefined);
      if (!rows) return head;
      known.set(rows.data, Promise.resolve(rows.id));
      return { ...head, data: rows.data };
    });

  return {
    get,

    list: () =>
      read("list the runs", async () => {
        const stored = (await db.getAll("notebooks")) as StoredNotebook[];
        return stored.map(({ dataset: _, ...head }) => head).sort((a, b) => b.updatedAt - a.updatedAt || (a.id < b.id ? -1 : 1));
      }),

    async put({ data, ...head }) {
      const dataset = data && (await datasetId(data));
      const next = await replace(db, head.id, data, (before) => ({
        ...head,
        version: (before?.version ?? 0) + 1,
        ...(dataset ? { dataset } : {}),
      }));
      channel.tell({ type: "changed", id: head.id, version: next?.version ?? 0 });
    },

    async change({ data: baseData, ...base }, given) {
      const { data, ...fields } = given;
      const changesData = "data" in given;
      const from: StoredNotebook = { ...base, ...(baseData ? { dataset: await datasetId(baseData) } : {}) };
      const dataset = data && (await datasetId(data));
      const patch = { ...fields, ...(changesData ? { dataset } : {}) };
      const outcome: { is: Changed["kind"] } = { is: "written" };
      const stored = await replace(db, base.id, data, (before) => {
        if (!before) outcome.is = "deleted";
        else if (before.version !== from.version && conflicts(before, from, patch)) outcome.is = "outdated";
        else return { ...patched(before, patch), version: (before.version ?? 0) + 1 };
        return undefined;
      });
      if (!stored || outcome.is === "deleted") return { kind: "deleted" };
      if (outcome.is === "written") channel.tell({ type: "changed", id: base.id, version: stored.version ?? 0 });
      const { dataset: holds, ...head } = stored;
      const same = [data, baseData].find((rows, i) => rows && holds === [dataset, from.dataset][i]);
      const notebook = !holds ? head : same ? { ...head, data: same } : await get(base.id);
      return notebook ? { kind: outcome.is, notebook } : { kind: "deleted" };
    },

    watch: channel.watch,

    holdings: (id) => read("look what the run holds", async () => alone(id, (await db.getAll("notebooks")) as StoredNotebook[])),

    async delete(id) {
      await deleteWhole(db, id);
      channel.tell({ type: "deleted", id });
    },
  };
}

/** Writes what `decide` makes of what is there; undefined leaves it. Resolves to what is there then. */
function replace(
  db: Db,
  id: string,
  data: NotebookData | undefined,
  decide: (before: StoredNotebook | undefined) => StoredNotebook | undefined,
): Promise<StoredNotebook | undefined> {
  return write(db, ["notebooks", "datasets"], "save the run", async (tx) => {
    const before = (await tx.objectStore("notebooks").get(id)) as StoredNotebook | undefined;
    const next = decide(before);
    if (!next) return before;
    await tx.objectStore("notebooks").put(next);
    if (data && next.dataset && !(await tx.objectStore("datasets").getKey(next.dataset))) {
      await tx.objectStore("datasets").put({ id: next.dataset, data } as StoredDataset);
    }
    if (before?.dataset && before.dataset !== next.dataset) {
      const all = (await tx.objectStore("notebooks").getAll()) as StoredNotebook[];
      if (!all.some((n) => n.dataset === before.dataset)) await tx.objectStore("datasets").delete(before.dataset);
    }
    return next;
  });
}

/** With all that no other notebook holds, but for files. */
async function deleteWhole(db: Db, id: string): Promise<void> {
  await write(db, ["notebooks", "datasets", "runs", "log", "products"], "delete the run", async (tx) => {
    const all = (await tx.objectStore("notebooks").getAll()) as StoredNotebook[];
    await tx.objectStore("notebooks").delete(id);
    const { datasets, logs, products } = alone(id, all);
    for (const dataset of datasets) await tx.objectStore("datasets").delete(dataset);
    for (const product of products) await tx.objectStore("products").delete(product);
    for (const run of logs) {
      await tx.objectStore("runs").delete(run);
      await tx.objectStore("log").delete(logOf(run));
    }
  });
}

const channelName = (database: string) => `clinfuse-notebooks-${database}`;

/** Tells every tab, this one too. */
export function tellEveryTab(database: string, news: NotebookNews): void {
  const channel = new BroadcastChannel(channelName(database));
  channel.postMessage(news);
  channel.close();
}

interface Alone extends Holdings {
  /** Ids of datasets. */
  readonly datasets: readonly string[];
  /** Keys of products. */
  readonly products: readonly string[];
}

const held: { readonly [K in keyof Alone]: (notebook: StoredNotebook) => readonly string[] } = {
  datasets: ({ dataset }) => (dataset ? [dataset] : []),
  logs: ({ run, logs = [] }) => (run ? [...logs, run] : logs),
  products: ({ products = [] }) => products,
  // A training that was given up for other choices left its checkpoint under the notebook's id.
  models: ({ id, training }) => (training?.model === undefined ? [id] : [id, training.model]),
};

/** Things that the notebook of that id holds and no other of `all` does. */
function alone(id: string, all: readonly StoredNotebook[]): Alone {
  const others = all.filter((n) => n.id !== id);
  const of = (what: keyof Alone) => {
    const elsewhere = new Set(others.flatMap(held[what]));
    return [...new Set(all.filter((n) => n.id === id).flatMap(held[what]))].filter((x) => !elsewhere.has(x));
  };
  return { datasets: of("datasets"), logs: of("logs"), models: of("models"), products: of("products") };
}
