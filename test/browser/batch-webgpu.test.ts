// The decoder on the GPU: every node is placed there, and its logits are transformers'.

import { expect, it } from "vitest";
import { beginningOf } from "../../src/engines/batch/cache.ts";
import { openBatchDecoder } from "../../src/engines/batch/decoder.ts";
import { toOnnx } from "../../src/graph/onnx.ts";
import { ggufWeights } from "../../src/models/decoder-weights.ts";
import { freeSizes, llamaGraph } from "../../src/nn/llama.ts";
import { readLlamaConfig } from "../../src/nn/llama-config.ts";
import { openGguf } from "../../src/weights/gguf.ts";
import golden from "../fixtures/llama/golden.json";
import { correlation } from "./correlation.ts";
import { expectAllOnGpu } from "./placed-nodes.ts";

type Name = keyof typeof golden;
const names = Object.keys(golden) as Name[];
const ggufOf = async (name: Name) => openGguf(await (await fetch(`/test/fixtures/llama/${name}.gguf`)).blob(), name);

it.each(names.flatMap((name) => (["float32", "blocks8", "blocks4"] as const).map((precision) => [name, precision] as const)))(
  "%s in %s: every node runs on the GPU",
  async (name, precision) => {
    const gguf = await ggufOf(name);
    const result = readLlamaConfig(gguf.metadata);
    if (!result.ok) throw new Error(result.why);
    await expectAllOnGpu(
      toOnnx(llamaGraph(result.config, !gguf.tensors.has("output.weight"), 512, precision), { free: freeSizes }),
    );
  },
);

it.each(["blocks4", "blocks8"] as const)("weights in %s: logits keep their order", async (precision) => {
  for (const name of names) {
    const gguf = await ggufOf(name);
    const { ids, logits } = golden[name];
    const decoder = await openBatchDecoder(await ggufWeights(gguf), { device: "webgpu", contextTokens: 512, precision });
    const cache = decoder.newCache(1);
    const { logits: got } = await decoder.step(decoder.nothing, cache, Int32Array.from(ids), ids.length - 1);
    expect(correlation([...got], logits.at(-1) as number[]), name).toBeGreaterThan(precision === "blocks8" ? 0.999 : 0.9);
    await decoder.close();
  }
});

it.each(names)("%s: gives transformers' logits in chunks and row by row", async (name) => {
  const { ids, logits } = golden[name];
  const decoder = await openBatchDecoder(await ggufWeights(await ggufOf(name)), { device: "webgpu", contextTokens: 512 });
  const cache = decoder.newCache(2);
  for (const [from, to] of [
    [0, 64],
    [64, 74],
    [74, 75],
  ] as const) {
    const part = ids.slice(from, to);
    cache.fit(to);
    const result = await decoder.step(decoder.nothing, cache, Int32Array.from([...part, ...part]), part.length - 1);
    for (const row of [0, 1]) cache.append(result.entries, [{ row: row, from: row, count: part.length }]);
    if (to !== 75) continue;
    for (const row of [0, 1]) {
      const got = result.logits.subarray(row * decoder.config.vocabSize, (row + 1) * decoder.config.vocabSize);
      const expected = logits.at(-1) as number[];
      expect(Math.max(...expected.map((x, i) => Math.abs(x - (got[i] as number))))).toBeLessThan(1e-3);
    }
  }
  const one = decoder.newCache(1);
  one.fit(64);
  one.append((await decoder.step(decoder.nothing, one, Int32Array.from(ids.slice(0, 64)), 63)).entries, [
    { row: 0, from: 0, count: 64 },
  ]);
  const after = decoder.newCache(2);
  const rest = ids.slice(64);
  const { logits: got } = await decoder.step(beginningOf(one), after, Int32Array.from([...rest, ...rest]), rest.length - 1);
  const expected = logits.at(-1) as number[];
  for (const row of [0, 1]) {
    const difference = (x: number, i: number) => Math.abs(x - (got[row * decoder.config.vocabSize + i] as number));
    expect(Math.max(...expected.map(difference)), `row ${row} after a shared beginning`).toBeLessThan(1e-3);
  }
  await decoder.close();
});
