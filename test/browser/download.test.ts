// A model's download over several sittings: what is fetched again and what is not, and which files count in the end.

import { afterAll, afterEach, describe, expect, it } from "vitest";
import { sha256 } from "../../src/base/hash.ts";
import type { ModelEntry } from "../../src/models/manifest.ts";
import { connect } from "../../src/workers/connect.ts";
import type { DownloadReport, DownloadTry, Manner } from "./download.worker.ts";

const weights = Array.from({ length: 2000 }, (_, i) => (i * 7) % 10).join("");
const contents = { "config.json": "{}", "w.bin": weights };
const entry: ModelEntry = {
  id: "toy",
  kind: "encoder",
  name: "Toy",
  licence: "CC0-1.0",
  homepage: "",
  sources: [{ kind: "hub", repo: "someone/toy", revision: "main" }],
  files: [
    { name: "config.json", bytes: 2, sha256: await sha256("{}") },
    { name: "w.bin", bytes: weights.length, sha256: await sha256(weights) },
  ],
};

type Procedures = {
  download(argument: DownloadTry): Promise<DownloadReport>;
  remove(argument: { folder: string }): Promise<void>;
};
const worker = new Worker(new URL("./download.worker.ts", import.meta.url), { type: "module" });
const { procedures: client } = connect<Procedures>(worker, { download: "promise", remove: "promise" });
const folder = `download-${Date.now()}`;
const attempt = (manner: Manner, over: Partial<DownloadTry> = {}) =>
  client.download({ folder, entry, source: "server", contents, manner, ...over });

afterEach(() => client.remove({ folder }));
afterAll(() => worker.terminate());

it("brings every file, from the server or from the hub, and asks for none of them twice", async () => {
  const first = await attempt("ranges");
  expect(first).toMatchObject({ code: "done", whole: contents, part: {} });
  expect(first.asked).toEqual(["/models/toy/config.json", "/models/toy/w.bin"]);
  expect(first.progress.at(-1)).toBe(2002);
  expect((await attempt("ranges")).asked).toEqual([]);
  await client.remove({ folder });
  const hub = await attempt("ranges", { source: "hub" });
  expect(hub.asked[1]).toBe("https://huggingface.co/someone/toy/resolve/main/w.bin");
  expect(hub.referrer).toEqual(["no-referrer", "no-referrer"]); // nor where the app stands
  expect(hub.whole).toEqual(contents);
});

describe("paused", () => {
  it("it keeps what came, and goes on from there", async () => {
    const paused = await attempt("ranges", { abortAt: 900 });
    expect(paused).toMatchObject({ code: "aborted", whole: { "config.json": "{}" }, part: { "w.bin": 1000 } });
    const resumed = await attempt("ranges");
    expect(resumed.asked).toEqual(["/models/toy/w.bin from 1000"]);
    expect(resumed.progress[0]).toBe(1002); // what is there counts at once
    expect(resumed).toMatchObject({ code: "done", whole: contents, part: {} });
  });

  it("it begins that file anew where the server gives no ranges", async () => {
    await attempt("ranges", { abortAt: 900 });
    expect(await attempt("no ranges")).toMatchObject({ code: "done", whole: contents, part: {} });
  });

  it("after the last byte it only checks", async () => {
    await attempt("ranges", { abortAt: 2002 });
    const resumed = await attempt("down");
    expect(resumed).toMatchObject({ code: "done", asked: [], whole: contents });
  });
});

it.each([
  ["breaks", "download-broken", 1000],
  ["ends early", "download-broken", 1000],
  ["down", "download-broken", 0],
  ["error", "download-broken", 0],
  ["absent", "model-missing", 0],
  ["a page", "model-missing", 0],
] as const)("a server that %s: %s, and what came stays", async (manner, code, kept) => {
  const only = { ...entry, files: entry.files.slice(1) };
  const failed = await attempt(manner, { entry: only });
  expect(failed).toMatchObject({ code, whole: {}, part: kept > 0 ? { "w.bin": kept } : {} });
  expect(await attempt("ranges", { entry: only })).toMatchObject({ code: "done", whole: { "w.bin": weights } });
});

it("an altered file is forgotten, and never counts", async () => {
  expect(await attempt("altered")).toMatchObject({ code: "model-altered", whole: { "config.json": "{}" }, part: {} });
  expect(await attempt("ranges")).toMatchObject({ code: "done", whole: contents });
});

it("a file of an older manifest is replaced", async () => {
  expect(await attempt("ranges", { older: { "w.bin": "older and shorter" } })).toMatchObject({
    code: "done",
    whole: contents,
    part: {},
  });
});

it("two sittings at once: the second waits for the first and finds everything there", async () => {
  const [first, second] = await Promise.all([attempt("ranges"), attempt("ranges")]);
  expect([first.code, second.code]).toEqual(["done", "done"]);
  expect([first.asked.length, second.asked.length].sort()).toEqual([0, 2]);
});

it("a tab that goes on fetching the model: the other is told so within seconds", { timeout: 20_000 }, async () => {
  let letGo = () => {};
  await new Promise<void>((granted) => {
    navigator.locks.request(`model:${entry.id}`, () => {
      granted();
      return new Promise<void>((resolve) => {
        letGo = resolve;
      });
    });
  });
  expect(await attempt("ranges")).toMatchObject({ code: "model-busy", asked: [] });
  letGo();
});

it("a download that the browser has no room for is refused before it begins, with the numbers", async () => {
  const huge = { ...entry, files: [{ name: "w.bin", bytes: 1e15, sha256: "0".repeat(64) }] };
  expect(await attempt("ranges", { entry: huge })).toMatchObject({ code: "quota-exceeded", asked: [] });
});
