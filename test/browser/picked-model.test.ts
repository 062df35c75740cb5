// A model file that the user has: checked, kept in this browser, and read in place of a download.

import { afterEach, expect, it } from "vitest";
import { sha256 } from "../../src/base/hash.ts";
import { modelAccess } from "../../src/models/access.ts";
import type { ModelEntry } from "../../src/models/manifest.ts";
import { modelStore } from "../../src/store/model-store.ts";
import { generateClient } from "../../src/workers/generate.client.ts";

const folder = `picked-${Date.now()}`;
const store = modelStore(async () => (await navigator.storage.getDirectory()).getDirectoryHandle(folder, { create: true }));
const { keep, read: readFile } = modelAccess(store);
const signal = new AbortController().signal;
const bytes = Uint8Array.from({ length: 200_000 }, (_, i) => (i * 31) & 255);
const weights = { name: "w.bin", bytes: bytes.length, sha256: await sha256(bytes) };
const entry: ModelEntry = {
  id: "toy-that-no-server-has",
  kind: "encoder",
  name: "Toy",
  licence: "CC0-1.0",
  homepage: "",
  sources: [],
  files: [weights],
};

afterEach(async () => {
  await store.delete(entry.id);
});

it("is kept when it is the manifest's, whatever its name, and is what is read from then on", async () => {
  await expect(readFile(entry, weights, { signal })).rejects.toMatchObject({ code: "model-missing" });
  const seen: number[] = [];
  const onBytes = (done: number, total: number) => seen.push(done / total);
  await keep(entry, weights, new File([bytes], "w (1).bin"), { signal, onBytes });
  expect(seen.at(-1)).toBe(1);
  const read = await readFile(entry, weights, { signal });
  expect(new Uint8Array(await read.arrayBuffer())).toEqual(bytes);
  expect((await store.stored()).get(entry.id)?.whole.get("w.bin")).toBe(bytes.length);
});

const changed = bytes.slice();
changed[100_000] = (changed[100_000] as number) ^ 1;

it.each([
  ["shorter", bytes.slice(0, 1000), { got: 1000, expected: 200_000 }],
  ["longer", new Uint8Array(300_000), { expected: "200000 bytes" }],
  ["altered by one bit", changed, { expected: weights.sha256 }],
])("is refused when it is %s, and nothing of it stays", async (_, content, place) => {
  const picked = new File([content], "mine.bin");
  await expect(keep(entry, weights, picked, { signal })).rejects.toMatchObject({
    code: "file-not-the-model",
    place: { file: "mine.bin", what: "w.bin of Toy", ...place },
  });
  expect([...(await store.stored()).keys()]).toEqual([]);
});

it("does not replace a good one by a wrong one", async () => {
  await keep(entry, weights, new File([bytes], "w.bin"), { signal });
  await expect(keep(entry, weights, new File(["x"], "w.bin"), { signal })).rejects.toThrow();
  await expect(readFile(entry, weights, { signal })).resolves.toMatchObject({ size: bytes.length });
});

it("goes through the worker by the manifest's own names", async () => {
  const { procedures, close } = generateClient();
  const keep = async (name: string) => {
    const argument = { model: "all-minilm-l6-v2", name, picked: new File(["{}"], "mine.json") };
    for await (const _ of procedures.keepModelFile(argument, signal)) void _;
  };
  await expect(keep("config.json")).rejects.toMatchObject({ code: "file-not-the-model" });
  await expect(keep("no-such-file")).rejects.toThrow("lists no no-such-file");
  close();
});
