// Places of a cache that tokens hold, some of them for several texts at once, and the beginnings that later prompts may take over. Knows no decoder.

export class Places {
  #holders = new Int32Array(0);
  #free: number[] = [];

  /** Places that nobody holds. */
  get free(): number {
    return this.#free.length;
  }

  /** Makes so many places in all; those that are new are free. */
  extend(count: number): void {
    const before = this.#holders.length;
    if (count <= before) return;
    const larger = new Int32Array(count);
    larger.set(this.#holders);
    this.#holders = larger;
    // The last is taken first, and texts lie better in one run: the lowest comes last.
    this.#free = Array.from({ length: count - before }, (_, i) => count - 1 - i).concat(this.#free);
  }

  /** A free place, held once. Throws an Error where there is none. */
  take(): number {
    const place = this.#free.pop();
    if (place === undefined) throw new Error("no place of the cache is free");
    this.#holders[place] = 1;
    return place;
  }

  /** Holds places once more. */
  hold(places: Iterable<number>): void {
    for (const place of places) this.#holders[place] = (this.#holders[place] as number) + 1;
  }

  /** Lets go of places once; those that nobody else holds are free. */
  release(places: Iterable<number>): void {
    for (const place of places) {
      const left = (this.#holders[place] as number) - 1;
      this.#holders[place] = left;
      if (left === 0) this.#free.push(place);
      if (left < 0) throw new Error(`place ${place} of the cache was let go of twice`);
    }
  }
}

/** Tokens that were read, and where their keys and values are. */
export interface ReadText {
  readonly ids: readonly number[];
  readonly places: readonly number[];
}

/** Number of first tokens that two texts have in common. */
export function commonLength(a: readonly number[], b: readonly number[]): number {
  const most = Math.min(a.length, b.length);
  for (let i = 0; i < most; i++) if (a[i] !== b[i]) return i;
  return most;
}

/** Prompts that were read, those used last, up to so many tokens that no other of them has; at least one. */
export class Beginnings {
  /** The one used last is last. */
  #kept: (ReadText & { readonly own: number })[] = [];
  #tokens = 0;

  constructor(
    private readonly places: Places,
    private readonly most: number,
  ) {}

  /** Places of the longest beginning that some prompt shares, all but the last token at most. They are held for the caller. */
  find(ids: readonly number[]): readonly number[] {
    let [best, length] = [-1, 0];
    for (const [i, { ids: known }] of this.#kept.entries()) {
      const common = Math.min(commonLength(known, ids), ids.length - 1);
      if (common > length) [best, length] = [i, common];
    }
    const [found] = best < 0 ? [] : this.#kept.splice(best, 1);
    if (!found) return [];
    this.#kept.push(found);
    const places = found.places.slice(0, length);
    this.places.hold(places);
    return places;
  }

  /** Keeps a prompt; `own`: how many of its tokens it shares with none that is kept. */
  keep(text: ReadText, own: number): void {
    this.places.hold(text.places);
    this.#kept.push({ ...text, own });
    this.#tokens += own;
    while (this.#tokens > this.most && this.#kept.length > 1) this.forget();
  }

  /** Forgets the one that was used least lately; false where none is left. */
  forget(): boolean {
    const old = this.#kept.shift();
    if (!old) return false;
    this.#tokens -= old.own;
    this.places.release(old.places);
    return true;
  }
}
