// A GGUF model of the Llama family as steps over rows with caches. Knows no requests and no text.

import { ClinfuseError } from "../base/errors.ts";
import { freeSizes, type LlamaParameter, llamaGraph, llamaParameters } from "../nn/llama.ts";
import { type LlamaConfig, readLlamaConfig } from "../nn/llama-config.ts";
import { type Angles, arrange, rotaryAngles } from "../nn/llama-weights.ts";
import { type DecoderSession, openDecoderSession } from "../runtime/decoder-session.ts";
import type { Gguf } from "../runtime/gguf.ts";
import type { HostTensor } from "../runtime/trainer.ts";
import type { KeyValueCache, NewEntries } from "./batch-cache.ts";

export interface StepResult {
  /** [rows, vocabSize]: of each row's last token. */
  readonly logits: Float32Array;
  readonly entries: NewEntries;
}

export interface BatchDecoder {
  readonly config: LlamaConfig;
  readonly contextTokens: number;
  /**
   * Reads `tokens` ids a row, row-major [rows, tokens], after what the cache holds for each row, and leaves the cache as it is. `last`: the
   * index within each row of the token whose logits are wanted.
   */
  step(cache: KeyValueCache, ids: Int32Array, last: number): Promise<StepResult>;
  close(): Promise<void>;
}

export interface DecoderOptions {
  readonly device: "wasm" | "webgpu";
  /** At most; the model's own context where that is smaller. */
  readonly contextTokens: number;
  readonly onWeights?: (done: number, total: number) => void;
}

/** Large enough to leave nothing of a weight, small enough to be a number after the addition. */
const hidden = -1e9;

/** Errors: `model-unsupported` before any weight is read, for an architecture or sizes that we do not build; those of the session and the file. */
export async function openBatchDecoder(gguf: Gguf, options: DecoderOptions): Promise<BatchDecoder> {
  const { config, tied, parameters } = plan(gguf);
  const contextTokens = Math.min(options.contextTokens, config.contextTokens);
  const factors = gguf.tensors.has("rope_freqs.weight") ? await gguf.read("rope_freqs.weight") : undefined;
  const angles = rotaryAngles(config, contextTokens, factors);
  const byName = new Map(parameters.map((parameter) => [parameter.name, parameter]));
  let done = 0;
  const session = await openDecoderSession({
    device: options.device,
    graph: llamaGraph(config, tied),
    free: freeSizes,
    weights: [...byName.keys()],
    async load(name) {
      const weight = arrange(byName.get(name) as LlamaParameter, await gguf.read(name));
      options.onWeights?.(++done, parameters.length);
      return weight;
    },
  });
  const queryAngles = scaled(angles, config.headSize ** -0.5);
  return {
    config,
    contextTokens,
    step: (cache, ids, last) => step({ session, config, angles, queryAngles }, cache, ids, last),
    close: () => session.close(),
  };
}

function plan(gguf: Gguf): { config: LlamaConfig; tied: boolean; parameters: LlamaParameter[] } {
  const { file } = gguf;
  const result = readLlamaConfig(gguf.metadata);
  if (!result.ok) throw new ClinfuseError("model-unsupported", `${file}: ${result.why}`, { file, what: result.why });
  const tied = !gguf.tensors.has("output.weight");
  const parameters = llamaParameters(result.config, tied);
  for (const { name, shape, transposed } of parameters) {
    const expected = transposed ? shape.toReversed() : shape;
    const tensor = gguf.tensors.get(name);
    if (tensor && `${tensor.shape}` === `${expected}`) continue;
    const got = tensor ? `[${tensor.shape}]` : "absent";
    const sentence = `${file}: the tensor ${name} is ${got}; expected [${expected}]`;
    throw new ClinfuseError("model-unsupported", sentence, { file, what: name, got, expected: `[${expected}]` });
  }
  return { config: result.config, tied, parameters };
}

function scaled({ cos, sin }: Angles, factor: number): Angles {
  return { cos: cos.map((x) => x * factor), sin: sin.map((x) => x * factor) };
}

interface Model {
  readonly session: DecoderSession;
  readonly config: LlamaConfig;
  readonly angles: Angles;
  readonly queryAngles: Angles;
}

async function step(model: Model, cache: KeyValueCache, ids: Int32Array, last: number): Promise<StepResult> {
  const { session, config } = model;
  const { rows, capacity } = cache;
  const { keyValueHeads, headSize, layers } = config;
  const tokens = ids.length / rows;
  const angles = (all: Float32Array): HostTensor => ({
    shape: [rows, tokens, 1, headSize],
    data: anglesOf(all, cache, tokens, headSize),
  });
  const feeds: Record<string, HostTensor> = {
    ids: { shape: [rows, tokens], data: ids },
    cos: angles(model.angles.cos),
    sin: angles(model.angles.sin),
    queryCos: angles(model.queryAngles.cos),
    querySin: angles(model.queryAngles.sin),
    mask: maskOf(cache, tokens, config.heads / keyValueHeads),
    last: { shape: [rows], data: Int32Array.from({ length: rows }, (_, row) => row * tokens + last) },
  };
  for (let i = 0; i < layers; i++) {
    const shape = [rows, keyValueHeads, headSize, capacity];
    feeds[`keys${i}`] = { shape, data: cache.keys[i] as Float32Array };
    feeds[`values${i}`] = {
      shape: [rows, keyValueHeads, capacity, headSize],
      data: cache.values[i] as Float32Array,
    };
  }
  const results = await session.run(feeds);
  const layer = (name: string) => Array.from({ length: layers }, (_, i) => results.get(`${name}${i}`) as Float32Array);
  const entries = { rows, tokens, keys: layer("newKeys"), values: layer("newValues") };
  return { logits: results.get("logits") as Float32Array, entries };
}

/** Each row's positions go on from its length. */
function anglesOf(all: Float32Array, cache: KeyValueCache, tokens: number, headSize: number): Float32Array {
  const out = new Float32Array(cache.rows * tokens * headSize);
  for (let row = 0; row < cache.rows; row++) {
    const from = (cache.lengths[row] as number) * headSize;
    out.set(all.subarray(from, from + tokens * headSize), row * tokens * headSize);
  }
  return out;
}

/** [rows, 1, group * tokens, capacity + tokens]: a token sees what its row's cache holds, the tokens before it and itself. */
function maskOf(cache: KeyValueCache, tokens: number, group: number): HostTensor {
  const { rows, capacity } = cache;
  const width = capacity + tokens;
  const data = new Float32Array(rows * group * tokens * width).fill(hidden);
  for (let line = 0; line < rows * group * tokens; line++) {
    const row = Math.floor(line / (group * tokens));
    const token = line % tokens;
    const at = line * width;
    data.fill(0, at, at + (cache.lengths[row] as number));
    data.fill(0, at + capacity, at + capacity + token + 1);
  }
  return { shape: [rows, 1, group * tokens, width], data };
}
