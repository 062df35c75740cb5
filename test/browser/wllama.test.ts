// llama.cpp on a model of an architecture that only it reads, whole and in parts, against transformers' greedy answer.

import { describe, expect, it } from "vitest";
import { openWith } from "../../src/engines/catalogue.ts";
import type { LanguageModel } from "../../src/engines/language-model.ts";
import { openWllama, wllamaWithoutWebGpu } from "../../src/engines/wllama/wllama.ts";
import type { ModelEntry } from "../../src/models/manifest.ts";
import golden from "../fixtures/wllama/golden.json";

const never = new AbortController().signal;
const file = async (name: string) => (await fetch(`/test/fixtures/wllama/${name}`)).blob();
const partNames = [1, 2, 3].map((i) => `gpt2-0000${i}-of-00003.gguf`);

const entry = (...names: string[]): ModelEntry => ({
  id: "tiny-gpt2",
  kind: "language-model",
  name: "Tiny GPT-2",
  licence: "CC0-1.0",
  homepage: "",
  sources: [],
  files: names.map((name) => ({ name, bytes: 1, sha256: "0".repeat(64) })),
});

const answer = (model: LanguageModel) =>
  model.complete(
    {
      messages: [{ role: "user", content: golden.prompt }],
      sampling: { temperature: 0, topP: 1, maxTokens: golden.tokens.length },
      seed: 1,
    },
    never,
  );

const expected = {
  text: golden.text,
  finish: "length",
  promptTokens: golden.promptTokens,
  completionTokens: golden.tokens.length,
};

describe("an architecture that our own decoder does not build", () => {
  it("is left to llama.cpp by its file's header, where the manifest does not name it", async () => {
    const { engine, model } = await openWith("auto", { entry: entry("gpt2.gguf"), read: (f) => file(f.name) });
    expect(engine.id).toBe("wllama");
    expect(model.contextTokens).toBe(128); // the model's own, below what was asked for
    expect(await answer(model)).toMatchObject(expected);
    await model.close();
  });

  it("is read in parts, in their order whatever the manifest's", async () => {
    const read: string[] = [];
    const { model } = await openWith("auto", {
      entry: entry(...partNames.toReversed()),
      read: (f) => {
        read.push(f.name);
        return file(f.name);
      },
    });
    expect(read).toEqual(partNames);
    expect(await answer(model)).toMatchObject(expected);
    await model.close();
  });
});

describe("before anything is loaded", () => {
  it("a model beyond the heap is refused with the number", async () => {
    const weights = await file("gpt2.gguf");
    const megabytes = new Blob([new Uint8Array(2 ** 20)]);
    const big = new Blob([weights, ...Array<Blob>(4096).fill(megabytes)]); // 4 GiB on paper: a Blob of Blobs copies none
    await expect(openWllama({ id: "wllama/big", weights: [big] })).rejects.toMatchObject({
      code: "out-of-memory",
      message: expect.stringMatching(/needs 4\.\d GiB .* WebAssembly has 4\.0 GiB/),
    });
  });

  it("WebGPU is refused with the reason where llama.cpp would fall back in silence", async () => {
    const adapter = await navigator.gpu.requestAdapter();
    const reason = await wllamaWithoutWebGpu();
    if (adapter?.features.has("shader-f16")) expect(reason).toBeUndefined();
    else {
      expect(reason).toMatchObject({ code: "no-webgpu", message: expect.stringContaining("shader-f16") });
      const opening = openWllama({ id: "wllama/gpu", weights: [await file("gpt2.gguf")], device: "webgpu" });
      await expect(opening).rejects.toMatchObject({ code: "no-webgpu" });
    }
  });
});
