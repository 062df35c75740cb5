// Reads prompts into caches: the beginning that many share once, and the rest in blocks that later prompts may take over. Knows no requests and no sampling.

import { beginningOf, type KeyValueCache, type NewEntries, type SharedBeginning } from "./batch-cache.ts";
import type { BatchDecoder } from "./batch-decoder.ts";

/**
 * Tokens of a block. Blocks begin at multiples of it after the shared beginning whether they are read or taken over, so that a prompt's numbers
 * are the same either way. Larger ones read a little faster, smaller ones share more.
 */
const blockTokens = 32;
/** What is left of a prompt goes in one step of a multiple of it. */
const restTokens = 4;

/** Tokens of a prompt; the first `shared` of them many prompts have in common. Of equal prompts `shared` is equal. */
export interface BatchPrompt {
  readonly ids: readonly number[];
  readonly shared: number;
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
  /** `stopped` is asked between steps and ends the reading with undefined. */
  read(prompt: BatchPrompt, stopped: () => boolean): Promise<ReadPrompt | undefined>;
}

/** Keeps blocks up to so many bytes, those used last, and as many bytes of beginnings. */
export function promptReader(decoder: BatchDecoder, keepBytes: number): PromptReader {
  const { layers, keyValueHeads, headSize } = decoder.config;
  const tokenBytes = 2 * 4 * layers * keyValueHeads * headSize;
  const { nothing } = decoder;
  // By the prompt up to the block's end.
  const blocks = lru<NewEntries>(
    keepBytes,
    () => tokenBytes * blockTokens,
    (entries) => decoder.memory.free(entries),
  );
  // By their ids. Rows may still be at one that is forgotten: it is left to the garbage collector.
  const beginnings = lru<SharedBeginning>(
    keepBytes,
    ({ tokens }) => tokenBytes * tokens,
    () => undefined,
  );

  /** Reads whole blocks while more than one token is left; gives how far it came. */
  const readBlocks = async (after: Reading, ids: readonly number[], key: string, stopped: () => boolean): Promise<number> => {
    let at = 0;
    for (; at + blockTokens < ids.length && !stopped(); at += blockTokens) {
      const name = `${key}/${ids.slice(0, at + blockTokens).join()}`;
      const read = async () => (await after.step(Int32Array.from(ids.slice(at, at + blockTokens)), 0)).entries;
      after.add(blocks.get(name) ?? blocks.set(name, await read()), blockTokens);
    }
    return at;
  };

  const beginning = async (ids: readonly number[], stopped: () => boolean): Promise<SharedBeginning | undefined> => {
    if (ids.length === 0) return nothing;
    const key = ids.join();
    const known = beginnings.get(key);
    if (known) return known;
    const reading = new Reading(decoder, nothing);
    try {
      const at = await readBlocks(reading, ids, "", stopped);
      if (stopped()) return undefined;
      await reading.rest(ids.slice(at));
      return beginnings.set(key, beginningOf(reading.cache));
    } finally {
      reading.cache.free();
    }
  };

  return {
    async read({ ids, shared }, stopped) {
      const start = await beginning(ids.slice(0, shared), stopped);
      if (!start || stopped()) return undefined;
      const reading = new Reading(decoder, start);
      const own = ids.slice(shared);
      let logits: Float32Array | undefined;
      try {
        const at = await readBlocks(reading, own, ids.slice(0, shared).join(), stopped);
        if (!stopped()) logits = await reading.rest(own.slice(at));
      } finally {
        if (!logits) reading.cache.free(); // nobody takes it
      }
      return logits && { beginning: start, cache: reading.cache, logits };
    },
  };
}

/** One prompt on its way into a cache of its own. */
class Reading {
  readonly cache: KeyValueCache;

  constructor(
    private readonly decoder: BatchDecoder,
    private readonly after: SharedBeginning,
  ) {
    this.cache = decoder.newCache(1);
  }

  step(ids: Int32Array, last: number) {
    return this.decoder.step(this.after, this.cache, ids, last);
  }

  add(entries: NewEntries, count: number): void {
    this.cache.fit((this.cache.lengths[0] as number) + count);
    this.cache.append(entries, [{ row: 0, from: 0, count }]);
  }

  /** Gives the logits after the last. */
  async rest(tokens: readonly number[]): Promise<Float32Array> {
    const ids = new Int32Array(Math.ceil(tokens.length / restTokens) * restTokens);
    ids.set(tokens);
    const { logits, entries } = await this.step(ids, tokens.length - 1);
    this.add(entries, tokens.length);
    this.cache.memory.free(entries);
    return logits;
  }
}

/** What was used last, up to so many bytes and at least one. */
function lru<V>(most: number, bytesOf: (value: V) => number, forget: (value: V) => void) {
  const kept = new Map<string, V>(); // the one used last is last
  let bytes = 0;
  return {
    get(key: string): V | undefined {
      const value = kept.get(key);
      if (value === undefined) return undefined;
      kept.delete(key);
      kept.set(key, value);
      return value;
    },
    set(key: string, value: V): V {
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
