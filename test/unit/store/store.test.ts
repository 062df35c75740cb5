import "fake-indexeddb/auto";
import { describe, expect, it } from "vitest";
import { openDb, schemaVersion } from "../../../src/store/db.ts";
import { ownTasks } from "../../../src/store/own-tasks.ts";
import { storageError } from "../../../src/store/storage-error.ts";
import type { OwnTask } from "../../../src/tasks/own-store.ts";
import { storeContract } from "./contract.ts";

describe("on fake-indexeddb", () => storeContract());

describe("opening", () => {
  it("refuses a database that a newer version of the app wrote, and says so", async () => {
    const request = indexedDB.open("newer", schemaVersion + 1);
    await new Promise((resolve) => (request.onsuccess = resolve));
    request.result.close();
    await expect(openDb("newer")).rejects.toMatchObject({ code: "storage-unavailable" });
  });

  it("takes a database of the first version along, with what it holds", async () => {
    const request = indexedDB.open("first", 1);
    request.onupgradeneeded = () => {
      const { result } = request;
      for (const store of ["runs", "graphs", "datasets", "notebooks"]) result.createObjectStore(store, { keyPath: "id" });
      for (const store of ["log", "columns"]) result.createObjectStore(store);
      result.createObjectStore("imports", { keyPath: "storage" });
      request.transaction?.objectStore("notebooks").put({ id: "old" });
    };
    await new Promise((resolve) => (request.onsuccess = resolve));
    request.result.close();
    const db = await openDb("first");
    expect(await db.get("notebooks", "old")).toEqual({ id: "old" });
    expect([...db.objectStoreNames]).toContain("measurements");
    expect(await ownTasks(db).list()).toEqual([]);
    db.close();
  });

  it("gives way to another tab that wants to delete or migrate, and tells the page", async () => {
    let outdated = 0;
    await openDb("shared", { onOutdated: () => outdated++ });
    const request = indexedDB.open("shared", schemaVersion + 1);
    await new Promise((resolve, reject) => {
      request.onsuccess = resolve;
      request.onblocked = reject;
    });
    expect(outdated).toBe(1);
    request.result.close();
  });
});

it("tells what the browser refuses, by name, and lets a bug through as it is", () => {
  const named = (name: string) => storageError(new DOMException("x", name), "save the run");
  expect(named("QuotaExceededError")).toMatchObject({ code: "quota-exceeded", place: { what: "save the run" } });
  expect(named("SecurityError")).toMatchObject({ code: "storage-unavailable", place: { got: "SecurityError" } });
  const bug = new TypeError("bug");
  expect(storageError(bug, "save the run")).toBe(bug);
});

describe("tasks of the user's own", () => {
  const task = (id: string, updatedAt: number): OwnTask => ({
    id,
    updatedAt,
    half: { name: id, family: "ner", labels: [{ id: "a", name: "a", description: "" }] },
    examples: { train: [{ kind: "token", text: "a b", spans: [{ start: 0, end: 1, label: "a" }] }], validation: [], test: [] },
    waiting: [["c d"]],
  });

  it("are kept whole, listed by their latest change, replaced and deleted", async () => {
    const store = ownTasks(await openDb("own-tasks"));
    await store.put(task("one", 1));
    await store.put(task("two", 2));
    expect(await store.get("one")).toEqual(task("one", 1));
    expect((await store.list()).map(({ id }) => id)).toEqual(["two", "one"]);
    await store.put(task("one", 3), 1);
    expect((await store.list()).map(({ id }) => id)).toEqual(["one", "two"]);
    await store.delete("one");
    expect(await store.get("one")).toBeUndefined();
  });

  it("are neither written over what another tab saved since, nor made again where it deleted them", async () => {
    const [here, there] = [ownTasks(await openDb("shared-tasks")), ownTasks(await openDb("shared-tasks"))];
    await here.put(task("one", 1));
    expect(await there.put(task("one", 2), 1)).toEqual({ kind: "written" });
    expect(await here.put(task("one", 3), 1)).toEqual({ kind: "outdated", task: task("one", 2) });
    expect(await here.get("one")).toEqual(task("one", 2));
    await there.delete("one");
    expect(await here.put(task("one", 4), 2)).toEqual({ kind: "deleted" });
    expect(await here.list()).toEqual([]);
    expect(await here.put(task("one", 5))).toEqual({ kind: "written" });
  });

  it("tell other tabs what was saved and deleted", async () => {
    const [here, there] = [ownTasks(await openDb("told-tasks")), ownTasks(await openDb("told-tasks"))];
    const heard: string[] = [];
    const leave = there.watch((id) => heard.push(id));
    await here.put(task("one", 1));
    await here.put(task("one", 3), 2); // not written
    await here.delete("one");
    await expect.poll(() => heard).toEqual(["one", "one"]);
    leave();
    await here.put(task("two", 1));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(heard).toHaveLength(2);
  });
});
