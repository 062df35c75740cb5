// The server's file while it answers, the copy of it afterwards, and in words when there is neither.

import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { appFile, serverGone } from "../../../src/base/app-file.ts";
import { ClinfuseError } from "../../../src/base/errors.ts";

const kept = new Map<string, Response>();
let answer: () => Promise<Response>;

/** As much of the browser's Cache as is used. */
const cache = {
  match: async (address: string) => kept.get(address)?.clone(),
  put: async (address: string, response: Response) => void kept.set(address, response),
};

beforeEach(() => {
  kept.clear();
  vi.stubGlobal("fetch", () => answer());
  vi.stubGlobal("caches", { open: async () => cache });
});
afterEach(() => vi.unstubAllGlobals());

const text = async () => (await appFile("samples/x.jsonl")).text();
const down = () => Promise.reject(new TypeError("Failed to fetch"));

it("takes what the server has, though a copy is there", async () => {
  answer = async () => new Response("old");
  expect(await text()).toBe("old");
  answer = async () => new Response("new");
  expect(await text()).toBe("new");
});

it.each([
  ["does not answer", down],
  ["is a proxy before one that does not", async () => new Response("<html>", { status: 502 })],
])("takes the copy where the server %s", async (_, gone) => {
  answer = async () => new Response("kept");
  await text();
  answer = gone;
  expect(await text()).toBe("kept");
});

it("says that the server does not answer where there is no copy, or no place for copies", async () => {
  answer = down;
  await expect(text()).rejects.toMatchObject({ code: "server-gone", place: { file: "samples/x.jsonl" } });
  vi.stubGlobal("caches", { open: () => Promise.reject(new DOMException("denied", "SecurityError")) });
  await expect(text()).rejects.toMatchObject({ code: "server-gone" });
});

it("says that a file is missing where the server has none, and keeps nothing of its answer", async () => {
  answer = async () => new Response("no", { status: 404 });
  await expect(text()).rejects.toMatchObject({ code: "file-missing" });
  expect(kept.size).toBe(0);
});

it.each([
  "Failed to fetch",
  "Failed to fetch dynamically imported module: http://localhost/assets/x.js",
  "NetworkError when attempting to fetch resource.",
  "Load failed",
  "no available backend found. ERR: [wasm] TypeError: Importing a module script failed.",
  "Unable to preload CSS for http://localhost/assets/ModelsPage.css",
])("knows by a browser's words that the server is gone: %s", (words) => {
  expect(serverGone(new TypeError(words))).toMatchObject({ code: "server-gone" });
});

it("takes no other error for it", () => {
  expect(serverGone(new TypeError("x is not a function"))).toBeUndefined();
  expect(serverGone(new ClinfuseError("hub-unreachable", "Failed to fetch"))).toBeUndefined();
});
