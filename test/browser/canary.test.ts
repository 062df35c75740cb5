// No engine asks another host for anything: each is opened and asked while the browser itself tells of every request, and no policy stops one.

import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { commands } from "vitest/browser";
import { openWith } from "../../src/engines/catalogue.ts";
import { openEmbedder } from "../../src/engines/embedder.ts";
import type { LanguageModel } from "../../src/engines/language-model.ts";
import { openFillMask } from "../../src/engines/transformers/fill-mask.ts";
import { openWllama } from "../../src/engines/wllama/wllama.ts";
import type { ModelEntry } from "../../src/models/manifest.ts";
import golden from "../fixtures/wllama/golden.json";
import { withoutJspi, withoutMemory64 } from "./without-jspi.ts";

declare module "vitest/browser" {
  interface BrowserCommands {
    foreignRequests(origin: string, awaited?: number): Promise<string[]>;
  }
}

const never = new AbortController().signal;
const foreign = (awaited?: number) => commands.foreignRequests(location.origin, awaited);
const file = async (path: string) => (await fetch(`/test/fixtures/${path}`)).blob();
const restores: (() => void)[] = [];

beforeAll(() => foreign()); // from here on they are heard
afterEach(() => {
  for (const restore of restores.splice(0)) restore();
});

const onnx = ["config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "onnx/model.onnx"];
const bert = ["config.json", "tokenizer.json", "tokenizer_config.json"];
const folder = async (path: string, names: readonly string[]) =>
  new Map(await Promise.all(names.map(async (name) => [name, await file(`${path}/${name}`)] as const)));

const entry = (names: readonly string[]): ModelEntry => ({
  id: "tiny",
  kind: "language-model",
  name: "Tiny",
  licence: "CC0-1.0",
  homepage: "",
  sources: [],
  files: names.map((name) => ({ name, bytes: 1, sha256: "0".repeat(64) })),
});

async function ask(model: LanguageModel, content = golden.prompt, maxTokens = golden.tokens.length): Promise<string> {
  const sampling = { temperature: 0, topP: 1, maxTokens };
  const { text } = await model.complete({ messages: [{ role: "user", content }], sampling, seed: 1 }, never);
  await model.close();
  return text;
}

const gpt2 = async () => openWllama({ id: "wllama/tiny", weights: [await file("wllama/gpt2.gguf")], threads: 2 });

describe("what the canary hears", () => {
  const nowhere = "http://127.0.0.1:9/canary"; // the port that throws away

  it("a request of the page", async () => {
    await fetch(nowhere, { mode: "no-cors" }).catch(() => undefined);
    expect(await foreign(1)).toEqual([nowhere]);
  });

  it("a request of a worker that a worker made", async () => {
    const inner = `fetch("${nowhere}", { mode: "no-cors" }).catch(() => 0).then(() => postMessage(0))`;
    const outer = `const w = new Worker(URL.createObjectURL(new Blob([${JSON.stringify(inner)}]))); w.onmessage = () => postMessage(0)`;
    const worker = new Worker(URL.createObjectURL(new Blob([outer])));
    await new Promise((resolve) => {
      worker.onmessage = resolve;
    });
    const heard = await foreign(1); // what an ended worker asked may never be told
    worker.terminate();
    expect(heard).toEqual([nowhere]);
  });
});

describe("an engine asks no other host", () => {
  it("llama.cpp", async () => {
    expect(await ask(await gpt2())).toBe(golden.text);
    expect(await foreign()).toEqual([]);
  });

  it("llama.cpp in a browser without JSPI, where the package would fetch another build, and writes the same", async () => {
    restores.push(withoutJspi());
    expect("Suspending" in WebAssembly).toBe(false);
    expect(await ask(await gpt2())).toBe(golden.text);
    expect(await foreign()).toEqual([]);
  });

  it("llama.cpp in a browser without 64-bit memories: it says so and asks for nothing", async () => {
    restores.push(withoutMemory64());
    await expect(gpt2()).rejects.toMatchObject({ code: "browser-lacks", message: expect.stringContaining("memory64") });
    expect(await foreign()).toEqual([]);
  });

  it.each(["batch", "batch-webgpu", "wllama"])("%s on a model of the Llama family", async (id) => {
    const { model } = await openWith(id, { entry: entry(["qwen2.gguf"]), read: ({ name }) => file(`llama/${name}`) });
    await ask(model, "Say it.", 3);
    expect(await foreign()).toEqual([]);
  });

  it.each(["transformers", "transformers-webgpu"])("%s", async (id) => {
    const { model } = await openWith(id, { entry: entry(onnx), read: ({ name }) => file(`transformers/llama/${name}`) });
    await ask(model, "Say it.", 3);
    expect(await foreign()).toEqual([]);
  });

  it("transformers.js, for a file that the folder lacks", async () => {
    const files = await folder("transformers/llama", onnx);
    files.delete("tokenizer.json");
    const { openTransformers } = await import("../../src/engines/transformers/generate.ts");
    await expect(openTransformers({ id: "t", files, device: "wasm" })).rejects.toMatchObject({ code: "model-missing" });
    expect(await foreign()).toEqual([]);
  });

  it("the embedder and the mask filler", async () => {
    const embedder = await openEmbedder({ id: "e", files: await folder("transformers/bert", [...bert, "model.safetensors"]) });
    expect(await embedder.embed(["one", "two"])).toHaveLength(2);
    await embedder.close();
    const filler = await openFillMask({ id: "f", files: await folder("transformers/bert", [...bert, "onnx/model.onnx"]) });
    expect(await filler.fillMask(`one ${filler.mask}`, 2)).toHaveLength(2);
    await filler.close();
    expect(await foreign()).toEqual([]);
  });

  it("WebLLM, as far as it goes without a graphics card; its own list is taken from it", async () => {
    const { capableAdapter, tinyModel } = await import("../unit/engines/webllm/stand-in.ts");
    const { openWebllm } = await import("../../src/engines/webllm/webllm.ts");
    const { prebuiltAppConfig } = await import("@mlc-ai/web-llm");
    const { entry, contents } = await tinyModel("m-q4f32_1-MLC");
    const read = async ({ name }: { readonly name: string }) => new Blob([contents.get(name) as string]);
    await expect(openWebllm({ entry, read, adapter: async () => capableAdapter })).rejects.toMatchObject({
      code: "engine-failed",
    });
    expect(prebuiltAppConfig.model_list).toEqual([]);
    expect(await foreign()).toEqual([]);
  });
});
