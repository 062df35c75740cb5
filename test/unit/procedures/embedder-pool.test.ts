// Embeddings are computed once: not again in the same worker, nor in the next, nor for a text set that is there twice.

import { describe, expect, it } from "vitest";
import type { Embedder } from "../../../src/engines/language-model.ts";
import type { ProductStore } from "../../../src/experiment/product.ts";
import type { EmbedEvent } from "../../../src/procedures/embedder-pool.ts";
import { embedderPool } from "../../../src/procedures/embedder-pool.ts";
import { memoryProducts } from "../experiment/memory-products.ts";

const entry = {
  id: "e",
  kind: "encoder" as const,
  name: "E",
  licence: "MIT",
  homepage: "https://example.org",
  sources: [],
  files: [],
};

function poolOver(products: ProductStore | undefined) {
  const read: string[] = [];
  const embedder: Embedder = {
    id: "lengths",
    dimension: 2,
    async embed(texts) {
      read.push(...texts);
      return texts.map((text) => Float32Array.from([text.length, 1]));
    },
    close: async () => undefined,
  };
  const pool = embedderPool({
    models: { manifest: async () => ({ models: [entry] }), read: async () => new Blob() },
    openEmbedder: async () => embedder,
    ...(products ? { products: async () => products } : {}),
  });
  const embed = async (...sets: string[][]) => {
    const events: EmbedEvent[] = [];
    const running = pool.embed("e", sets, new AbortController().signal);
    for (;;) {
      const next = await running.next();
      if (next.done) return { vectors: next.value, kept: events.flatMap((e) => (e.type === "kept" ? [e.key] : [])) };
      events.push(next.value);
    }
  };
  return { embed, read };
}

describe("embeddings", () => {
  it("are read once for equal sets, and from the store by the next worker, which tells their keys too", async () => {
    const products = memoryProducts();
    const first = poolOver(products);
    const { vectors, kept } = await first.embed(["one", "three"], ["one", "three"], ["other"]);
    expect(first.read).toEqual(["one", "three", "other"]);
    expect(vectors.map(({ rows, data }) => [rows, ...data])).toEqual([
      [2, 3, 1, 5, 1],
      [2, 3, 1, 5, 1],
      [1, 5, 1],
    ]);
    expect(kept).toHaveLength(2);

    const second = poolOver(products);
    const again = await second.embed(["other"], ["one", "three"], ["new"]);
    expect(second.read).toEqual(["new"]);
    expect(again.vectors[1]?.data).toEqual(vectors[0]?.data);
    expect(again.kept).toEqual(expect.arrayContaining(kept));
  });

  it("of no text are as wide as the others", async () => {
    const { vectors } = await poolOver(undefined).embed([], ["a"]);
    expect(vectors.map(({ rows, columns }) => [rows, columns])).toEqual([
      [0, 2],
      [1, 2],
    ]);
  });

  it("are not lost by a store without room, and are then nobody's product", async () => {
    const full: ProductStore = { find: async () => undefined, put: () => Promise.reject(new Error("quota")) };
    const { vectors, kept } = await poolOver(full).embed(["a"]);
    expect(vectors[0]?.rows).toBe(1);
    expect(kept).toEqual([]);
  });

  it("of another length than the texts, such as a damaged product, are computed again", async () => {
    const products = memoryProducts();
    const { kept } = await poolOver(products).embed(["a", "b"]);
    const value = { columns: 2, data: new Float32Array(2) };
    await products.put({ kind: "embeddings", key: kept[0] as string, state: "whole", milliseconds: 0, value });
    const next = poolOver(products);
    const { vectors } = await next.embed(["a", "b"]);
    expect(next.read).toEqual(["a", "b"]);
    expect(vectors[0]?.rows).toBe(2);
  });
});
