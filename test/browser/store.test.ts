import { afterEach, describe, expect, it } from "vitest";
import { logFormat } from "../../src/generate/log.ts";
import { deleteDb, openDb } from "../../src/store/db.ts";
import { files } from "../../src/store/files.ts";
import { graphStore, sweepImports } from "../../src/store/graph-store.ts";

import { runLog } from "../../src/store/run-log.ts";
import { wipeAll } from "../../src/store/wipe.ts";
import { collect, storeContract } from "../unit/store/contract.ts";
import { entries, entry, runConfig } from "../unit/store/log-rows.ts";

describe("in the browser's IndexedDB", () => storeContract());

describe("a killed tab", () => {
  it("leaves the log and `next` in step, wherever it was killed, and the run goes on from there", async () => {
    const name = `killed-${Date.now()}`;
    let before = 0;
    for (let round = 0; round < 8; round++) {
      const worker = new Worker(new URL("./append.worker.ts", import.meta.url), { type: "module" });
      const opened = new Promise<{ id: string; next: number }>((resolve, reject) => {
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = (event) => reject(new Error(event.message));
      });
      worker.postMessage(name);
      const { id, next } = await opened;
      expect(next).toBeGreaterThanOrEqual(before);
      await new Promise((resolve) => setTimeout(resolve, 20 + 13 * round));
      worker.terminate();

      const db = await openDb(name);
      const state = await runLog(db, logFormat).get(id);
      const log = await collect(runLog(db, logFormat).read(id));
      expect(log).toEqual(entries(0, state!.next));
      before = state!.next;
      db.close();
    }
    expect(before).toBeGreaterThan(20);
    await deleteDb(name);
  });

  it("does not lose an import that another tab is still writing", async () => {
    const name = `sweep-${Date.now()}`;
    const db = await openDb(name);
    const other = await openDb(name);
    const writer = await graphStore(db).write();
    expect(await sweepImports(other)).toBe(0);
    await writer.discard();
    db.close();
    other.close();
    await deleteDb(name);
  });
});

/** A folder of the real file system whose files refuse to grow past `room` bytes, as at the browser's quota. */
function fullFolder(folder: FileSystemDirectoryHandle, room: number): FileSystemDirectoryHandle {
  const bound = (target: object, key: string | symbol) => {
    const value = Reflect.get(target, key);
    return typeof value === "function" ? value.bind(target) : value;
  };
  const writable = (real: FileSystemWritableFileStream) => {
    let written = 0;
    const write = async (data: Uint8Array<ArrayBuffer>) => {
      written += data.length;
      if (written > room) throw new DOMException("no room", "QuotaExceededError");
      await real.write(data);
    };
    return new Proxy(real, { get: (t, k) => (k === "write" ? write : bound(t, k)) });
  };
  const file = (real: FileSystemFileHandle) =>
    new Proxy(real, {
      get: (t, k) => (k === "createWritable" ? async () => writable(await real.createWritable()) : bound(t, k)),
    });
  return new Proxy(folder, {
    get: (t, k) =>
      k === "getFileHandle" ? async (n: string, o?: object) => file(await folder.getFileHandle(n, o)) : bound(t, k),
  });
}

describe("big files", () => {
  const folder = `files-${Date.now()}`;
  const root = async () => (await navigator.storage.getDirectory()).getDirectoryHandle(folder, { create: true });
  const store = files(root);
  afterEach(async () => {
    await root();
    await (await navigator.storage.getDirectory()).removeEntry(folder, { recursive: true });
  });

  const bytes = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 31) & 255);
  const slowly = (fail?: Error) => {
    let at = 0;
    return new ReadableStream<Uint8Array>({
      async pull(controller) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        controller.enqueue(bytes.subarray(at, (at += 50_000)));
        if (fail && at > 100_000) controller.error(fail);
        else if (at >= bytes.length) controller.close();
      },
    });
  };
  const content = async (path: string) => new Uint8Array(await (await store.read(path))!.arrayBuffer());

  it("stream in, with progress, and read back whole or in slices", async () => {
    const seen: number[] = [];
    expect(await store.write("models/a/x.gguf", slowly(), { onProgress: (n) => seen.push(n) })).toBe(300_000);
    expect(seen).toEqual([50_000, 100_000, 150_000, 200_000, 250_000, 300_000]);
    expect(await content("models/a/x.gguf")).toEqual(bytes);
    const slice = await (await store.read("models/a/x.gguf"))!.slice(1000, 1010).arrayBuffer();
    expect(new Uint8Array(slice)).toEqual(bytes.subarray(1000, 1010));
  });

  it("are listed with their sizes, and deleted alone or by folder", async () => {
    await store.write("models/a/x", bytes);
    await store.write("models/b/y", bytes.subarray(0, 10));
    await store.write("trained/t", new Blob(["abc"]));
    expect(await store.list("models")).toEqual([
      { path: "models/a/x", bytes: 300_000 },
      { path: "models/b/y", bytes: 10 },
    ]);
    await store.delete("models/a");
    await store.delete("models/nothing");
    expect((await store.list()).map((f) => f.path)).toEqual(["models/b/y", "trained/t"]);
    expect([await store.read("models/a/x"), await store.list("none")]).toEqual([undefined, []]);
  });

  it("keep what was there when a stream breaks, and nothing of a new one", async () => {
    await store.write("x", new Uint8Array([1, 2, 3]));
    const broken = new Error("the connection broke");
    await expect(store.write("x", slowly(broken))).rejects.toThrow("the connection broke");
    await expect(store.write("models/new", slowly(broken))).rejects.toThrow("the connection broke");
    expect([...(await content("x"))]).toEqual([1, 2, 3]);
    expect((await store.list()).map((f) => f.path)).toEqual(["x"]);
  });

  it("stop at the signal, and keep nothing", async () => {
    const controller = new AbortController();
    const write = store.write("x", slowly(), { signal: controller.signal, onProgress: (n) => n > 60_000 && controller.abort() });
    await expect(write).rejects.toMatchObject({ code: "aborted" });
    expect(await store.list()).toEqual([]);
  });

  it("say that the storage is full, keep nothing half written, and lose nothing", async () => {
    await store.write("old", new Uint8Array([9]));
    const full = files(async () => fullFolder(await root(), 120_000));
    for (const path of ["old", "new"]) {
      await expect(full.write(path, slowly())).rejects.toMatchObject({
        code: "quota-exceeded",
        place: { what: `store ${path}` },
      });
    }
    expect(await store.list()).toEqual([{ path: "old", bytes: 1 }]);
    await expect(full.write("small", bytes.subarray(0, 100))).resolves.toBe(100);
  });

  it("refuse a path that leaves its folder", async () => {
    await expect(store.write("../x", bytes)).rejects.toThrow(/no path/);
    await expect(store.read("models//x")).rejects.toThrow(/no path/);
  });

  it("say that there is no storage where the browser gives none", async () => {
    const none = files(() => Promise.reject(new DOMException("denied", "SecurityError")));
    await expect(none.write("x", bytes)).rejects.toMatchObject({ code: "storage-unavailable" });
    await expect(none.list()).rejects.toMatchObject({ code: "storage-unavailable" });
  });

  it("are wiped with the database, though another connection is open", async () => {
    const name = `wipe-${Date.now()}`;
    const db = await openDb(name);
    const { id } = await runLog(db, logFormat).open(runConfig);
    await runLog(db, logFormat).append(id, [entry(0)]);
    await store.write("models/x", bytes);
    await (await root()).getFileHandle("left-by-a-killed-write", { create: true });
    const cache = await caches.open(name);
    await cache.put("/x", new Response("x"));
    const other = await openDb(name); // as a worker of the page holds one
    await wipeAll(db, store);
    expect(await collect((await root()).keys())).toEqual([]);
    expect(await caches.keys()).toEqual([]);
    await expect(runLog(other, logFormat).list()).rejects.toMatchObject({ code: "storage-unavailable" });
    const again = await openDb(name);
    expect([await again.count("runs"), await again.count("log")]).toEqual([0, 0]);
    again.close();
    await deleteDb(name);
  });
});
