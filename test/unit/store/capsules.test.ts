// Runs of capsules in the store: all of one or nothing, and nothing that was there is overwritten.

import "fake-indexeddb/auto";
import { afterEach, beforeEach, expect, it } from "vitest";
import { logFormat } from "../../../src/generate/log.ts";
import { openCapsule, runCapsule } from "../../../src/report/capsule.ts";
import type { RunRecord } from "../../../src/report/run-record.ts";
import { capsules } from "../../../src/store/capsules.ts";
import { type Db, deleteDb, openDb } from "../../../src/store/db.ts";
import { notebooks } from "../../../src/store/notebook.ts";
import { productStore } from "../../../src/store/products.ts";
import { runLog } from "../../../src/store/run-log.ts";
import { sampleRecord } from "../report/sample-record.ts";
import { collect } from "./contract.ts";

const never = new AbortController().signal;
const record = await sampleRecord();
const product = { kind: "analysis", key: "k1", state: "whole", milliseconds: 0, value: record.analysis } as never;
let db: Db;
beforeEach(async () => {
  db = await openDb(`capsules-${crypto.randomUUID()}`);
});
afterEach(async () => {
  const { name } = db;
  db.close();
  await deleteDb(name);
});

const add = (id: string, from: RunRecord = record) =>
  capsules(db, logFormat).add({ ...from.notebook, id }, from.log, [product].slice(id === "a" ? 0 : 1));

it("gives the same capsule again, from the store of another browser", async () => {
  const { notebook } = { notebook: await add("a") };
  expect(notebook).toMatchObject({ id: "a", run: record.notebook.run, logs: [record.notebook.run], version: 1 });
  const stored = await notebooks(db).get("a");
  expect(stored).toEqual(notebook);
  const { version: _, logs: __, ...own } = notebook;
  const held = await capsules(db, logFormat).read(notebook);
  const answers = record.answers ? { answers: record.answers } : {};
  const again = { ...record, ...held, ...answers, notebook: { ...own, id: record.notebook.id } };
  const choice = { rows: true, writtenAt: 1 };
  const [one, two] = await Promise.all([record, again].map((each) => runCapsule("c.zip", each, choice, never)));
  expect(await two?.text()).toBe(await one?.text());
  expect((await productStore(db).find("analysis", "k1"))?.value).toEqual(record.analysis);
});

it("opened twice stands there twice, each with its own log, and goes alone when it is deleted", async () => {
  const first = await add("a");
  const second = await add("b");
  expect(second.run).toBe(`${first.run}-b`);
  expect(second.training?.basis.run).toBe(second.run);
  const log = runLog(db, logFormat);
  await notebooks(db).delete("a");
  expect(await collect(log.read(second.run as string))).toEqual(record.log?.entries);
  expect((await log.list()).map(({ id }) => id)).toEqual([second.run]);
});

it("takes no name that is not its config's: the run of that config begins anew", async () => {
  const { log } = record;
  const claimed = {
    ...record,
    log: { entries: log?.entries ?? [], state: { ...log?.state, id: "0123456789abcdef" } },
  } as RunRecord;
  expect((await add("a", claimed)).run).toBe("0123456789abcdef-a");
  expect(await runLog(db, logFormat).get("0123456789abcdef")).toBeUndefined();
});

it("of a capsule without rows goes under a name of its own, and keeps the places of what was left out", async () => {
  const bare = await openCapsule(await runCapsule("c.zip", record, { rows: false, writtenAt: 1 }, never), "c.zip");
  const capsule = { file: "c.zip", withoutRows: true, faults: [], models: [] };
  const stored = await capsules(db, logFormat).add(
    { ...(bare.record as RunRecord).notebook, id: "p", capsule },
    bare.record?.log,
    [],
  );
  expect(stored.run).toBe(`${record.notebook.run}-p`);
  expect(await collect(runLog(db, logFormat).read(stored.run as string))).toEqual(bare.record?.log?.entries);
  expect((await db.getAllKeys("log")).map(([, position]) => position).filter((at) => at >= 0)).toEqual([0, 1, 3]);
});

it("writes nothing at all where one part cannot be written", async () => {
  await productStore(db).put(product);
  await expect(add("a")).rejects.toThrow();
  await expect(Promise.all((["notebooks", "datasets", "runs", "log"] as const).map((store) => db.count(store)))).resolves.toEqual(
    [0, 0, 0, 0],
  );
});

it("refuses an id that is taken, and leaves the run of that id as it was", async () => {
  await add("b");
  const before = await notebooks(db).get("b");
  await expect(add("b")).rejects.toThrow();
  expect(await notebooks(db).get("b")).toEqual(before);
  expect(await db.count("runs")).toBe(1);
});
