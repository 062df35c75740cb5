// Two tabs on one run or arena, over the real storage: each shows what the other wrote, and none erases it.

import { afterEach, beforeEach, expect, it } from "vitest";
import type { Arena } from "../../src/experiment/arena.ts";
import type { Notebook, TrainingResult } from "../../src/experiment/notebook.ts";
import { presetConfig } from "../../src/experiment/presets.ts";
import { arenaStore } from "../../src/store/arenas.ts";
import { type Db, deleteDb, openDb } from "../../src/store/db.ts";
import { type NotebookNews, type Notebooks, notebooks } from "../../src/store/notebook.ts";
import { NotebookRecord } from "../../src/ui/run/record.svelte.ts";

const name = "two-tabs";
const config = presetConfig("small", { task: "mqp", source: "clingen" });
const first: Notebook = { id: "r1", createdAt: 1, updatedAt: 1, title: "run", config, spent: {} };
const training = { device: "wasm", model: "r1", history: [], results: {} } as unknown as TrainingResult;

const open: Db[] = [];
const unhear: (() => void)[] = [];
beforeEach(() => deleteDb(name));
afterEach(async () => {
  for (const stop of unhear.splice(0)) stop();
  for (const db of open.splice(0)) db.close();
  await deleteDb(name);
});

/** A tab that has the run open. One that is `deaf` hears nothing of the other: a frozen tab, or the moment before the news is there. */
async function tab(deaf = false): Promise<{ record: NotebookRecord; store: Notebooks }> {
  const db = await openDb(name);
  open.push(db);
  const store = notebooks(db);
  const stored = await store.get(first.id);
  const record = new NotebookRecord(store, stored ?? first, stored !== undefined, () => undefined);
  if (!stored) await record.save();
  if (!deaf) unhear.push(store.watch((news: NotebookNews) => void record.heard(news)));
  return { record, store };
}

it("a change in one is shown in the other", async () => {
  const [a, b] = [await tab(), await tab()];
  await a.record.change({ training, spent: { train: 7 } });
  await expect.poll(() => b.record.notebook.training?.model).toBe("r1");
  await b.record.change({ title: "renamed" });
  await expect.poll(() => a.record.notebook.title).toBe("renamed");
  expect(a.record.notebook.training).toEqual(training);
  expect(await a.store.get("r1")).toMatchObject({ title: "renamed", training, spent: { train: 7 } });
});

it.each([
  ["its name", { title: "renamed" }],
  ["a choice", { config: { ...config, seed: 9 } }],
  ["how long a step took", { spent: { task: 3 } }],
])("a stale tab that changes %s keeps the scores of the other, and shows them", async (_, patch) => {
  const [a, b] = [await tab(), await tab(true)];
  await a.record.change({ training, spent: { train: 7 } });
  await b.record.change(patch);
  expect(b.record.overtaken).toBe(false);
  expect(b.record.notebook).toMatchObject({ ...patch, training, spent: { train: 7 } });
  expect(await a.store.get("r1")).toMatchObject({ ...patch, training, spent: { train: 7 } });
});

it("a stale tab cannot drop what it never saw: it is shown the newer state and told", async () => {
  const [a, b] = [await tab(), await tab(true)];
  await a.record.change({ training, run: "x" });
  await b.record.change({ training: undefined, run: undefined, title: "renamed" });
  expect(b.record.overtaken).toBe(true);
  expect(b.record.notebook).toMatchObject({ title: "run", run: "x", training });
  expect(await a.store.get("r1")).toMatchObject({ run: "x", training });
  await b.record.change({ training: undefined });
  expect(b.record.overtaken).toBe(false);
  expect(await a.store.get("r1")).not.toHaveProperty("training");
});

it("a run that the other tab deleted is not brought back", async () => {
  const [a, b] = [await tab(), await tab()];
  await a.store.delete("r1");
  await expect.poll(() => b.record.deleted).toBe(true);
  await b.record.change({ title: "back" });
  expect(await a.store.list()).toEqual([]);
});

it("each arena that one tab begins, changes or deletes is told to the other, once it is stored", async () => {
  for (let i = 0; i < 2; i++) open.push(await openDb(name));
  const [a, b] = open.map(arenaStore) as [ReturnType<typeof arenaStore>, ReturnType<typeof arenaStore>];
  const heard: (readonly [string, string | undefined])[] = [];
  unhear.push(b.watch(async (id) => void heard.push([id, (await b.list()).find((arena) => arena.id === id)?.title])));
  const arena = { id: "a1", createdAt: 1, updatedAt: 1, title: "begun" } as Arena;
  await a.put(arena);
  await expect.poll(() => heard).toEqual([["a1", "begun"]]);
  await a.change("a1", (before) => ({ ...before, title: "changed" }));
  await expect.poll(() => heard.at(-1)).toEqual(["a1", "changed"]);
  await a.delete("a1");
  await expect.poll(() => heard.at(-1)).toEqual(["a1", undefined]);
  await b.change("a1", (before) => ({ ...before, title: "again" }));
  expect(await a.list()).toEqual([]);
});
