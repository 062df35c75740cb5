// Facts of a GGUF before llama.cpp loads it: whether all its parts are there, and the memory that it will take.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { heapBytes, memoryNeed, throwIfTooBig } from "../../../../src/engines/wllama/memory.ts";
import { ggufParts, readParts } from "../../../../src/engines/wllama/parts.ts";
import type { ModelFile } from "../../../../src/models/manifest.ts";

const files = (...names: string[]): ModelFile[] => names.map((name) => ({ name, bytes: 1, sha256: "0".repeat(64) }));
const names = (parts: readonly ModelFile[]) => parts.map((part) => part.name);

describe("the parts of a model, by their names", () => {
  it("come in order, and a single file is one part", () => {
    const shuffled = files("README.md", "m-00002-of-00003.gguf", "m-00003-of-00003.gguf", "m-00001-of-00003.gguf");
    expect(names(ggufParts(shuffled))).toEqual(["m-00001-of-00003.gguf", "m-00002-of-00003.gguf", "m-00003-of-00003.gguf"]);
    expect(names(ggufParts(files("m.gguf", "config.json")))).toEqual(["m.gguf"]);
    expect(ggufParts(files("model.safetensors"))).toEqual([]);
  });

  it("are refused by the name of the one that is missing", () => {
    const two = files("m-00001-of-00003.gguf", "m-00003-of-00003.gguf");
    expect(() => ggufParts(two)).toThrow(
      expect.objectContaining({ code: "model-missing", place: { file: "m-00002-of-00003.gguf", got: 2, expected: 3 } }),
    );
  });

  it("are refused when they are of several models", () => {
    for (const mixed of [files("a.gguf", "b.gguf"), files("a-00001-of-00001.gguf", "b.gguf")]) {
      expect(() => ggufParts(mixed)).toThrow(expect.objectContaining({ code: "model-unsupported" }));
    }
  });
});

const folder = join(import.meta.dirname, "../../../fixtures/wllama");
const part = (i: number) => new Blob([readFileSync(join(folder, `gpt2-0000${i}-of-00003.gguf`))]);

describe("the parts of a model, by their own numbers", () => {
  it("give the metadata of the first", async () => {
    const metadata = await readParts([part(1), part(2), part(3)], "toy");
    expect(metadata.get("general.architecture")).toBe("gpt2");
    expect(metadata.get("gpt2.block_count")).toBe(2);
  });

  it("are refused out of order, too few, or with one of another model", async () => {
    await expect(readParts([part(1), part(3), part(2)], "toy")).rejects.toMatchObject({
      code: "model-altered",
      place: { file: "toy, file 2 of 3", got: "part 3", expected: "part 2" },
    });
    await expect(readParts([part(1), part(2)], "toy")).rejects.toMatchObject({ code: "model-missing" });
    const whole = new Blob([readFileSync(join(folder, "gpt2.gguf"))]);
    await expect(readParts([part(1), part(2), whole], "toy")).rejects.toMatchObject({ code: "model-missing" });
    await expect(readParts([part(1), new Blob(["GG"]), part(3)], "toy")).rejects.toMatchObject({
      code: "model-truncated",
    });
  });
});

const sizes = { contextTokens: 2048, stepTokens: 64 };

describe("the memory that a model takes", () => {
  /** SmolLM2-135M, as its GGUF says. */
  const smol = new Map<string, unknown>([
    ["general.architecture", "llama"],
    ["llama.block_count", 30],
    ["llama.embedding_length", 576],
    ["llama.feed_forward_length", 1536],
    ["llama.attention.head_count", 9],
    ["llama.attention.head_count_kv", 3],
    ["llama.vocab_size", 49152],
  ]);

  it("is llama.cpp's own for the cache, and not below its own for a step: it prints 45.00 MiB and 2.09 MiB", () => {
    const need = memoryNeed(smol, 98_362_432, sizes);
    expect(need.cache).toBe(45 * 2 ** 20);
    expect(need.compute).toBeGreaterThan(2.09 * 2 ** 20);
    expect(need.compute).toBeLessThan(8 * 2 ** 20);
    expect(need.total).toBe(need.weights + need.cache + need.compute + need.rest);
  });

  it("grows with the context and follows key-value heads that differ by layer, and heads wider than the model", () => {
    expect(memoryNeed(smol, 0, { ...sizes, contextTokens: 8192 }).cache).toBe(180 * 2 ** 20);
    const hybrid = new Map(smol)
      .set("llama.attention.head_count_kv", [0, 3, 0])
      .set("llama.attention.key_length", 128)
      .set("llama.attention.value_length", 256);
    expect(memoryNeed(hybrid, 0, sizes).cache).toBe(2 * 2048 * 3 * (128 + 256));
  });

  it("of a model without attention is that of its weights and the rest", () => {
    expect(memoryNeed(new Map([["general.architecture", "mamba"]]), 1000, sizes)).toMatchObject({ weights: 1000, cache: 0 });
  });

  it("is said with the numbers when it is beyond the heap", () => {
    // A model of 8 billion parameters with 4 bits each.
    const need = memoryNeed(smol, 4.9e9, sizes);
    expect(() => throwIfTooBig("wllama/llama-8b", need)).toThrow(
      expect.objectContaining({
        code: "out-of-memory",
        message: expect.stringMatching(/needs 4\.7 GiB \(4\.6 GiB for its weights.*WebAssembly has 4\.0 GiB/),
      }),
    );
    throwIfTooBig("wllama/fits", { ...need, total: heapBytes });
  });
});
