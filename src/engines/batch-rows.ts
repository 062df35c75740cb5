// The rows that are being decoded together after one beginning: their caches, who sits where. Knows no sampling and no prompts.

import { KeyValueCache, type SharedBeginning } from "./batch-cache.ts";
import type { BatchDecoder } from "./batch-decoder.ts";

/** What sits in a row. */
export interface Row {
  /** The token that the next step reads. */
  next: number;
}

export class BatchRows<R extends Row> {
  #cache: KeyValueCache;
  #seats: (R | undefined)[];

  /** `sizes`: numbers of rows that a step may have, rising; the last is the number of slots. */
  constructor(
    private readonly decoder: BatchDecoder,
    readonly beginning: SharedBeginning,
    private readonly sizes: readonly number[],
  ) {
    const size = sizes[0] as number;
    this.#cache = new KeyValueCache(decoder.config, size);
    this.#seats = Array.from({ length: size }, () => undefined);
  }

  get seated(): readonly R[] {
    return this.#seats.filter((row) => row !== undefined);
  }

  /** Seats a row with the cache of its prompt. */
  add(row: R, prompt: KeyValueCache): void {
    if (!this.#seats.includes(undefined)) this.#resize(this.#seats.length + 1);
    const seat = this.#seats.indexOf(undefined);
    this.#seats[seat] = row;
    this.#cache.lengths[seat] = 0;
    this.#fit(prompt.lengths[0] as number);
    this.#cache.copyRow(seat, prompt);
  }

  remove(row: R): void {
    const seat = this.#seats.indexOf(row);
    if (seat < 0) return;
    this.#seats[seat] = undefined;
    this.#cache.clearRow(seat);
  }

  /** One token for every row: its logits, in the order of `seated`, a view that holds until the next step. */
  async step(): Promise<{ row: R; logits: Float32Array }[]> {
    this.#resize(this.seated.length);
    this.#fit(0);
    const cache = this.#cache;
    const { vocabSize } = this.decoder.config;
    const ids = Int32Array.from(this.#seats, (row) => row?.next ?? 0);
    const { logits, entries } = await this.decoder.step(this.beginning, cache, ids, 0);
    return this.#seats.flatMap((row, seat) => {
      if (!row) return [];
      cache.append(seat, entries, seat, 1);
      return [{ row, logits: logits.subarray(seat * vocabSize, (seat + 1) * vocabSize) }];
    });
  }

  /** Room for the longest row and one token more. */
  #fit(tokens: number): void {
    this.#cache.fit(Math.max(tokens, ...this.#cache.lengths) + 1);
  }

  /** The smallest allowed number of rows for so many; moves rows where it is another. */
  #resize(rows: number): void {
    const size = this.sizes.find((n) => n >= rows) ?? (this.sizes.at(-1) as number);
    if (size === this.#seats.length) return;
    const old = this.#cache;
    const cache = new KeyValueCache(this.decoder.config, size);
    cache.fit(Math.max(...old.lengths) + 1);
    const entries = { rows: old.rows, tokens: old.capacity, keys: old.keys, values: old.values };
    const taken = this.#seats.flatMap((row, seat) => (row ? [{ row, seat }] : []));
    this.#seats = Array.from({ length: size }, (_, i) => taken[i]?.row);
    taken.forEach(({ seat }, i) => {
      cache.append(i, entries, seat, old.lengths[seat] as number);
    });
    this.#cache = cache;
  }
}
