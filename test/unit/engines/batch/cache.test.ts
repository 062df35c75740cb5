// The cache's layout against plain indexing, through growth, shrinking and moves; prompts against the tokens that had to be read.

import { describe, expect, it } from "vitest";
import {
  beginningOf,
  bucketOf,
  KeyValueCache,
  type NewEntries,
  nothingShared,
  type SharedBeginning,
} from "../../../../src/engines/batch/cache.ts";
import type { BatchDecoder } from "../../../../src/engines/batch/decoder.ts";
import { type CacheMemory, hostMemory } from "../../../../src/engines/batch/memory.ts";
import { promptReader } from "../../../../src/engines/batch/prompt.ts";

const shape = { layers: 2, keyValueHeads: 3, headSize: 4 };

/** A number that says where it belongs. */
const mark = (kind: number, layer: number, head: number, token: number, d: number) =>
  kind * 1e6 + layer * 1e5 + head * 1e4 + token * 10 + d;

/** Entries of one row for the tokens named, in a step's layout: keys [kv, headSize, tokens], values [kv, tokens, headSize]. */
function entriesOf(tokens: readonly number[]): NewEntries {
  const { layers, keyValueHeads, headSize } = shape;
  const make = (kind: number, layer: number) => {
    const out: number[] = [];
    for (let h = 0; h < keyValueHeads; h++) {
      if (kind === 0) for (let d = 0; d < headSize; d++) for (const t of tokens) out.push(mark(0, layer, h, t, d));
      else for (const t of tokens) for (let d = 0; d < headSize; d++) out.push(mark(1, layer, h, t, d));
    }
    return Float32Array.from(out);
  };
  const all = (kind: number) => Array.from({ length: layers }, (_, layer) => make(kind, layer));
  return { rows: 1, tokens: tokens.length, keys: all(0), values: all(1) };
}

function expectRow(cache: KeyValueCache, row: number, tokens: readonly number[]): void {
  const { layers, keyValueHeads, headSize } = shape;
  expect(cache.lengths[row]).toBe(tokens.length);
  for (let layer = 0; layer < layers; layer++) {
    for (let h = 0; h < keyValueHeads; h++) {
      for (const [t, token] of tokens.entries()) {
        for (let d = 0; d < headSize; d++) {
          const head = h * cache.rows + row;
          expect((cache.arrays.keys[layer] as Float32Array)[(head * headSize + d) * cache.capacity + t]).toBe(
            mark(0, layer, h, token, d),
          );
          expect((cache.arrays.values[layer] as Float32Array)[(head * cache.capacity + t) * headSize + d]).toBe(
            mark(1, layer, h, token, d),
          );
        }
      }
    }
  }
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

describe("KeyValueCache", () => {
  it("keeps what rows hold while it grows and shrinks", () => {
    const cache = new KeyValueCache(shape, 2);
    cache.fit(40);
    cache.append(entriesOf(range(0, 40)), [{ row: 0, from: 0, count: 40 }]);
    cache.append(entriesOf([7, 8, 9, 0]), [{ row: 1, from: 0, count: 3 }]); // the last is padding
    cache.fit(130);
    expect(cache.capacity).toBe(160);
    cache.append(entriesOf(range(40, 130)), [{ row: 0, from: 0, count: 90 }]);
    cache.append(entriesOf([50]), [{ row: 1, from: 0, count: 1 }]);
    expectRow(cache, 0, range(0, 130));
    expectRow(cache, 1, [7, 8, 9, 50]);
    cache.clearRow(0);
    cache.fit(4);
    expect(cache.capacity).toBe(32);
    expectRow(cache, 1, [7, 8, 9, 50]);
  });

  it("takes over the row of another", () => {
    const one = new KeyValueCache(shape, 1);
    one.fit(70);
    one.append(entriesOf(range(100, 170)), [{ row: 0, from: 0, count: 70 }]);
    const many = new KeyValueCache(shape, 3);
    many.append(entriesOf([1, 2]), [{ row: 2, from: 0, count: 2 }]);
    many.fit(71);
    many.copyRows(one, [{ row: 1, from: 0 }]);
    expectRow(many, 1, range(100, 170));
    expectRow(many, 2, [1, 2]);
  });

  it("says that a row is full", () => {
    const cache = new KeyValueCache(shape, 1);
    expect(() => cache.append(entriesOf(range(0, 33)), [{ row: 0, from: 0, count: 33 }])).toThrow("33 more do not fit");
  });

  it("has sizes in steps of 32", () => expect([0, 1, 32, 33, 64].map(bucketOf)).toEqual([32, 32, 32, 64, 64]));

  it("gives what a row holds as a beginning, without what is empty", () => {
    const cache = new KeyValueCache(shape, 1);
    cache.fit(50);
    cache.append(entriesOf(range(0, 50)), [{ row: 0, from: 0, count: 50 }]);
    const { tokens, width, keys, values } = beginningOf(cache);
    expect([tokens, width]).toEqual([50, 50]);
    const expected = entriesOf(range(0, 50));
    expect(keys).toEqual(expected.keys);
    expect(values).toEqual(expected.values);
  });
});

describe("promptReader", () => {
  /** A decoder whose keys and values are its tokens' marks, and that writes down what it is asked to read. */
  function counting(): { decoder: BatchDecoder; read: number[][] } {
    const read: number[][] = [];
    const decoder = {
      config: shape,
      contextTokens: 512,
      memory: hostMemory,
      nothing: nothingShared(shape),
      newCache: (rows: number) => new KeyValueCache(shape, rows),
      async step(shared: SharedBeginning, cache: KeyValueCache, ids: Int32Array, last: number) {
        read.push([...ids].slice(0, last + 1)); // without padding
        return {
          logits: Float32Array.of(shared.tokens + (cache.lengths[0] as number), ids[last] as number),
          entries: entriesOf([...ids]),
        };
      },
      close: async () => undefined,
    } as unknown as BatchDecoder;
    return { decoder, read };
  }
  const going = () => false;
  const whole = (ids: readonly number[]) => ({ ids, shared: 0 });

  it("reads a beginning that prompts share once, and gives each its own cache", async () => {
    const { decoder, read } = counting();
    const prompts = promptReader(decoder, 2 ** 20);
    const shared = range(0, 100);
    const first = await prompts.read(whole([...shared, 200, 201]), going);
    expect(read).toEqual([range(0, 64), [...range(64, 100), 200, 201]]);
    expectRow(first!.cache, 0, [...shared, 200, 201]);
    expect([...first!.logits]).toEqual([64, 201]);
    read.length = 0;
    const second = await prompts.read(whole([...shared, 300]), going);
    expect(read).toEqual([[...range(64, 100), 300]]); // whole parts of 64 are taken over
    expectRow(second!.cache, 0, [...shared, 300]);
    expectRow(first!.cache, 0, [...shared, 200, 201]);
  });

  it("reads a prompt of few parts at once, and takes an earlier turn of its conversation over", async () => {
    const { decoder, read } = counting();
    const prompts = promptReader(decoder, 2 ** 20);
    await prompts.read({ ids: range(0, 80), shared: 10 }, going);
    expect(read).toEqual([range(0, 10), range(10, 80)]);
    read.length = 0;
    const next = { ids: range(0, 100), shared: 10, cuts: [80] };
    const second = await prompts.read(next, going);
    expect(read).toEqual([range(80, 100)]);
    expectRow(second!.cache, 0, range(10, 100));
    read.length = 0;
    const alone = promptReader(decoder, 2 ** 20);
    await alone.read(next, going);
    expect(read).toEqual([range(0, 10), range(10, 80), range(80, 100)]); // the same parts, whatever was read before
    read.length = 0;
    await alone.read({ ids: range(0, 100), shared: 10, cuts: [40] }, going);
    expect(read).toEqual([range(10, 40), range(40, 100)]); // another division is another reading
  });

  it("reads a beginning that prompts name as shared once, whatever its length, and the rest of each after it", async () => {
    const { decoder, read } = counting();
    const prompts = promptReader(decoder, 2 ** 20);
    const first = await prompts.read({ ids: [...range(0, 70), 200, 201], shared: 70 }, going);
    expect(read.flat()).toEqual([...range(0, 70), 200, 201]);
    read.length = 0;
    const second = await prompts.read({ ids: [...range(0, 70), 300], shared: 70 }, going);
    expect(read).toEqual([[300]]);
    expect(second!.beginning).toBe(first!.beginning);
    expect(second!.beginning).toMatchObject({ tokens: 70, keys: entriesOf(range(0, 70)).keys });
    expectRow(second!.cache, 0, [300]);
    expect([...second!.logits]).toEqual([70, 300]);
    expectRow(first!.cache, 0, [200, 201]);
    read.length = 0;
    await prompts.read({ ids: [...range(1, 71), 300], shared: 70 }, going);
    expect(read.flat()).toEqual([...range(1, 71), 300]);
  });

  it("reads the last token even of a prompt that it knows whole", async () => {
    const { decoder, read } = counting();
    const prompts = promptReader(decoder, 2 ** 20);
    await prompts.read(whole(range(0, 64)), going);
    read.length = 0;
    const again = await prompts.read(whole(range(0, 64)), going);
    expect(read).toEqual([range(0, 64)]);
    expectRow(again!.cache, 0, range(0, 64));
  });

  it("forgets the parts that were used least lately", async () => {
    const { decoder, read } = counting();
    const tokenBytes = 2 * 4 * shape.layers * shape.keyValueHeads * shape.headSize;
    const prompts = promptReader(decoder, 2 * 100 * tokenBytes); // a part of 64, and what is left, 33 in a width of 36
    for (const start of [0, 100, 0, 200]) await prompts.read(whole(range(start, start + 97)), going);
    read.length = 0;
    await prompts.read(whole(range(0, 97)), going);
    expect(read.flat()).toEqual(range(64, 97));
    read.length = 0;
    await prompts.read(whole(range(100, 197)), going);
    expect(read.flat()).toEqual(range(100, 197));
  });

  it("frees what it took when it is stopped, and what nobody will read again", async () => {
    const alive = new Set<object>();
    const memory: CacheMemory = {
      ...hostMemory,
      zeros(numbers) {
        const array = hostMemory.zeros(numbers);
        alive.add(array);
        return array;
      },
      free({ keys, values }) {
        for (const array of [...keys, ...values]) alive.delete(array);
      },
    };
    for (const shared of [0, 190]) {
      const { decoder, read } = counting();
      Object.assign(decoder, { memory, newCache: (rows: number) => new KeyValueCache(shape, rows, memory) });
      const prompts = promptReader(decoder, 2 ** 20);
      await prompts.read({ ids: range(0, 200), shared }, () => read.length === 2);
      expect(alive.size, `${shared} shared, stopped`).toBe(0);
      const whole = await prompts.read({ ids: range(0, 200), shared }, going);
      whole!.cache.free();
      expect(alive.size, `${shared} shared, read`).toBe(shared === 0 ? 0 : 2 * shape.layers); // the beginning is kept
      alive.clear();
    }
  });

  it("stops between steps when told to", async () => {
    const { decoder, read } = counting();
    const result = await promptReader(decoder, 2 ** 20).read(whole(range(0, 200)), () => read.length === 2);
    expect(result).toBeUndefined();
    expect(read).toHaveLength(2);
  });
});
