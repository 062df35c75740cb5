// Keys and values on the GPU against the same moves in arrays; and the whole engine there: texts do not depend on who sits beside them.

import { describe, expect, it } from "vitest";
import { rng } from "../../src/base/rng.ts";
import { openBatch } from "../../src/engines/batch/batch.ts";
import { type CacheArray, gpuMemory, hostMemory } from "../../src/engines/batch/memory.ts";
import { gpu } from "../../src/runtime/gpu-device.ts";
import type { RowBuffers, RowLayout, RowMove } from "../../src/runtime/gpu-rows.ts";
import { loadOrt } from "../../src/runtime/ort.ts";

async function numbersOf(device: GPUDevice, buffer: GPUBuffer, count: number): Promise<number[]> {
  const read = device.createBuffer({ size: buffer.size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(buffer, 0, read, 0, buffer.size);
  device.queue.submit([encoder.finish()]);
  await read.mapAsync(GPUMapMode.READ);
  return [...new Float32Array(read.getMappedRange(), 0, count)];
}

describe("moves on the GPU", () => {
  const source: RowLayout = { heads: 3, size: 5, rows: 4, tokens: 7 };
  const target: RowLayout = { heads: 3, size: 5, rows: 6, tokens: 11 };
  const sizeOf = ({ heads, size, rows, tokens }: RowLayout) => heads * size * rows * tokens;
  const layers = 2;

  it.each<{ name: string; moves: RowMove[] }>([
    { name: "some rows, some tokens, somewhere", moves: [{ row: 5, from: 0, at: 4, count: 7 }, { row: 0, from: 3, at: 0, count: 2 }] }, // biome-ignore format: one case a line
    { name: "one row to several", moves: [0, 1, 2].map((row) => ({ row, from: 1, at: row, count: 3 })) },
    { name: "nothing", moves: [{ row: 0, from: 0, at: 0, count: 0 }] },
  ])("are those in arrays: $name", async ({ moves }) => {
    const { device } = await gpu(await loadOrt("webgpu"));
    const memory = gpuMemory(device);
    const draws = rng("moves");
    const filled = () => Float32Array.from({ length: sizeOf(source) }, () => draws.next());
    const host = { keys: [filled(), filled()], values: [filled(), filled()] };
    const onGpu = (arrays: readonly Float32Array[]) =>
      arrays.map((array) => {
        const buffer = memory.zeros(array.length) as GPUBuffer;
        device.queue.writeBuffer(buffer, 0, array as Float32Array<ArrayBuffer>);
        return buffer;
      });
    const zeros = (of: typeof memory): RowBuffers<CacheArray> => ({
      keys: Array.from({ length: layers }, () => of.zeros(sizeOf(target))),
      values: Array.from({ length: layers }, () => of.zeros(sizeOf(target))),
    });
    const [expected, got] = [zeros(hostMemory), zeros(memory)];
    hostMemory.move(host, source, expected, target, moves);
    memory.move({ keys: onGpu(host.keys), values: onGpu(host.values) }, source, got, target, moves);
    for (const kind of ["keys", "values"] as const) {
      for (let layer = 0; layer < layers; layer++) {
        const numbers = await numbersOf(device, got[kind][layer] as GPUBuffer, sizeOf(target));
        expect(numbers, `${kind} ${layer}`).toEqual([...(expected[kind][layer] as Float32Array)]);
      }
    }
  });
});

it("a request has the same text alone and among others, with and without a shared beginning", async () => {
  const weights = await (await fetch("/test/fixtures/llama/llama3.gguf")).blob();
  const model = await openBatch({
    id: "batch/gpu",
    weights,
    device: "webgpu",
    contextTokens: 256,
    slots: 4,
    prefixBytes: 2 ** 16,
  });
  const request = (i: number) => ({
    messages: [
      { role: "system" as const, content: "A sentence of a medical paper about a disease, in a style of its own." },
      { role: "user" as const, content: `Number ${i}: ${"acute renal failure ".repeat(1 + (i % 3))}` },
    ],
    ...(i % 2 === 0 ? { shared: { messages: 1, characters: 6 } } : {}),
    sampling: { temperature: 1, topP: 0.95, maxTokens: 5 + (i % 4) },
    seed: 1000 + i,
  });
  const complete = (i: number) => model.complete(request(i), new AbortController().signal);
  const together = await Promise.all(Array.from({ length: 9 }, (_, i) => complete(i)));
  expect(new Set(together.map((c) => c.text)).size).toBeGreaterThan(7);
  for (const i of [0, 5, 8]) expect(await complete(i)).toEqual(together[i]);
  await model.close();
});
