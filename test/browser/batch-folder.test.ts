// Decoders in the hub's layout, safetensors and config.json: the same numbers and the same text as the GGUF of the same weights.

import { describe, expect, it } from "vitest";
import { openBatch } from "../../src/engines/batch/batch.ts";
import { openBatchDecoder } from "../../src/engines/batch/decoder.ts";
import type { CompletionRequest } from "../../src/engines/language-model.ts";
import { type DecoderWeights, folderWeights, ggufWeights } from "../../src/models/decoder-weights.ts";
import type { ModelFolder } from "../../src/models/model-folder.ts";
import { openGguf } from "../../src/weights/gguf.ts";
import golden from "../fixtures/llama/golden.json";

type Name = keyof typeof golden;
const names = Object.keys(golden) as Name[];
const fixtures = "/test/fixtures/llama";
const blobOf = async (path: string) => (await fetch(path)).blob();
const ggufOf = (name: Name) => blobOf(`${fixtures}/${name}.gguf`);

async function folderOf(name: Name): Promise<Map<string, Blob>> {
  const at = `${fixtures}/folders/${name}`;
  const files = ["config.json", "tokenizer.json", "tokenizer_config.json"];
  if (name === "llama3") {
    const index = await (await blobOf(`${at}/model.safetensors.index.json`)).text();
    files.push("model.safetensors.index.json", ...new Set(Object.values(JSON.parse(index).weight_map as Record<string, string>)));
  } else files.push("model.safetensors");
  return new Map(await Promise.all(files.map(async (file) => [file, await blobOf(`${at}/${file}`)] as const)));
}

async function logitsOf(weights: DecoderWeights, ids: readonly number[]): Promise<Float32Array> {
  const decoder = await openBatchDecoder(weights, { device: "wasm", contextTokens: 512 });
  const { logits } = await decoder.step(decoder.nothing, decoder.newCache(1), Int32Array.from(ids), ids.length - 1);
  await decoder.close();
  return logits;
}

describe.each(names)("%s", (name) => {
  it("gives transformers' logits, and the GGUF's to the bit", async () => {
    const { ids, logits } = golden[name];
    const got = await logitsOf(await folderWeights(await folderOf(name), name), ids);
    const expected = logits.at(-1) as number[];
    expect(Math.max(...expected.map((x, i) => Math.abs(x - (got[i] as number))))).toBeLessThan(1e-3);
    const same = await logitsOf(await ggufWeights(await openGguf(await ggufOf(name), name)), ids);
    // Llama 3's divisors come out of a file there and of a formula here.
    if (name === "llama3") expect(Math.max(...same.map((x, i) => Math.abs(x - (got[i] as number))))).toBeLessThan(1e-4);
    else expect(got).toEqual(same);
  });
});

it("writes what the engine writes from the GGUF: the same tokenizer, template and end", async () => {
  const texts = async (weights: Blob | ModelFolder) => {
    const model = await openBatch({ id: "tiny", weights, contextTokens: 256 });
    const request = (content: string, seed: number): CompletionRequest => ({
      messages: [{ role: "user", content }],
      sampling: { temperature: 1, topP: 1, maxTokens: 24 },
      seed,
    });
    const prompts = ["Write a sentence about asthma.", "  12 mg/l,\n\n£5 naïve 😀", "don't <|im_end|> stop"];
    const completions = await Promise.all(
      prompts.map((text, seed) => model.complete(request(text, seed), new AbortController().signal)),
    );
    await model.close();
    return completions;
  };
  expect(await texts(await folderOf("qwen3"))).toEqual(await texts(await ggufOf("qwen3")));
});

describe("refuses", () => {
  const changed = async (name: Name, change: (folder: Map<string, Blob>) => void) => {
    const folder = await folderOf(name);
    change(folder);
    return openBatch({ id: "tiny", weights: folder });
  };
  const json = (value: unknown) => new Blob([JSON.stringify(value)]);
  it.each<[string, Name, (folder: Map<string, Blob>) => void, string, RegExp]>([
    ["a part that is not there", "llama3", (f) => f.delete([...f.keys()].at(-1) ?? ""), "model-missing", /has no model-0000/],
    ["no weights", "llama", (f) => f.delete("model.safetensors"), "model-missing", /has no model\.safetensors/],
    ["no tokenizer", "llama", (f) => f.delete("tokenizer.json"), "model-missing", /has no tokenizer\.json/],
    ["no chat template", "llama", (f) => f.set("tokenizer_config.json", json({})), "model-unsupported", /no chat template/],
    ["a config that is no JSON", "llama", (f) => f.set("config.json", new Blob(["{"])), "file-malformed", /config\.json/],
    ["another family", "llama", (f) => f.set("config.json", json({ model_type: "gpt_neox" })), "model-unsupported", /gpt_neox/],
    [
      "a tokenizer of another kind",
      "llama",
      (f) => f.set("tokenizer.json", json({ model: { type: "Unigram", vocab: [] } })),
      "model-unsupported",
      /no byte-level BPE/,
    ],
    [
      "a file that was cut",
      "llama",
      (f) => f.set("model.safetensors", (f.get("model.safetensors") as Blob).slice(0, 5000)),
      "model-truncated",
      /model\.safetensors/,
    ],
  ])("%s", async (_, name, change, code, sentence) => {
    await expect(changed(name, change)).rejects.toMatchObject({ code, message: expect.stringMatching(sentence) });
  });
});
