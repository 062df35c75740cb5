// Events in lists: none lost, none out of order, an error after what came before it.

import { describe, expect, it } from "vitest";
import { inChunks } from "../../../../src/ui/parts/chunks.ts";

async function* burst(bursts: readonly (readonly number[])[], pause: number, error?: Error) {
  for (const items of bursts) {
    yield* items;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  if (error) throw error;
}

async function collect(chunks: AsyncIterable<readonly number[]>) {
  const lists: (readonly number[])[] = [];
  let error: unknown;
  try {
    for await (const list of chunks) lists.push(list);
  } catch (caught) {
    error = caught;
  }
  return { lists, error };
}

describe("inChunks", () => {
  it("gives everything once and in order", async () => {
    const numbers = Array.from({ length: 500 }, (_, i) => i);
    const { lists } = await collect(inChunks(burst([numbers.slice(0, 3), numbers.slice(3, 400), numbers.slice(400)], 5), 20));
    expect(lists.flat()).toEqual(numbers);
    expect(lists.every((list) => list.length > 0)).toBe(true);
  });

  it("draws no more often than asked", async () => {
    const began = performance.now();
    const { lists } = await collect(
      inChunks(
        burst(
          Array.from({ length: 60 }, (_, i) => [i]),
          2,
        ),
        40,
      ),
    );
    expect(lists.flat()).toHaveLength(60);
    expect(lists.length).toBeLessThanOrEqual((performance.now() - began) / 40 + 2);
  });

  it("gives what came before an error, then the error", async () => {
    const { lists, error } = await collect(inChunks(burst([[1, 2], [3]], 1, new Error("broke")), 10));
    expect(lists.flat()).toEqual([1, 2, 3]);
    expect(error).toEqual(new Error("broke"));
  });

  it("ends at once for nothing", async () => {
    expect(await collect(inChunks(burst([], 0)))).toEqual({ lists: [], error: undefined });
  });
});
