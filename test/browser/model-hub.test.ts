// A model of the hub taken into this browser by its name: what is stored, what is asked, and that nothing stays of one that fails.

import { afterEach, describe, expect, it } from "vitest";
import { modelAccess } from "../../src/models/access.ts";
import { addressOf } from "../../src/models/download.ts";
import { addFromHub } from "../../src/models/hub-add.ts";
import { importModels } from "../../src/models/import.ts";
import type { ModelStore } from "../../src/models/kept.ts";
import type { ModelEntry } from "../../src/models/manifest.ts";
import { modelStore } from "../../src/store/model-store.ts";

const folder = `hub-${Date.now()}`;
const store = modelStore(async () => (await navigator.storage.getDirectory()).getDirectoryHandle(folder, { create: true }));
const commit = "0123456789abcdef0123456789abcdef01234567";
const repository = "someone/tiny-bert";
const config = {
  model_type: "bert",
  hidden_size: 32,
  num_hidden_layers: 1,
  num_attention_heads: 4,
  intermediate_size: 64,
  max_position_embeddings: 64,
  type_vocab_size: 2,
  vocab_size: 6,
};
const contents: Readonly<Record<string, string>> = {
  "config.json": JSON.stringify(config),
  "vocab.txt": "[PAD]\n[UNK]\n[CLS]\n[SEP]\nthe\nfever\n",
  "pytorch_model.bin": "weights",
};
// Hashes of the texts above, by `git hash-object` and `sha256sum`.
const ids: Readonly<Record<string, string>> = {
  "config.json": "b114cc424f3b834e374e74758d5cfb9ad5dce60f",
  "vocab.txt": "8a86bf68274cedee1f49e2679b6632fc2b27e154",
  "pytorch_model.bin": "c6a67be4f3ef29ed4a07b4f2446625126a25cfda",
};
const weightsHash = "9a129038d9a00aed0cf6a7ea059ca50a813449061ab87848cf1a13eafdf33b2c";

const siblings = Object.entries(contents).map(([rfilename, text]) => ({
  rfilename,
  size: text.length,
  blobId: ids[rfilename],
  ...(rfilename === "pytorch_model.bin" ? { lfs: { sha256: weightsHash, size: text.length, pointerSize: 126 } } : {}),
}));

let asked: string[] = [];
const answering =
  (change: Readonly<Record<string, string>> = {}) =>
  async (url: string): Promise<Response> => {
    asked.push(url);
    if (url.includes("/api/models/"))
      return Response.json({ id: repository, sha: commit, siblings, gated: false, cardData: { license: "mit" } });
    const name = url.split("/").at(-1) as string;
    return new Response(change[name] ?? contents[name]);
  };
const signal = new AbortController().signal;
const add = (ask = answering(), to: ModelStore = store) =>
  addFromHub(repository, { store: to, held: (_, _wait, work) => work() }, { signal, onBytes: () => undefined, ask });
const nothingStays = async () => {
  expect(await store.entries()).toEqual([]);
  expect((await store.stored()).get("tiny-bert")).toBeUndefined();
};

afterEach(async () => {
  asked = [];
  await store.delete("tiny-bert");
});

it("stores the entry and the small files; the weights are for the download", async () => {
  const bytes = Object.values(contents).reduce((sum, text) => sum + text.length, 0);
  expect(await add()).toEqual({ id: "tiny-bert", name: repository, bytes, wasHere: false });
  const entry: ModelEntry = JSON.parse((await store.entries())[0] ?? "");
  expect(entry).toMatchObject({
    kind: "encoder",
    licence: "mit",
    sources: [{ kind: "hub", repo: repository, revision: commit }],
  });
  const [vocab, weights] = ["vocab.txt", "pytorch_model.bin"].map((name) => entry.files.find((file) => file.name === name));
  if (!vocab || !weights) throw new Error("the entry lacks a file");
  expect(weights.sha256).toBe(weightsHash);
  expect(addressOf(entry, weights, "hub")).toBe(`https://huggingface.co/${repository}/resolve/${commit}/pytorch_model.bin`);
  expect(await (await modelAccess(store).read(entry, vocab, { signal })).text()).toBe(contents["vocab.txt"]);
  expect([...((await store.stored()).get("tiny-bert")?.whole.keys() ?? [])].sort()).toEqual(["config.json", "vocab.txt"]);
  expect(asked.some((url) => url.endsWith("pytorch_model.bin"))).toBe(false);
});

it("a second time says that it was here, and asks for the listing alone", async () => {
  await add();
  asked = [];
  expect(await add()).toMatchObject({ id: "tiny-bert", wasHere: true });
  expect(asked).toEqual([`https://huggingface.co/api/models/${repository}/revision/main?blobs=true`]);
  expect(await store.entries()).toHaveLength(1);
});

it("two at once leave one model", async () => {
  const both = await Promise.all([add(), add()]);
  expect(both.map(({ id }) => id)).toEqual(["tiny-bert", "tiny-bert"]);
  expect(await store.entries()).toHaveLength(1);
});

it("takes its weights by hand too, if they are the ones that the hub states", async () => {
  await add();
  const models = (await store.entries()).map((text) => JSON.parse(text) as ModelEntry);
  const take = (text: string) => {
    const files = [{ path: "pytorch_model.bin", file: new File([text], "pytorch_model.bin") }];
    const ports = { store, stated: async () => undefined };
    return importModels({ name: "pytorch_model.bin", files }, { models }, ports, { signal, onBytes: () => undefined });
  };
  await expect(take("weightz")).rejects.toMatchObject({ code: "model-altered" });
  expect(await take("weights")).toMatchObject([{ id: "tiny-bert", missing: [] }]);
});

describe("nothing stays", () => {
  it("of a model with a file that is not the stated one", async () => {
    const altered = { "vocab.txt": (contents["vocab.txt"] as string).replace("fever", "fevex") };
    await expect(add(answering(altered))).rejects.toMatchObject({ code: "hub-malformed" });
    await nothingStays();
  });

  it("where the hub cannot be reached", async () => {
    await expect(add(() => Promise.reject(new TypeError("Failed to fetch")))).rejects.toMatchObject({ code: "hub-unreachable" });
    await nothingStays();
  });

  it.each(["write", "putEntry"] as const)("where the disk fails in %s", async (method) => {
    const failing: ModelStore = { ...store, [method]: () => Promise.reject(new Error("disk")) };
    await expect(add(answering(), failing)).rejects.toThrow("disk");
    await nothingStays();
  });

  it("of one that is stopped between its files", async () => {
    const controller = new AbortController();
    const stopping: ModelStore = {
      ...store,
      async write(...file) {
        await store.write(...file);
        controller.abort();
      },
    };
    const options = { signal: controller.signal, onBytes: () => undefined, ask: answering() };
    await expect(addFromHub(repository, { store: stopping, held: (_, _wait, work) => work() }, options)).rejects.toMatchObject({
      code: "aborted",
    });
    await nothingStays();
  });
});
