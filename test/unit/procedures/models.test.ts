// Procedures of the model files, in Node: the models and the authority for their hashes, an import, a new name, an export.

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { sha256 } from "../../../src/base/hash.ts";
import type { ModelEntry } from "../../../src/models/manifest.ts";
import { modelProcedures } from "../../../src/procedures/models.ts";
import { gguf } from "../../fixtures/model-files/bytes.ts";
import { bert, goodGguf, llamaMeta, llamaTensors } from "../../fixtures/model-files/cases.ts";
import { memoryStore } from "../models/memory-store.ts";

const signal = new AbortController().signal;
const shipped: ModelEntry = {
  id: "shipped",
  kind: "encoder",
  name: "Shipped",
  licence: "MIT",
  homepage: "",
  sources: [],
  files: [{ name: "config.json", bytes: 2, sha256: await sha256("{}") }],
};

let memory = memoryStore();
let served = true;
beforeEach(() => {
  memory = memoryStore();
  served = true;
  vi.stubGlobal("fetch", async (url: string) => {
    if (url === "/models/manifest.json") return Response.json({ models: [shipped] });
    return new Response("{}", { status: served ? 200 : 404 });
  });
});
afterEach(() => vi.unstubAllGlobals());

const procedures = () =>
  modelProcedures({
    store: memory.store,
    held: (_, _wait, work) => work(),
    device: async () => ({ adapter: undefined, machineMemory: undefined }),
  });

async function last<E>(events: AsyncGenerator<E>): Promise<E | undefined> {
  let latest: E | undefined;
  for await (const event of events) latest = event;
  return latest;
}

const take = (name: string, contents: Readonly<Record<string, string | Uint8Array<ArrayBuffer>>>) => {
  const files = Object.entries(contents).map(([path, content]) => ({ path: `${name}/${path}`, file: new Blob([content]) }));
  return last(procedures().import({ name, files }, signal));
};

describe("the list", () => {
  it("has the shipped model as served, or as absent where the server lacks it, and the user's own", async () => {
    await take("mine", bert);
    const [first, own] = await procedures().models(null, signal);
    expect(first).toMatchObject({ id: "shipped", state: "served", vouched: { by: "manifest" } });
    expect(own).toMatchObject({ id: "mine", kind: "encoder", state: "here", vouched: { by: "nobody" } });
    served = false;
    expect((await procedures().models(null, signal))[0]).toMatchObject({ state: "absent", sources: [] });
  });

  it("remains where the browser stores nothing", async () => {
    const refused = () => Promise.reject(new Error("no storage"));
    Object.assign(memory.store, { stored: refused, entries: refused });
    expect(await procedures().models(null, signal)).toMatchObject([{ id: "shipped", state: "served" }]);
  });
});

describe("an import", () => {
  it("keeps its remarks with the model", async () => {
    await take("base", { "base.gguf": gguf({ ...llamaMeta, "tokenizer.chat_template": "" }, llamaTensors()) });
    expect((await procedures().models(null, signal))[1]?.remarks).toEqual([expect.stringMatching(/no chat template/)]);
  });

  it("tells what it came to, and the model can be renamed, checked, exported and removed", async () => {
    expect(await take("mine", bert)).toMatchObject({ type: "imported", imported: [{ id: "mine", wasHere: false }] });
    await procedures().rename({ id: "mine", name: "  PubMedBERT of ward 3 " }, signal);
    expect((await procedures().models(null, signal))[1]).toMatchObject({ id: "mine", name: "PubMedBERT of ward 3" });
    await last(procedures().verify({ id: "mine" }, signal));
    expect(await last(procedures().export({ id: "mine" }, signal))).toMatchObject({ type: "exported", name: "mine.zip" });
    await procedures().remove({ id: "mine" }, signal);
    expect(await procedures().models(null, signal)).toHaveLength(1);
  });

  it("of a GGUF is exported as the one file that it is", async () => {
    await take("tiny", { "tiny (1).gguf": goodGguf });
    const exported = await last(procedures().export({ id: "tiny" }, signal));
    expect(exported).toMatchObject({ type: "exported", name: "tiny.gguf" });
    if (exported?.type === "exported") expect(new Uint8Array(await exported.file.arrayBuffer())).toEqual(goodGguf);
  });

  it("has a name of its own alone: the manifest's is nobody's to change", async () => {
    await expect(procedures().rename({ id: "shipped", name: "x" }, signal)).rejects.toMatchObject({ code: "not-found" });
  });
});
