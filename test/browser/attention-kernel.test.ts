// Attention of a decoder's step against sums in double precision: no token before, one span, several, heads that no four divides.

import { expect, it } from "vitest";
import { rng } from "../../src/base/rng.ts";
import { attentionCode, spansCode, spansOf, spansWidth } from "../../src/runtime/decode/attention.ts";
import { cacheWidth, headsWidth, queryWidth } from "../../src/runtime/decode/kernels.ts";
import { type DecoderSizes, paddedLength } from "../../src/runtime/decoder-source.ts";
import { programDevice } from "../../src/runtime/program/device.ts";
import { encodeAll, storageBuffer, whole } from "../../src/runtime/program/pipelines.ts";
import { reader } from "../../src/runtime/program/reader.ts";
import { relativeError } from "./run-graph.ts";

const context = 700;

const sizesOf = (heads: number, keyValueHeads: number, headSize: number): DecoderSizes => ({
  vocabSize: 10,
  hiddenSize: heads * headSize,
  layers: 1,
  heads,
  keyValueHeads,
  headSize,
  intermediateSize: 4,
  rmsEpsilon: 1e-5,
});

interface Made {
  readonly sizes: DecoderSizes;
  /** Tokens of each line's text before it. */
  readonly positions: readonly number[];
  readonly heads: Float32Array<ArrayBuffer>;
  readonly cache: Float32Array<ArrayBuffer>;
  /** By line: a seat of its own, whose tokens lie anywhere. */
  readonly places: Uint32Array<ArrayBuffer>;
}

function made(sizes: DecoderSizes, positions: readonly number[]): Made {
  const draws = rng("attention", sizes.heads, sizes.headSize);
  const numbers = (n: number) => Float32Array.from({ length: n }, () => 4 * (draws.next() - 0.5));
  const tokens = 900;
  return {
    sizes,
    positions,
    heads: numbers(positions.length * headsWidth(sizes)),
    cache: numbers(tokens * cacheWidth(sizes)),
    places: Uint32Array.from({ length: positions.length * context }, () => draws.int(tokens)),
  };
}

/** Mixed values of each line's heads, one after another. */
function expected({ sizes, positions, heads, cache, places }: Made): number[] {
  const { headSize, keyValueHeads: kv } = sizes;
  const padded = paddedLength(headSize);
  return positions.flatMap((position, line) =>
    Array.from({ length: sizes.heads }, (_, h) => {
      const group = Math.floor((h * kv) / sizes.heads);
      const at = Array.from({ length: position + 1 }, (_, t) => (places[line * context + t] as number) * cacheWidth(sizes));
      const range = Array.from({ length: headSize }, (_, i) => i);
      const query = range.map((i) => heads[line * headsWidth(sizes) + h * headSize + i] as number);
      const scores = at.map((from) => query.reduce((sum, q, i) => sum + q * (cache[from + group * padded + i] as number), 0));
      const most = scores.reduce((a, b) => Math.max(a, b));
      const weights = scores.map((score) => Math.exp(score - most));
      const total = weights.reduce((a, b) => a + b);
      return range.map(
        (i) =>
          at.reduce((sum, from, t) => sum + (weights[t] as number) * (cache[from + (kv + group) * padded + i] as number), 0) /
          total,
      );
    }).flat(),
  );
}

/** The same by the kernels; `lines`: which of them the step has, in that order. */
async function mixed({ sizes, positions, heads, cache, places }: Made, lines: readonly number[]): Promise<number[]> {
  const { device, pipelines } = await programDevice();
  const upload = (data: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>) => {
    const buffer = storageBuffer(device, data.byteLength);
    device.queue.writeBuffer(buffer, 0, data);
    return buffer;
  };
  const told = upload(Uint32Array.from(lines.flatMap((line) => [0, positions[line] as number, line, 0])));
  const own = lines.flatMap((line) => [...heads.subarray(line * headsWidth(sizes), (line + 1) * headsWidth(sizes))]);
  const width = paddedLength(queryWidth(sizes));
  const [y, spans] = [width, spansWidth(sizes, context)].map((n) => storageBuffer(device, 4 * lines.length * n)) as [
    GPUBuffer,
    GPUBuffer,
  ];
  const reads = [told, upload(places), upload(Float32Array.from(own)), upload(cache)].map(whole);
  const attention = await pipelines.compile(attentionCode(sizes, context), 4, 2);
  const adding = await pipelines.compile(spansCode(sizes, context), 2, 1);
  const most = spansOf(Math.max(...lines.map((line) => positions[line] as number)) + 1, context);
  const back = reader(device);
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  encodeAll(pass, [
    { pipeline: attention, group: pipelines.group(reads, [y, spans].map(whole)), groups: [sizes.heads, lines.length, most] },
    { pipeline: adding, group: pipelines.group([told, spans].map(whole), [whole(y)]), groups: [sizes.heads, lines.length, 1] },
  ]);
  pass.end();
  const read = back.copy(encoder, y, 0, 4 * lines.length * width);
  device.queue.submit([encoder.finish()]);
  const found = await read();
  back.close();
  return lines.flatMap((_, i) => [...found.subarray(i * width, i * width + queryWidth(sizes))]);
}

const positions = [0, 1, 30, 32, 63, 64, 255, 256, 257, 511, 512, 699];

it.each([
  [9, 3, 64],
  [4, 4, 5],
  [2, 1, 34],
  [3, 1, 128],
])("%i heads, %i of keys and values, %i wide: every length of text", async (heads, kv, headSize) => {
  const one = made(sizesOf(heads, kv, headSize), positions);
  const got = await mixed(
    one,
    positions.map((_, i) => i),
  );
  const all = expected(one);
  const width = heads * headSize;
  for (const [i, position] of positions.entries()) {
    const part = (numbers: readonly number[]) => numbers.slice(i * width, (i + 1) * width);
    expect(relativeError(part(got), part(all)), `${position} tokens before`).toBeLessThan(1e-5);
  }
});

it("a line's numbers are the same to the bit, whatever is read beside it", async () => {
  const one = made(sizesOf(4, 2, 12), positions);
  for (const line of [2, 6, 8]) {
    const alone = await mixed(one, [line]);
    expect((await mixed(one, [11, line, 0])).slice(48, 96)).toEqual(alone);
  }
});
