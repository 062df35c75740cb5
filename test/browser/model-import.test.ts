// Model files that the user has: told which model they are, checked, stored; a new model's hashes are pinned; a hostile pick leaves nothing.

import { zipSync } from "fflate";
import { afterEach, describe, expect, it } from "vitest";
import { modelAccess } from "../../src/models/access.ts";
import { type Imported, importModels, type Picked } from "../../src/models/import.ts";
import type { Manifest } from "../../src/models/manifest.ts";
import { modelStore } from "../../src/store/model-store.ts";
import { tinyModel } from "../unit/engines/webllm/stand-in.ts";

const folder = `import-${Date.now()}`;
const store = modelStore(async () => (await navigator.storage.getDirectory()).getDirectoryHandle(folder, { create: true }));
const access = modelAccess(store);
const signal = new AbortController().signal;
const model = await tinyModel("m-q4f16_1-MLC");
const known: Manifest = { models: [model.entry] };
const none: Manifest = { models: [] };

afterEach(() => store.delete(model.entry.id).then(() => store.delete("strange")));

const picked = (name: string, contents: Iterable<readonly [string, string]>): Picked => ({
  name,
  files: [...contents].map(([path, text]) => ({ path, file: new File([text], path.split("/").at(-1) ?? "") })),
});
const zipped = (name: string, contents: Iterable<readonly [string, string]>): Picked => {
  const files = Object.fromEntries([...contents].map(([path, text]) => [path, new TextEncoder().encode(text)]));
  return { name, files: [{ path: name, file: new File([zipSync(files) as Uint8Array<ArrayBuffer>], name) }] };
};
const ports = { store, stated: async () => undefined };
const take = async (what: Picked, manifest = known): Promise<Imported> => {
  const [first, ...others] = await importModels(what, manifest, ports, { signal, onBytes: () => undefined });
  expect(others).toEqual([]);
  return first as Imported;
};
const inFolder = (id: string) => [...model.contents].map(([name, text]) => [`${id}/${name}`, text] as const);
const stored = async (id: string) => (await store.stored()).get(id);

describe("a model that the manifest knows", () => {
  it.each([
    ["a folder of its name", picked(model.entry.id, inFolder(model.entry.id))],
    ["a folder of another name", picked("downloads", inFolder("downloads"))],
    ["loose files", picked("mlc-chat-config.json", model.contents)],
    ["a zip of the folder", zipped("m.zip", inFolder("whatever"))],
    ["a zip of the files", zipped("m.zip", model.contents)],
  ])("comes from %s", async (_, what) => {
    const imported = { id: model.entry.id, name: model.entry.id, vouched: true, wasHere: false, missing: [], remarks: [] };
    expect(await take(what)).toEqual(imported);
    for (const file of model.entry.files) {
      const read = await access.read(model.entry, file, { signal });
      expect(await read.text()).toBe(model.contents.get(file.name));
    }
    expect(await store.entries()).toEqual([]); // the manifest has the entry
  });

  it("may come in several goes; what is still missing is said", async () => {
    const [first, ...rest] = [...model.contents];
    const { missing } = await take(picked("x", [first as [string, string]]));
    expect(missing).toEqual(rest.map(([name]) => name));
    expect((await take(picked("x", rest))).missing).toEqual([]);
  });

  it("is refused where one file was altered, by that file's name", async () => {
    const altered = inFolder(model.entry.id).map(([path, text]) => [path, text.replace("abcdefgh", "abcdefgX")] as const);
    await expect(take(picked(model.entry.id, altered))).rejects.toMatchObject({
      code: "model-altered",
      place: { file: `models/${model.entry.id}/params_shard_1.bin` },
    });
    expect(await stored(model.entry.id)).toBeUndefined();
  });
});

it("a stored file of an older manifest is passed over, and an altered one of the right size is refused", async () => {
  const file = model.entry.files.find(({ name }) => name === "params_shard_0.bin");
  if (!file) throw new Error("the tiny model has a shard");
  const { fetch } = globalThis;
  globalThis.fetch = async () => new Response(model.contents.get(file.name));
  try {
    await store.write(model.entry.id, file.name, new Blob(["older"]).stream(), signal);
    expect(await (await access.read(model.entry, file, { signal })).text()).toBe("12345678");
    await store.write(model.entry.id, file.name, new Blob(["1234567X"]).stream(), signal);
    await expect(access.read(model.entry, file, { signal })).rejects.toMatchObject({ code: "model-altered" });
  } finally {
    globalThis.fetch = fetch;
  }
});

describe("a model that it does not know", () => {
  it("is taken with the hashes of its files, which hold from then on", async () => {
    expect(await take(zipped("strange.zip", model.contents), none)).toMatchObject({ id: "strange", vouched: false, missing: [] });
    const entry = JSON.parse((await store.entries())[0] ?? "");
    expect(entry.files).toEqual(model.entry.files);
    expect(entry).toMatchObject({ kind: "language-model", licence: "not stated" });
    const file = entry.files.find((f: { name: string }) => f.name === "params_shard_0.bin");
    await store.write("strange", file.name, new Blob(["1234567X"]).stream(), signal);
    await expect(access.read(entry, file, { signal })).rejects.toMatchObject({ code: "model-altered" });
  });

  it("is a decoder where its config.json names a family that we build", async () => {
    const names = ["config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"];
    const files = names.map(async (name) => {
      const response = await fetch(`/test/fixtures/llama/folders/qwen2/${name}`);
      return { path: `strange/${name}`, file: new File([await response.blob()], name) };
    });
    await take({ name: "strange", files: await Promise.all(files) }, none);
    expect(JSON.parse((await store.entries())[0] ?? "")).toMatchObject({ kind: "language-model", architecture: "qwen2" });
  });

  it.each([
    [
      "lacks a shard that its own list names",
      [...model.contents].filter(([name]) => name !== "params_shard_0.bin"),
      "file-missing",
    ],
    [
      "lacks a part that its index names",
      [
        ["config.json", '{"model_type":"llama"}'],
        ["tokenizer.json", "{}"],
        ["model.safetensors.index.json", '{"weight_map":{"a":"model-1.safetensors","b":"model-2.safetensors"}}'],
        ["model-1.safetensors", "x"],
      ] as const,
      "file-missing",
    ],
    ["no engine reads", [["notes.txt", "x"]] as const, "model-unsupported"],
    ["holds nothing but its description", [["README.md", "x"]] as const, "file-empty"],
  ])("is refused when it %s, and nothing of it stays", async (_, contents, code) => {
    await expect(take(picked("strange", contents), none)).rejects.toMatchObject({ code });
    expect(await stored("strange")).toBeUndefined();
    expect(await store.entries()).toEqual([]);
  });

  it("is refused as a zip that leaves the folder or is none", async () => {
    await expect(take(zipped("strange.zip", [["../evil.gguf", "x"]]), none)).rejects.toMatchObject({ code: "file-malformed" });
    const noZip = { name: "strange.zip", files: [{ path: "strange.zip", file: new File(["no zip"], "strange.zip") }] };
    await expect(take(noZip, none)).rejects.toMatchObject({ code: "file-malformed" });
    expect(await stored("strange")).toBeUndefined();
  });

  it("leaves nothing when it is stopped while it is stored", async () => {
    const controller = new AbortController();
    const onBytes = (what: string) => {
      if (what.startsWith("Storing params_shard_0")) controller.abort();
    };
    const taking = importModels(zipped("strange.zip", model.contents), none, ports, { signal: controller.signal, onBytes });
    await expect(taking).rejects.toMatchObject({ code: "aborted" });
    expect(await stored("strange")).toBeUndefined();
  });
});
