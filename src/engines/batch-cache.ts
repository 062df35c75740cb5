// Keys and values of what rows have read, in the arrays that a decoder's step takes. Knows no tokens and no runtime.

export interface CacheShape {
  readonly layers: number;
  readonly keyValueHeads: number;
  readonly headSize: number;
}

/** New keys [kv, rows, headSize, tokens] and values [kv, rows, tokens, headSize] of each layer: what a step gives. */
export interface NewEntries {
  readonly rows: number;
  readonly tokens: number;
  readonly keys: readonly Float32Array[];
  readonly values: readonly Float32Array[];
}

/** Sizes of the cache go in steps: large enough to grow seldom, small enough to feed little that is empty. */
const bucket = 32;

/** The size of a cache that holds so many tokens; at least one bucket. */
export function bucketOf(tokens: number): number {
  return Math.max(1, Math.ceil(tokens / bucket)) * bucket;
}

export class KeyValueCache {
  /** Tokens that each row holds. */
  readonly lengths: Int32Array;
  capacity = bucket;
  /** By layer: [kv, rows, headSize, capacity] */
  keys: Float32Array[];
  /** By layer: [kv, rows, capacity, headSize] */
  values: Float32Array[];

  constructor(
    readonly shape: CacheShape,
    readonly rows: number,
  ) {
    this.lengths = new Int32Array(rows);
    this.keys = this.#empty(bucket);
    this.values = this.#empty(bucket);
  }

  #empty(capacity: number): Float32Array[] {
    const { layers, keyValueHeads, headSize } = this.shape;
    return Array.from({ length: layers }, () => new Float32Array(this.rows * keyValueHeads * headSize * capacity));
  }

  /** Makes the cache hold exactly the bucket that `tokens` need. */
  fit(tokens: number): void {
    const from = this.capacity;
    const to = bucketOf(tokens);
    if (to === from) return;
    const { keyValueHeads, headSize } = this.shape;
    const { keys, values } = this;
    this.keys = this.#empty(to);
    this.values = this.#empty(to);
    this.capacity = to;
    for (let layer = 0; layer < keys.length; layer++) {
      for (let row = 0; row < this.rows; row++) {
        const length = Math.min(this.lengths[row] as number, to);
        for (let head = row; head < keyValueHeads * this.rows; head += this.rows) {
          const old = (keys[layer] as Float32Array).subarray(head * headSize * from, (head + 1) * headSize * from);
          const fresh = this.keys[layer] as Float32Array;
          for (let d = 0; d < headSize; d++) fresh.set(old.subarray(d * from, d * from + length), (head * headSize + d) * to);
          const rowValues = (values[layer] as Float32Array).subarray(head * from * headSize, (head * from + length) * headSize);
          (this.values[layer] as Float32Array).set(rowValues, head * to * headSize);
        }
      }
    }
  }

  /** Adds the first `count` tokens of one row of a step's entries to a row. The capacity must hold them: see `fit`. */
  append(row: number, entries: NewEntries, from: number, count: number): void {
    const { keyValueHeads, headSize } = this.shape;
    const { capacity } = this;
    const at = this.lengths[row] as number;
    if (at + count > capacity) throw new Error(`cache: row ${row} holds ${at} of ${capacity} tokens, ${count} more do not fit`);
    for (let layer = 0; layer < this.keys.length; layer++) {
      const keys = this.keys[layer] as Float32Array;
      const values = this.values[layer] as Float32Array;
      const newKeys = entries.keys[layer] as Float32Array;
      const newValues = entries.values[layer] as Float32Array;
      for (let h = 0; h < keyValueHeads; h++) {
        const to = h * this.rows + row;
        const source = h * entries.rows + from;
        for (let d = 0; d < headSize; d++) {
          const line = (source * headSize + d) * entries.tokens;
          const target = (to * headSize + d) * capacity + at;
          for (let t = 0; t < count; t++) keys[target + t] = newKeys[line + t] as number;
        }
        const line = source * entries.tokens * headSize;
        values.set(newValues.subarray(line, line + count * headSize), (to * capacity + at) * headSize);
      }
    }
    this.lengths[row] = at + count;
  }

  /** Makes a row what the other cache's only row is. The capacity must hold it. */
  copyRow(row: number, other: KeyValueCache): void {
    const { capacity: tokens } = other;
    this.clearRow(row);
    this.append(row, { rows: 1, tokens, keys: other.keys, values: other.values }, 0, other.lengths[0] as number);
  }

  clearRow(row: number): void {
    this.lengths[row] = 0;
  }
}

/** The beginning of prompts that rows share, as a step takes it. */
export interface SharedBeginning {
  readonly tokens: number;
  /** Width of the arrays; more than `tokens` only where that is 0, for a runtime takes no empty tensor. */
  readonly width: number;
  /** By layer: [kv, 1, headSize, width] */
  readonly keys: readonly Float32Array[];
  /** By layer: [kv, 1, width, headSize] */
  readonly values: readonly Float32Array[];
}

/** No beginning. */
export function nothingShared({ layers, keyValueHeads, headSize }: CacheShape): SharedBeginning {
  const empty = Array.from({ length: layers }, () => new Float32Array(keyValueHeads * headSize));
  return { tokens: 0, width: 1, keys: empty, values: empty };
}

/** What a cache's only row holds. */
export function beginningOf(cache: KeyValueCache): SharedBeginning {
  const { capacity } = cache;
  const { keyValueHeads, headSize } = cache.shape;
  const tokens = cache.lengths[0] as number;
  const cut = (from: Float32Array, lines: number, line: number, kept: number) => {
    const out = new Float32Array(lines * kept);
    for (let i = 0; i < lines; i++) out.set(from.subarray(i * line, i * line + kept), i * kept);
    return out;
  };
  return {
    tokens,
    width: tokens,
    keys: cache.keys.map((keys) => cut(keys, keyValueHeads * headSize, capacity, tokens)),
    values: cache.values.map((values) => cut(values, keyValueHeads, capacity * headSize, tokens * headSize)),
  };
}
