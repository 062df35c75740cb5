// Decoders of the Llama family against transformers' logits, by whole chunks and token by token, on WASM.

import { describe, expect, it } from "vitest";
import { beginningOf, type KeyValueCache, type SharedBeginning } from "../../src/engines/batch/cache.ts";
import { type BatchDecoder, openBatchDecoder } from "../../src/engines/batch/decoder.ts";
import { ggufWeights } from "../../src/models/decoder-weights.ts";
import { openGguf } from "../../src/weights/gguf.ts";
import golden from "../fixtures/llama/golden.json";

type Name = keyof typeof golden;

async function open(name: Name): Promise<BatchDecoder> {
  const blob = await (await fetch(`/test/fixtures/llama/${name}.gguf`)).blob();
  return openBatchDecoder(await ggufWeights(await openGguf(blob, `${name}.gguf`)), { device: "wasm", contextTokens: 512 });
}

/** Reads ids into every row, so many at a time, and gives the logits after each chunk, [rows, vocabulary]. */
async function read(
  decoder: BatchDecoder,
  cache: KeyValueCache,
  ids: readonly number[],
  chunk: number,
  shared: SharedBeginning = decoder.nothing,
): Promise<Float32Array[]> {
  const logits: Float32Array[] = [];
  for (let at = 0; at < ids.length; at += chunk) {
    const part = ids.slice(at, at + chunk);
    const rows = Int32Array.from({ length: cache.rows * part.length }, (_, i) => part[i % part.length] as number);
    cache.fit(cache.lengths[0] as number);
    const result = await decoder.step(shared, cache, rows, part.length - 1);
    cache.fit((cache.lengths[0] as number) + part.length);
    for (let row = 0; row < cache.rows; row++) cache.append(result.entries, [{ row: row, from: row, count: part.length }]);
    logits.push(result.logits);
  }
  return logits;
}

function largestDifference(got: Float32Array, expected: readonly number[]): number {
  return Math.max(...expected.map((x, i) => Math.abs(x - (got[i] as number))));
}

describe.each(Object.keys(golden) as Name[])("%s", (name) => {
  it("gives transformers' logits, token by token", async () => {
    const { ids, at, logits } = golden[name];
    const decoder = await open(name);
    const got = await read(decoder, decoder.newCache(1), ids, 1);
    for (const [i, position] of at.entries()) {
      expect(largestDifference(got[position] as Float32Array, logits[i] as number[]), `token ${position}`).toBeLessThan(1e-3);
    }
    await decoder.close();
  });

  it("gives them in chunks of 32 as well, in each of three rows", async () => {
    const { ids, logits } = golden[name];
    const decoder = await open(name);
    const got = (await read(decoder, decoder.newCache(3), ids, 32)).at(-1) as Float32Array;
    const { vocabSize } = decoder.config;
    for (let row = 0; row < 3; row++) {
      expect(largestDifference(got.subarray(row * vocabSize, (row + 1) * vocabSize), logits.at(-1) as number[])).toBeLessThan(
        1e-3,
      );
    }
    await decoder.close();
  });

  it("gives them after a beginning that rows share", async () => {
    const { ids, logits } = golden[name];
    const decoder = await open(name);
    const one = decoder.newCache(1);
    await read(decoder, one, ids.slice(0, 45), 15);
    const shared = beginningOf(one);
    for (const [rows, chunk] of [
      [1, 30],
      [3, 7],
      [4, 1],
    ] as const) {
      const got = (await read(decoder, decoder.newCache(rows), ids.slice(45), chunk, shared)).at(-1) as Float32Array;
      const { vocabSize } = decoder.config;
      for (let row = 0; row < rows; row++) {
        const logitsOfRow = got.subarray(row * vocabSize, (row + 1) * vocabSize);
        expect(largestDifference(logitsOfRow, logits.at(-1) as number[]), `${rows} rows, row ${row}`).toBeLessThan(1e-3);
      }
    }
    await decoder.close();
  });

  it("gives a row the same bits in the fewest rows and in more, after a beginning longer than a product sums at a time", async () => {
    const { ids } = golden[name];
    const decoder = await open(name);
    const one = decoder.newCache(1);
    await read(decoder, one, [...ids, ...ids, ...ids, ...ids], 75);
    const shared = beginningOf(one);
    const { vocabSize } = decoder.config;
    const [few, ...more] = await Promise.all(
      [decoder.leastRows, 3, 7, 16].map(async (rows) => {
        const got = (await read(decoder, decoder.newCache(rows), ids.slice(0, 5), 1, shared)).at(-1) as Float32Array;
        return got.slice((rows - 1) * vocabSize);
      }),
    );
    for (const logits of more) expect(logits).toEqual(few);
    await decoder.close();
  });
});
