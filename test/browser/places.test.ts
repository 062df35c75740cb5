// Browsers that withhold what the app stands on: each refusal is one sentence, and what can go on goes on.

import { afterEach, describe, expect, it, vi } from "vitest";
import { openDb } from "../../src/store/db.ts";
import { files } from "../../src/store/files.ts";
import { connect } from "../../src/workers/connect.ts";
import type { HandleProcedures } from "./handle.worker.ts";

const root = `places-${Date.now()}`;
afterEach(async () => {
  vi.restoreAllMocks();
  await (await navigator.storage.getDirectory()).removeEntry(root, { recursive: true }).catch(() => undefined);
});

describe("without writable streams (Safari before 26)", () => {
  it("a worker writes files by handles: new ones, in place of old ones, and nothing of one that breaks", async () => {
    const worker = new Worker(new URL("./handle.worker.ts", import.meta.url), { type: "module" });
    const { procedures: port } = connect<HandleProcedures>(worker, {
      write: "promise",
      breakOff: "promise",
      list: "promise",
      read: "promise",
    });
    expect(await port.write({ root, path: "a/x.bin", text: "one" })).toBe(3);
    expect(await port.write({ root, path: "a/x.bin", text: "three" })).toBe(5);
    await expect(port.breakOff({ root, path: "a/x.bin" })).rejects.toThrow("the stream broke");
    await expect(port.breakOff({ root, path: "a/new.bin" })).rejects.toThrow("the stream broke");
    expect(await port.read({ root, path: "a/x.bin" })).toBe("three");
    expect(await port.list({ root })).toEqual([{ path: "a/x.bin", bytes: 5 }]);
    worker.terminate();
  });

  it("a page, which may not hold a handle, says so and leaves nothing", async () => {
    const real = FileSystemFileHandle.prototype.createWritable;
    Reflect.deleteProperty(FileSystemFileHandle.prototype, "createWritable");
    try {
      const disk = files(async () => (await navigator.storage.getDirectory()).getDirectoryHandle(root, { create: true }));
      const writing = disk.write("x.bin", new Blob(["one"]));
      await expect(writing).rejects.toMatchObject({
        code: "storage-unavailable",
        place: { remedy: expect.stringContaining("Safari") },
      });
      expect(await disk.list()).toEqual([]);
    } finally {
      FileSystemFileHandle.prototype.createWritable = real;
    }
  });
});

describe("a browser that refuses storage", () => {
  it.each([
    ["a SecurityError", () => Promise.reject(new DOMException("denied", "SecurityError"))],
    ["an error of any other name", () => Promise.reject(new TypeError("Type error"))],
  ])("says that there is no file system, and what goes on: %s", async (_, refuse) => {
    vi.spyOn(navigator.storage, "getDirectory").mockImplementation(refuse as () => Promise<FileSystemDirectoryHandle>);
    await expect(files().list()).rejects.toMatchObject({
      code: "storage-unavailable",
      place: { remedy: expect.stringContaining("examples can be written") },
    });
  });

  it("says so too where there is no such function", async () => {
    vi.spyOn(navigator, "storage", "get").mockReturnValue(undefined as unknown as StorageManager);
    await expect(files().read("x")).rejects.toMatchObject({ code: "storage-unavailable" });
  });

  it.each([
    [
      "at once",
      () => {
        throw new DOMException("denied", "SecurityError");
      },
    ],
    [
      "in a way of its own",
      () => {
        throw new TypeError("Type error");
      },
    ],
  ])("says that there is no database, refused %s", async (_, refuse) => {
    vi.spyOn(indexedDB, "open").mockImplementation(refuse);
    await expect(openDb("refused")).rejects.toMatchObject({ code: "storage-unavailable" });
  });
});
