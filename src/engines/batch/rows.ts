// The rows that are being decoded together after one beginning: their caches, who sits where. Knows no sampling and no prompts.

import type { KeyValueCache, SharedBeginning } from "./cache.ts";
import type { BatchDecoder } from "./decoder.ts";

/** Content of a row. */
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
    this.#cache = decoder.newCache(size);
    this.#seats = Array.from({ length: size }, () => undefined);
  }

  get seated(): readonly R[] {
    return this.#seats.filter((row) => row !== undefined);
  }

  /** Seats a row with the cache of its prompt, which it takes over. */
  add(row: R, prompt: KeyValueCache): void {
    if (!this.#seats.includes(undefined)) this.#resize(this.#seats.length + 1);
    const seat = this.#seats.indexOf(undefined);
    this.#seats[seat] = row;
    this.#cache.lengths[seat] = 0;
    this.#fit(prompt.lengths[0] as number);
    this.#cache.copyRows(prompt, [{ row: seat, from: 0 }]);
    prompt.free();
  }

  /** Takes a row out with its cache, which is the caller's then. */
  take(row: R): KeyValueCache {
    const cache = this.decoder.newCache(1);
    const from = this.#seats.indexOf(row);
    cache.fit(this.#cache.lengths[from] as number);
    cache.copyRows(this.#cache, [{ row: 0, from }]);
    this.remove(row);
    return cache;
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
    const taken = this.#seats.flatMap((row, seat) => (row ? [{ row, seat }] : []));
    cache.append(
      entries,
      taken.map(({ seat }) => ({ row: seat, from: seat, count: 1 })),
    );
    cache.memory.free(entries);
    return taken.map(({ row, seat }) => ({ row, logits: logits.subarray(seat * vocabSize, (seat + 1) * vocabSize) }));
  }

  /** Frees what the rows hold. */
  close(): void {
    this.#cache.free();
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
    const cache = this.decoder.newCache(size);
    cache.fit(Math.max(...old.lengths) + 1);
    const taken = this.#seats.flatMap((row, seat) => (row ? [{ row, seat }] : []));
    this.#seats = Array.from({ length: size }, (_, i) => taken[i]?.row);
    cache.copyRows(
      old,
      taken.map(({ seat }, i) => ({ row: i, from: seat })),
    );
    old.free();
    this.#cache = cache;
  }
}
