// WebAssembly memory that llama.cpp will take for a model, from the model's metadata. Knows no file and no engine.

import { ClinfuseError } from "../../base/errors.ts";

/** wllama's build gives its memory this maximum, 64-bit addresses or not. */
export const heapBytes = 4096 * 2 ** 20;

/** Bytes. */
export interface MemoryNeed {
  readonly weights: number;
  /** Keys and values of the whole context, as binary16. 0 for architectures without attention. */
  readonly cache: number;
  /** Bytes of a step's intermediate results, at most. */
  readonly compute: number;
  /** The module, its stacks, and the vocabulary's tables. */
  readonly rest: number;
  readonly total: number;
}

type Metadata = ReadonlyMap<string, unknown>;

/** `stepTokens`: prompt tokens in a step. Sizes that the metadata lack count as 0: then the need is a lower bound. */
export function memoryNeed(
  metadata: Metadata,
  weights: number,
  { contextTokens, stepTokens }: { readonly contextTokens: number; readonly stepTokens: number },
): MemoryNeed {
  const architecture = String(metadata.get("general.architecture"));
  const size = (key: string): number => {
    const value = metadata.get(`${architecture}.${key}`);
    return typeof value === "number" && value > 0 ? value : 0;
  };
  const layers = size("block_count");
  const heads = size("attention.head_count");
  const headSize = heads > 0 ? size("embedding_length") / heads : 0;
  const perHead = (size("attention.key_length") || headSize) + (size("attention.value_length") || headSize);
  const cache = 2 * contextTokens * keyValueHeads(metadata, architecture, layers, heads) * perHead;
  const tokens = metadata.get("tokenizer.ggml.tokens");
  const vocabulary = size("vocab_size") || (Array.isArray(tokens) ? tokens.length : 0);
  const wide = 4 * size("embedding_length") + 3 * size("feed_forward_length") + (heads + 1) * contextTokens;
  const compute = 4 * stepTokens * wide + 4 * vocabulary;
  const rest = 48 * 2 ** 20 + 512 * vocabulary;
  return { weights, cache, compute, rest, total: weights + cache + compute + rest };
}

/** In all layers together. Some models have a number for each layer. */
function keyValueHeads(metadata: Metadata, architecture: string, layers: number, heads: number): number {
  const value = metadata.get(`${architecture}.attention.head_count_kv`);
  if (Array.isArray(value)) return value.reduce((sum: number, n) => sum + (typeof n === "number" ? n : 0), 0);
  return layers * (typeof value === "number" ? value : heads);
}

/** Throws `out-of-memory` with the numbers when the need is beyond the limit. */
export function throwIfTooBig(id: string, need: MemoryNeed, limit = heapBytes): void {
  if (need.total <= limit) return;
  const gib = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
  const parts = `${gib(need.weights)} for its weights and ${gib(need.cache)} for its context`;
  const sentence = `${id} needs ${gib(need.total)} (${parts}), and WebAssembly has ${gib(limit)}`;
  throw new ClinfuseError("out-of-memory", sentence, { what: id, got: gib(need.total), expected: gib(limit) });
}
