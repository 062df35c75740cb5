// The identity of imported models: by content, whatever the names; and that everything can be held together. With a store in memory.

import { beforeEach, describe, expect, it } from "vitest";
import { sha256 } from "../../../src/base/hash.ts";
import { importModels } from "../../../src/models/import.ts";
import { type ModelEntry, parseEntry } from "../../../src/models/manifest.ts";
import { gguf } from "../../fixtures/model-files/bytes.ts";
import { bert, bertWeights, goodGguf, llamaMeta, llamaTensors, modelFileCases } from "../../fixtures/model-files/cases.ts";
import { memoryStore } from "./memory-store.ts";

type Contents = Readonly<Record<string, string | Uint8Array<ArrayBuffer>>>;

let memory = memoryStore();
let shipped: readonly ModelEntry[] = [];
beforeEach(() => {
  memory = memoryStore();
  shipped = [];
});

const own = () => [...memory.entries.values()].map((text) => parseEntry(text, "own"));
const options = { signal: new AbortController().signal, onBytes: () => undefined };
const take = (name: string, contents: Contents) => {
  const files = Object.entries(contents).map(([path, content]) => ({ path, file: new Blob([content]) }));
  return importModels(
    { name, files },
    { models: [...shipped, ...own()] },
    { store: memory.store, stated: async () => undefined },
    options,
  );
};
const within = (folder: string, contents: Contents): Contents =>
  Object.fromEntries(Object.entries(contents).map(([name, content]) => [`${folder}/${name}`, content]));
const other = { ...bert, "model.safetensors": bertWeights("bert.", undefined, 7) };

async function vouched(id: string, contents: Contents): Promise<ModelEntry> {
  const files = Object.entries(contents).map(async ([name, content]) => {
    const bytes = new Uint8Array(await new Blob([content]).arrayBuffer());
    return { name, bytes: bytes.length, sha256: await sha256(bytes) };
  });
  return { id, kind: "encoder", name: id, licence: "MIT", homepage: "", sources: [], files: await Promise.all(files) };
}

describe("two models", () => {
  it("of one folder's name and one shape are held together, each with its own weights", async () => {
    const [first] = await take("checkpoint-500", within("checkpoint-500", bert));
    const [second] = await take("checkpoint-500", within("checkpoint-500", other));
    expect(first?.id).toBe("checkpoint-500");
    expect(second?.id).toMatch(/^checkpoint-500-[0-9a-f]{7}$/);
    expect(own().map(({ name }) => name)).toEqual(["checkpoint-500", "checkpoint-500"]);
    for (const [id, weights] of [
      [first?.id, bert["model.safetensors"]],
      [second?.id, other["model.safetensors"]],
    ] as const) {
      const stored = await memory.store.read(id ?? "", "model.safetensors");
      expect(new Uint8Array((await stored?.arrayBuffer()) ?? new ArrayBuffer(0))).toEqual(weights);
    }
  });

  it("in one pick, in folders beside each other, are both taken", async () => {
    const both = await take("runs", { ...within("runs/a/checkpoint-500", bert), ...within("runs/b/checkpoint-500", other) });
    expect(new Set(both.map(({ id }) => id)).size).toBe(2);
    expect(own()).toHaveLength(2);
  });

  it("as GGUF files of one folder are both taken, by their own names", async () => {
    const second = gguf({ ...llamaMeta, "general.name": "another" }, llamaTensors());
    const both = await take("quants", within("quants", { "m.Q4_K_M.gguf": goodGguf, "m.Q8_0.gguf": second, "README.md": "x" }));
    expect(both.map(({ id }) => id)).toEqual(["m.Q4_K_M", "m.Q8_0"]);
    expect(own().map(({ files }) => files.length)).toEqual([1, 1]);
  });

  it("whose names differ in case or accents alone get different ids", async () => {
    await take("Modèle", within("Modèle", bert));
    const [second] = await take("modele", within("modele", other));
    expect(own().map(({ id }) => id)[0]).toBe("Modele");
    expect(second?.id).toMatch(/^modele-[0-9a-f]{7}$/);
  });
});

describe("the same content", () => {
  it("is there already, under whatever name, and with whatever strays beside it", async () => {
    await take("first", within("first", bert));
    const again = await take("second", within("second", { ...bert, "README.md": "x", "optimizer.pt": "x" }));
    expect(again).toMatchObject([{ id: "first", wasHere: true, vouched: false }]);
    expect(own()).toHaveLength(1);
    await take("a.gguf", { "a.gguf": goodGguf });
    expect(await take("b (1).gguf", { "b (1).gguf": goodGguf })).toMatchObject([{ id: "a", wasHere: true }]);
  });

  it("is found in an entry of an older version, which holds strays as well", async () => {
    const old = { ...(await vouched("old", { ...bert, "training_args.bin": "x" })), licence: "not stated" };
    memory.entries.set("old", JSON.stringify(old));
    for (const [name, content] of Object.entries({ ...bert, "training_args.bin": "x" }))
      await memory.store.write("old", name, new Blob([content]).stream(), options.signal);
    expect(await take("new", within("new", bert))).toMatchObject([{ id: "old", wasHere: true }]);
  });

  it("whose files are gone from the browser is stored again under its id", async () => {
    await take("first", within("first", bert));
    memory.files.get("first")?.delete("model.safetensors");
    expect(await take("second", within("second", bert))).toMatchObject([{ id: "first", wasHere: false }]);
    expect(memory.files.get("first")?.has("model.safetensors")).toBe(true);
  });
});

describe("what the manifest vouches for", () => {
  beforeEach(async () => {
    shipped = [await vouched("tiny-bert", bert)];
  });

  it("is known by its hashes under any folder's name", async () => {
    expect(await take("checkpoint-7", within("checkpoint-7", { ...bert, "optimizer.pt": "x" }))).toMatchObject([
      { id: "tiny-bert", vouched: true, missing: [] },
    ]);
    expect(own()).toEqual([]);
  });

  it("does not stand in the way of a fine-tune of the same shape, name and sizes", async () => {
    const [imported] = await take("tiny-bert", within("tiny-bert", other));
    expect(imported?.id).toMatch(/^tiny-bert-[0-9a-f]{7}$/);
    expect(imported?.vouched).toBe(false);
    expect(imported?.remarks).toEqual([expect.stringMatching(/not those of tiny-bert.*a model of its own/)]);
  });

  it("is held to its hash where the file comes alone", async () => {
    await expect(take("model.safetensors", { "model.safetensors": other["model.safetensors"] })).rejects.toMatchObject({
      code: "model-altered",
      place: { file: "models/tiny-bert/model.safetensors" },
    });
    expect(await take("model.safetensors", { "model.safetensors": bert["model.safetensors"] })).toMatchObject([
      { id: "tiny-bert", missing: ["config.json", "vocab.txt"] },
    ]);
  });
});

describe("a name", () => {
  it.each([
    ["tiny (1).gguf", "tiny-1"],
    ["Llama 3.2 (1B) – Q4_K_M.gguf", "Llama-3.2-1B-Q4_K_M"],
    ["Señal.gguf", "Senal"],
    ["../../etc/passwd.gguf", "etc-passwd"],
    ["...gguf.gguf", "gguf"],
    [`${"x".repeat(300)}.gguf`, "x".repeat(60)],
  ])("%s becomes the id %s", async (name, id) => {
    expect(await take(name, { [name]: goodGguf })).toMatchObject([{ id }]);
    expect(own()[0]?.files[0]?.name).toMatch(/^[\w-][\w.-]{0,70}\.gguf$/);
  });

  it("of no letter that an id may have gives one of the content, and stays what people read", async () => {
    const [imported] = await take("模型.gguf", { "模型.gguf": goodGguf });
    expect(imported?.id).toMatch(/^model(-[0-9a-f]{7})?$/);
    expect(imported?.name).toBe("模型");
  });

  it("of a snapshot in the hub's cache is the repository's", async () => {
    const path = "models--someone--tiny/snapshots/0123456789abcdef0123456789abcdef01234567";
    const [imported] = await take("models--someone--tiny", within(path, bert));
    expect(imported).toMatchObject({ id: "someone-tiny", name: "someone/tiny" });
  });
});

it("what is left out beside a good model is said", async () => {
  const vlm = modelFileCases.find(({ title }) => title === "a language model beside its vision part");
  const [imported] = await take("vlm", vlm?.files ?? {});
  expect(imported?.remarks).toEqual([expect.stringMatching(/Left out: .*mmproj\.gguf is the vision part/)]);
});

it("a refused model leaves nothing", async () => {
  for (const { files, refused, picked } of modelFileCases) {
    if (!refused) continue;
    await expect(take(picked ?? Object.keys(files)[0]?.split("/")[0] ?? "", files)).rejects.toThrow();
  }
  expect(memory.files.size).toBe(0);
  expect(own()).toEqual([]);
});
