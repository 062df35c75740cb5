// Reads prompts into caches, in blocks that later prompts with the same beginning take over. Knows no requests and no sampling.

import { KeyValueCache, type NewEntries } from "./batch-cache.ts";
import type { BatchDecoder } from "./batch-decoder.ts";

/**
 * Tokens of a block. Blocks begin at multiples of it whether they are read or taken over, so that a prompt's numbers are the same either way.
 * Larger ones read a little faster, smaller ones share more.
 */
const blockTokens = 32;
/** What is left of a prompt goes in one step of a multiple of it. */
const restTokens = 4;

export interface PromptReader {
  /**
   * The prompt's cache (one row) and the logits after its last token. `stopped` is asked between steps and ends the reading with undefined.
   */
  read(prompt: readonly number[], stopped: () => boolean): Promise<{ cache: KeyValueCache; logits: Float32Array } | undefined>;
}

/** Keeps blocks up to so many bytes, those used last. */
export function promptReader(decoder: BatchDecoder, keepBytes: number): PromptReader {
  const { layers, keyValueHeads, headSize } = decoder.config;
  const blockBytes = 2 * 4 * layers * keyValueHeads * headSize * blockTokens;
  const most = Math.max(1, Math.floor(keepBytes / blockBytes));
  const blocks = new Map<string, NewEntries>(); // by the prompt up to the block's end; the one used last is last

  const block = async (key: string, cache: KeyValueCache, ids: readonly number[]): Promise<NewEntries> => {
    const known = blocks.get(key);
    if (known) blocks.delete(key);
    const entries = known ?? (await decoder.step(cache, Int32Array.from(ids), 0)).entries;
    blocks.set(key, entries);
    if (blocks.size > most) blocks.delete(blocks.keys().next().value as string);
    return entries;
  };

  return {
    async read(prompt, stopped) {
      const cache = new KeyValueCache(decoder.config, 1);
      let at = 0;
      for (; at + blockTokens < prompt.length; at += blockTokens) {
        if (stopped()) return undefined;
        cache.fit(at);
        const ids = prompt.slice(at, at + blockTokens);
        const entries = await block(prompt.slice(0, at + blockTokens).join(), cache, ids);
        cache.fit(at + blockTokens);
        cache.append(0, entries, 0, blockTokens);
      }
      if (stopped()) return undefined;
      const rest = prompt.length - at;
      const ids = new Int32Array(Math.ceil(rest / restTokens) * restTokens);
      ids.set(prompt.slice(at));
      cache.fit(at);
      const { logits, entries } = await decoder.step(cache, ids, rest - 1);
      cache.fit(prompt.length);
      cache.append(0, entries, 0, rest);
      return { cache, logits };
    },
  };
}
