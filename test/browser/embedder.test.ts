// Sentence embeddings against those of transformers and sentence-transformers in Python; models that are not whole.

import { describe, expect, it } from "vitest";
import { openEmbedder } from "../../src/engines/embedder.ts";
import { modelEntry, parseManifest } from "../../src/models/manifest.ts";
import { fetchModelFile } from "../../src/models/verify.ts";
import golden from "../fixtures/transformers/golden.json";
import minilm from "../fixtures/transformers/minilm.json";

const never = new AbortController().signal;

/** Files of the fixture's BERT, without what is named. */
async function bert(...without: string[]): Promise<Map<string, Blob>> {
  const names = ["config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"];
  const files = names.filter((name) => !without.includes(name));
  return new Map(
    await Promise.all(
      files.map(async (name) => [name, await (await fetch(`/test/fixtures/transformers/bert/${name}`)).blob()] as const),
    ),
  );
}

const largest = (got: Float32Array, expected: readonly number[]) =>
  Math.max(...expected.map((x, i) => Math.abs(x - (got[i] as number))));

async function expectEmbeddings(
  files: ReadonlyMap<string, Blob>,
  sentences: readonly string[],
  rows: readonly (readonly number[])[],
) {
  const embedder = await openEmbedder({ id: "test", files, batch: 4 });
  expect(embedder.dimension).toBe(rows[0]?.length);
  const got = await embedder.embed(sentences);
  expect(got.length).toBe(sentences.length);
  for (const [i, text] of sentences.entries()) {
    expect(largest(got[i] as Float32Array, rows[i] as number[]), JSON.stringify(text).slice(0, 40)).toBeLessThan(1e-4);
  }
  // Alone or in other company, in another order: the same.
  const [alone] = await embedder.embed([sentences[2] as string]);
  expect(largest(alone as Float32Array, rows[2] as number[])).toBeLessThan(1e-4);
  expect(await embedder.embed([])).toEqual([]);
  await embedder.close();
  await expect(embedder.embed(["x"])).rejects.toThrow(/closed/);
}

describe("a small BERT from its safetensors file", () => {
  it("gives transformers' embeddings, in the order of the texts", async () => {
    await expectEmbeddings(await bert(), golden.sentences, golden.bert.embeddings);
  });

  it("on WebGPU too", async () => {
    const embedder = await openEmbedder({ id: "test", files: await bert(), device: "webgpu" });
    const got = await embedder.embed(golden.sentences);
    for (const [i, row] of golden.bert.embeddings.entries()) expect(largest(got[i] as Float32Array, row)).toBeLessThan(1e-4);
    await embedder.close();
  });

  it("asks no other origin, and this one for nothing but the runtime's own files", async () => {
    performance.clearResourceTimings();
    const embedder = await openEmbedder({ id: "test", files: await bert() });
    await embedder.embed(["one"]);
    await embedder.close();
    const asked = performance.getEntriesByType("resource").map((entry) => new URL(entry.name));
    expect(asked.filter((url) => url.origin !== location.origin && url.protocol !== "blob:")).toEqual([]);
    expect(asked.filter((url) => /huggingface|\/here\//.test(url.href))).toEqual([]);
  });
});

describe("a folder that is not whole", () => {
  it.each(["config.json", "tokenizer.json", "model.safetensors"])("without %s is refused by that name", async (name) => {
    await expect(openEmbedder({ id: "test", files: await bert(name) })).rejects.toMatchObject({
      code: "model-missing",
      place: { file: name === "model.safetensors" ? "onnx/model.onnx" : name },
    });
  });

  it("with a config that is not JSON, or of another model, is refused", async () => {
    const broken = (await bert()).set("config.json", new Blob(["{"]));
    await expect(openEmbedder({ id: "test", files: broken })).rejects.toMatchObject({ code: "file-malformed" });
    const other = (await bert()).set("config.json", new Blob([JSON.stringify({ model_type: "t5" })]));
    await expect(openEmbedder({ id: "test", files: other })).rejects.toMatchObject({ code: "model-unsupported" });
    const cut = await bert();
    cut.set("model.safetensors", (cut.get("model.safetensors") as Blob).slice(0, 5000));
    await expect(openEmbedder({ id: "test", files: cut })).rejects.toMatchObject({ code: "model-truncated" });
  });
});

const entry = modelEntry(parseManifest(await (await fetch("/models/manifest.json")).text()), "all-minilm-l6-v2");
const present = (await fetch(`/models/${entry.id}/model.safetensors`, { method: "HEAD" })).ok;
const why = present ? "" : " (skipped: models/ holds no MiniLM, npm run models fetches it)";

describe.skipIf(!present)(`all-MiniLM-L6-v2${why}`, () => {
  it("gives sentence-transformers' embeddings of varied texts", async () => {
    const files = new Map<string, Blob>();
    for (const file of entry.files) files.set(file.name, await fetchModelFile(entry, file, { signal: never }));
    await expectEmbeddings(files, minilm.sentences, minilm.embeddings);
  });
});
