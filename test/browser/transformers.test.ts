// transformers.js on small models in the hub's ONNX layout, against what transformers makes of the same weights in Python.

import { describe, expect, it } from "vitest";
import { openWith } from "../../src/engines/catalogue.ts";
import type { LanguageModel } from "../../src/engines/language-model.ts";
import { openFillMask } from "../../src/engines/transformers/fill-mask.ts";
import { openTransformers } from "../../src/engines/transformers/generate.ts";
import type { ModelEntry } from "../../src/models/manifest.ts";
import golden from "../fixtures/transformers/golden.json";

const never = new AbortController().signal;
const names = {
  bert: ["config.json", "tokenizer.json", "tokenizer_config.json", "onnx/model.onnx"],
  llama: ["config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "onnx/model.onnx"],
} as const;

const file = async (path: string) => (await fetch(`/test/fixtures/transformers/${path}`)).blob();

async function folder(model: keyof typeof names): Promise<Map<string, Blob>> {
  const entries = names[model].map(async (name) => [name, await file(`${model}/${name}`)] as const);
  return new Map(await Promise.all(entries));
}

const greedy = (model: LanguageModel, maxTokens = golden.llama.tokens.length) =>
  model.complete(
    {
      messages: golden.llama.messages as { role: "user"; content: string }[],
      sampling: { temperature: 0, topP: 1, maxTokens },
      seed: 1,
    },
    never,
  );

describe("text generation", () => {
  it("gives transformers' greedy answer, through the catalogue, from files without folders", async () => {
    const entry: ModelEntry = {
      id: "tiny-llama",
      kind: "language-model",
      name: "Tiny Llama",
      licence: "CC0-1.0",
      homepage: "",
      sources: [],
      files: names.llama.map((name) => ({ name: name.split("/").at(-1) as string, bytes: 1, sha256: "0".repeat(64) })),
    };
    const read = ({ name }: { readonly name: string }) => file(`llama/${name.endsWith(".onnx") ? `onnx/${name}` : name}`);
    const { engine, model } = await openWith("auto", { entry, read });
    expect(engine.id).toBe("transformers");
    expect(model.contextTokens).toBe(256);
    expect(await greedy(model)).toEqual({
      text: golden.llama.text,
      finish: "length",
      promptTokens: golden.llama.promptTokens,
      completionTokens: golden.llama.tokens.length,
    });
    await model.close();
  });

  it("gives it on WebGPU too", async () => {
    const model = await openTransformers({ id: "test", files: await folder("llama"), device: "webgpu" });
    const { text } = await greedy(model, 3); // each step compiles shaders
    expect(text.length).toBeGreaterThan(2);
    expect(golden.llama.text.startsWith(text)).toBe(true);
    await model.close();
  });

  it("refuses a file beyond the heap with the number, before it is read", async () => {
    const megabytes = new Blob([new Uint8Array(2 ** 20)]);
    const big = new Blob(Array<Blob>(2100).fill(megabytes)); // 2.1 GiB on paper: a Blob of Blobs copies none
    const files = (await folder("llama")).set("onnx/model.onnx", big);
    await expect(openTransformers({ id: "test", files })).rejects.toMatchObject({
      code: "out-of-memory",
      message: expect.stringMatching(/needs 4\.1 GiB .* WebAssembly has 4\.0 GiB/),
    });
  });

  it("refuses a folder without a chat template, an ONNX file, or a cache", async () => {
    const open = (files: ReadonlyMap<string, Blob>) => openTransformers({ id: "test", files });
    const plain = await folder("llama");
    plain.set("tokenizer_config.json", new Blob(['{"tokenizer_class":"GPT2Tokenizer"}']));
    await expect(open(plain)).rejects.toMatchObject({ code: "model-unsupported", place: { what: "chat_template" } });
    const empty = await folder("llama");
    empty.delete("onnx/model.onnx");
    await expect(open(empty)).rejects.toMatchObject({ code: "model-missing", place: { file: "onnx/model.onnx" } });
    const uncached = (await folder("llama")).set("onnx/model.onnx", await file("bert/onnx/model.onnx"));
    await expect(open(uncached)).rejects.toMatchObject({ code: "model-unsupported", message: expect.stringContaining("cache") });
  });
});

describe("fill-mask", () => {
  it("gives transformers' words for the first mask, with their shares", async () => {
    const filler = await openFillMask({ id: "test", files: await folder("bert") });
    expect(filler.mask).toBe("[MASK]");
    for (const { text, pieces, shares } of golden.bert.masks) {
      const got = await filler.fillMask(text, 5);
      expect(got.map((filling) => filling.piece)).toEqual(pieces);
      for (const [i, share] of shares.entries()) expect(Math.abs((got[i]?.share ?? 0) - share)).toBeLessThan(1e-4);
    }
    await expect(filler.fillMask("nothing to fill", 1)).rejects.toThrow(/\[MASK\]/);
    await expect(filler.fillMask(`[MASK] ${"word ".repeat(60)}`, 1)).rejects.toMatchObject({ code: "context-overflow" });
    await filler.close();
  });
});

// Last: what it leaves behind is the point.
describe("a session that cannot be made", () => {
  it("is said to be so, and what is asked for after it names the way out", async () => {
    const broken = (await folder("llama")).set("onnx/model.onnx", new Blob(["no model"]));
    const first = await openTransformers({ id: "broken", files: broken }).catch((e: unknown) => e);
    expect(first).toMatchObject({ code: expect.stringMatching(/^(model-unsupported|engine-failed)$/) });
    const later = await openTransformers({ id: "whole", files: await folder("llama") }).catch((e: unknown) => e);
    expect(later).toMatchObject({ code: "engine-failed", message: expect.stringContaining("reload the page") });
  });
});
