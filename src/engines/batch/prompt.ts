// Reads prompts into caches: the beginning that many share once, and the rest in parts that later prompts may take over. Knows no requests and no sampling.

import { beginningOf, type KeyValueCache, type NewEntries, type SharedBeginning } from "./cache.ts";
import type { BatchDecoder, StepResult } from "./decoder.ts";

/**
 * Tokens of a step. A step has costs of its own, so that few tokens a step read slowly (5.9 ms a token with 24, 4.4 with 64, 4.2 with 88 and 4.1
 * with 128), and a part is what prompts share.
 */
const partTokens = 64;
/** The last step of a piece takes so many more, so that it is not left with a few. */
const spareTokens = 32;
/** A step reads a multiple of it: few widths, for each of which a runtime may prepare. */
const widthTokens = 4;

/** Tokens of a prompt. Of equal prompts all of it is equal. */
export interface BatchPrompt {
  readonly ids: readonly number[];
  /** Number of first tokens that many prompts have in common. */
  readonly shared: number;
  /** Rising, after `shared`: where earlier prompts of the same conversation ended. */
  readonly cuts?: readonly number[];
}

export interface ReadPrompt {
  /** The same object for all prompts that share it. */
  readonly beginning: SharedBeginning;
  /** One row: what comes after the beginning. The caller's to free. */
  readonly cache: KeyValueCache;
  /** After the last token. */
  readonly logits: Float32Array;
}

export interface PromptReader {
  /**
   * `stopped` is asked between steps and ends the reading with undefined. `onRead` hears how many tokens the prompt has in its cache, taken over
   * ones among them.
   */
  read(prompt: BatchPrompt, stopped: () => boolean, onRead?: (tokens: number) => void): Promise<ReadPrompt | undefined>;
  /** Reads at least one token more after what a cache of one row holds, which takes them in; gives the logits after the last. */
  more(beginning: SharedBeginning, cache: KeyValueCache, ids: readonly number[]): Promise<Float32Array>;
}

/** Keeps parts up to so many bytes, those used last, and as many bytes of beginnings. */
export function promptReader(decoder: BatchDecoder, keepBytes: number): PromptReader {
  const { layers, keyValueHeads, headSize } = decoder.config;
  const tokenBytes = 2 * 4 * layers * keyValueHeads * headSize;
  // By what was read up to their end, and in which parts: another division gives other bits.
  const parts = lru<NewEntries>(
    keepBytes,
    ({ tokens }) => tokenBytes * tokens,
    (entries) => decoder.memory.free(entries),
  );
  // By their ids. Rows may still be at one that is forgotten: it is left to the garbage collector.
  const beginnings = lru<SharedBeginning>(
    keepBytes,
    ({ tokens }) => tokenBytes * tokens,
    () => undefined,
  );

  const beginning = async (
    ids: readonly number[],
    stopped: () => boolean,
    onRead: (tokens: number) => void,
  ): Promise<SharedBeginning | undefined> => {
    if (ids.length === 0) return decoder.nothing;
    const known = beginnings.get(ids.join());
    if (known) return known;
    const reading = new Reading(decoder, decoder.nothing, parts, "");
    try {
      for (const part of partsOf(ids)) {
        if (stopped()) return undefined;
        await reading.take(part);
        onRead(reading.length);
      }
      return beginnings.set(ids.join(), beginningOf(reading.cache));
    } finally {
      reading.cache.free();
    }
  };

  return {
    async read({ ids, shared, cuts = [] }, stopped, onRead = () => undefined) {
      const start = await beginning(ids.slice(0, shared), stopped, onRead);
      if (!start || stopped()) return undefined;
      onRead(shared);
      const reading = new Reading(decoder, start, parts, ids.slice(0, shared).join());
      const bounds = [shared, ...cuts, ids.length];
      const own = bounds.slice(1).flatMap((end, i) => partsOf(ids.slice(bounds[i], end)));
      let logits: Float32Array | undefined;
      try {
        for (const part of own.slice(0, -1)) {
          if (stopped()) return undefined;
          await reading.take(part);
          onRead(shared + reading.length);
        }
        if (!stopped()) logits = await reading.finish(own.at(-1) as readonly number[]);
      } finally {
        if (!logits) reading.cache.free(); // nobody takes it
      }
      if (!logits) return undefined;
      onRead(ids.length);
      return { beginning: start, cache: reading.cache, logits };
    },
    async more(beginning, cache, ids) {
      let logits = new Float32Array();
      for (const part of partsOf(ids)) {
        const result = await stepOf(decoder, beginning, cache, part);
        take(cache, result.entries, part.length);
        cache.memory.free(result.entries);
        logits = result.logits as Float32Array<ArrayBuffer>;
      }
      return logits;
    },
  };
}

/** Tokens of a piece by the step that reads them. */
function partsOf(ids: readonly number[]): (readonly number[])[] {
  const parts: (readonly number[])[] = [];
  let at = 0;
  for (; ids.length - at > partTokens + spareTokens; at += partTokens) parts.push(ids.slice(at, at + partTokens));
  return [...parts, ids.slice(at)];
}

/** One prompt on its way into a cache of its own. */
class Reading {
  readonly cache: KeyValueCache;

  constructor(
    private readonly decoder: BatchDecoder,
    private readonly after: SharedBeginning,
    private readonly parts: Lru<NewEntries>,
    /** Key of the tokens read so far and of their parts. */
    private key: string,
  ) {
    this.cache = decoder.newCache(1);
  }

  /** Tokens read so far. */
  get length(): number {
    return this.cache.lengths[0] as number;
  }

  /** Reads a part, or takes it over from a prompt that began the same way. */
  async take(part: readonly number[]): Promise<void> {
    this.key += `/${part}`;
    this.#add(this.parts.get(this.key) ?? this.parts.set(this.key, (await this.#step(part)).entries), part.length);
  }

  /** Reads the last part; gives the logits after its last token. */
  async finish(part: readonly number[]): Promise<Float32Array> {
    this.key += `/${part}`;
    const { logits, entries } = await this.#step(part);
    this.#add(entries, part.length);
    if (this.parts.get(this.key)) this.cache.memory.free(entries);
    else this.parts.set(this.key, entries);
    return logits;
  }

  #step(part: readonly number[]): Promise<StepResult> {
    return stepOf(this.decoder, this.after, this.cache, part);
  }

  #add(entries: NewEntries, count: number): void {
    take(this.cache, entries, count);
  }
}

function stepOf(
  decoder: BatchDecoder,
  after: SharedBeginning,
  cache: KeyValueCache,
  part: readonly number[],
): Promise<StepResult> {
  const ids = new Int32Array(Math.ceil(part.length / widthTokens) * widthTokens);
  ids.set(part);
  return decoder.step(after, cache, ids, part.length - 1);
}

function take(cache: KeyValueCache, entries: NewEntries, count: number): void {
  cache.fit((cache.lengths[0] as number) + count);
  cache.append(entries, [{ row: 0, from: 0, count }]);
}

interface Lru<V> {
  get(key: string): V | undefined;
  set(key: string, value: V): V;
}

/** A cache of the values used last, up to so many bytes and at least one. */
function lru<V>(most: number, bytesOf: (value: V) => number, forget: (value: V) => void): Lru<V> {
  const kept = new Map<string, V>(); // the one used last is last
  let bytes = 0;
  return {
    get(key) {
      const value = kept.get(key);
      if (value === undefined) return undefined;
      kept.delete(key);
      kept.set(key, value);
      return value;
    },
    set(key, value) {
      kept.set(key, value);
      bytes += bytesOf(value);
      for (const [old, forgotten] of kept) {
        if (bytes <= most || kept.size === 1) break;
        kept.delete(old);
        bytes -= bytesOf(forgotten);
        forget(forgotten);
      }
      return value;
    },
  };
}
