// Keys and values of what rows have read, as a decoder's step takes them. Knows no tokens and no runtime.

import type { RowBuffers, RowLayout, RowMove } from "../../runtime/gpu-rows.ts";
import { type CacheArray, type CacheMemory, hostMemory } from "./memory.ts";

export interface CacheShape {
  readonly layers: number;
  readonly keyValueHeads: number;
  readonly headSize: number;
}

/** New keys [kv, rows, headSize, tokens] and values [kv, rows, tokens, headSize] of each layer: what a step gives. */
export interface NewEntries extends RowBuffers<CacheArray> {
  readonly rows: number;
  readonly tokens: number;
}

/** The first `count` tokens of row `from` of a step's entries, for `row` of a cache. */
export interface Addition {
  readonly row: number;
  readonly from: number;
  readonly count: number;
}

/** Sizes of the cache go in steps: large enough to grow seldom, small enough to feed little that is empty. */
const bucket = 32;

/** The size of a cache that holds so many tokens; at least one bucket. */
export function bucketOf(tokens: number): number {
  return Math.max(1, Math.ceil(tokens / bucket)) * bucket;
}

/** By layer: keys [kv, rows, headSize, tokens], values [kv, rows, tokens, headSize]. */
function empty(memory: CacheMemory, { layers, keyValueHeads, headSize }: CacheShape, rows: number, tokens: number) {
  const all = () => Array.from({ length: layers }, () => memory.zeros(rows * keyValueHeads * headSize * tokens));
  return { keys: all(), values: all() };
}

export class KeyValueCache {
  /** Tokens that each row holds. */
  readonly lengths: Int32Array;
  capacity = bucket;
  /** By layer: keys [kv, rows, headSize, capacity], values [kv, rows, capacity, headSize]. */
  arrays: RowBuffers<CacheArray>;

  constructor(
    readonly shape: CacheShape,
    readonly rows: number,
    readonly memory: CacheMemory = hostMemory,
  ) {
    this.lengths = new Int32Array(rows);
    this.arrays = empty(memory, shape, rows, bucket);
  }

  #layout(rows: number, tokens: number): RowLayout {
    return { heads: this.shape.keyValueHeads, size: this.shape.headSize, rows, tokens };
  }

  /** Makes the cache hold exactly the bucket that `tokens` need. */
  fit(tokens: number): void {
    const to = bucketOf(tokens);
    if (to === this.capacity) return;
    const old = this.arrays;
    this.arrays = empty(this.memory, this.shape, this.rows, to);
    const moves = Array.from(this.lengths, (n, row): RowMove => ({ row, from: row, at: 0, count: Math.min(n, to) }));
    this.memory.move(old, this.#layout(this.rows, this.capacity), this.arrays, this.#layout(this.rows, to), moves);
    this.memory.free(old);
    this.capacity = to;
  }

  /** Takes tokens of a step's entries in. The capacity must hold them: see `fit`. */
  append(entries: NewEntries, additions: readonly Addition[]): void {
    const moves = additions.map(({ row, from, count }): RowMove => {
      const at = this.lengths[row] as number;
      if (at + count > this.capacity) {
        throw new Error(`cache: row ${row} holds ${at} of ${this.capacity} tokens, ${count} more do not fit`);
      }
      this.lengths[row] = at + count;
      return { row, from, at, count };
    });
    const source = this.#layout(entries.rows, entries.tokens);
    this.memory.move(entries, source, this.arrays, this.#layout(this.rows, this.capacity), moves);
  }

  /** Makes rows what rows of another cache are. The capacity must hold them. */
  copyRows(other: KeyValueCache, pairs: readonly { readonly row: number; readonly from: number }[]): void {
    const additions = pairs.map(({ row, from }): Addition => {
      this.lengths[row] = 0;
      return { row, from, count: other.lengths[from] as number };
    });
    this.append({ ...other.arrays, rows: other.rows, tokens: other.capacity }, additions);
  }

  clearRow(row: number): void {
    this.lengths[row] = 0;
  }

  /** The cache is of no use afterwards. */
  free(): void {
    this.memory.free(this.arrays);
  }
}

/** The beginning of prompts that rows share, as a step takes it. */
export interface SharedBeginning extends RowBuffers<CacheArray> {
  readonly tokens: number;
  /** Width of the arrays, keys [kv, 1, headSize, width]; more than `tokens` only where that is 0, for a runtime takes no empty tensor. */
  readonly width: number;
}

/** No beginning. */
export function nothingShared(shape: CacheShape, memory: CacheMemory = hostMemory): SharedBeginning {
  return { tokens: 0, width: 1, ...empty(memory, shape, 1, 1) };
}

/** Content of a cache's only row, at least one token. */
export function beginningOf(cache: KeyValueCache): SharedBeginning {
  const { shape, memory, capacity } = cache;
  const tokens = cache.lengths[0] as number;
  const arrays = empty(memory, shape, 1, tokens);
  const layout = (width: number) => ({ heads: shape.keyValueHeads, size: shape.headSize, rows: 1, tokens: width });
  memory.move(cache.arrays, layout(capacity), arrays, layout(tokens), [{ row: 0, from: 0, at: 0, count: tokens }]);
  return { tokens, width: tokens, ...arrays };
}
