// A model of the Llama family as steps over rows with caches. Knows no requests and no text.

import { ClinfuseError } from "../../base/errors.ts";
import type { DecoderWeights } from "../../models/decoder-weights.ts";
import {
  blocksOf,
  freeSizes,
  type LlamaParameter,
  type LlamaPrecision,
  llamaGraph,
  llamaParameters,
  scaleName,
  weightInputs,
} from "../../nn/llama.ts";
import type { LlamaConfig } from "../../nn/llama-config.ts";
import { type Angles, arrange, inBlocks, quantised, rotaryAngles } from "../../nn/llama-weights.ts";
import { type DecoderSession, type DecoderTensor, openDecoderSession } from "../../runtime/decoder-session.ts";
import type { RowBuffers } from "../../runtime/gpu-rows.ts";
import { KeyValueCache, type NewEntries, nothingShared, type SharedBeginning } from "./cache.ts";
import { type CacheArray, type CacheMemory, gpuMemory, hostMemory } from "./memory.ts";

export interface StepResult {
  /** [rows, vocabSize]: of each row's last token. */
  readonly logits: Float32Array;
  readonly entries: NewEntries;
}

export interface BatchDecoder {
  readonly config: LlamaConfig;
  readonly contextTokens: number;
  readonly memory: CacheMemory;
  /**
   * Fewest rows of a step that give a row the same bits as more rows do, on WASM. Where each head has keys of its own, a row alone would be the
   * only line of the shared beginning's product, and onnxruntime multiplies one line by another kernel.
   */
  readonly leastRows: number;
  /** For prompts that share no beginning. */
  readonly nothing: SharedBeginning;
  newCache(rows: number): KeyValueCache;
  /**
   * Reads `tokens` ids a row, row-major [rows, tokens], after the shared beginning and what the cache holds for each row, and leaves both as
   * they are. `last`: the index within each row of the token whose logits are wanted. The entries are the caller's to free.
   */
  step(shared: SharedBeginning, cache: KeyValueCache, ids: Int32Array, last: number): Promise<StepResult>;
  close(): Promise<void>;
}

export interface DecoderOptions {
  readonly device: "wasm" | "webgpu";
  /** At most; the model's own context where that is smaller. */
  readonly contextTokens: number;
  /**
   * `int8` is for WASM: faster and a quarter of the memory, but texts then depend a little on what is decoded beside them. `blocks8` and
   * `blocks4` are for WebGPU: a quarter and an eighth of the memory; a file of Q4_0 loses nothing by `blocks4`.
   */
  readonly precision?: LlamaPrecision;
  readonly onWeights?: (done: number, total: number) => void;
}

/** Large enough to leave nothing of a weight, small enough to be a number after the addition. */
const hidden = -1e9;

/** Errors: `model-unsupported` before any weight is read, for a tensor that is absent or of another shape; those of the session and the file. */
export async function openBatchDecoder(weights: DecoderWeights, options: DecoderOptions): Promise<BatchDecoder> {
  const { precision = "float32" } = options;
  const { config } = weights;
  const { tied, parameters } = plan(weights, precision);
  const contextTokens = Math.min(options.contextTokens, config.contextTokens);
  const angles = rotaryAngles(config, contextTokens, weights.divisors);
  const session = await openDecoderSession({
    device: options.device,
    graph: llamaGraph(config, tied, contextTokens, precision),
    free: freeSizes,
    weights: [...Object.keys(angles), ...parameters.flatMap((parameter) => weightInputs(parameter).map(([name]) => name))],
    load: () => weightsOf(weights, parameters, angles, options.onWeights),
  });
  const memory = session.gpu ? gpuMemory(session.gpu) : hostMemory;
  return {
    config,
    contextTokens,
    memory,
    leastRows: config.heads > config.keyValueHeads ? 1 : 2,
    nothing: nothingShared(config, memory),
    newCache: (rows) => new KeyValueCache(config, rows, memory),
    step: (shared, cache, ids, last) => step(session, { config, contextTokens }, shared, cache, ids, last),
    close: () => session.close(),
  };
}

async function* weightsOf(
  weights: DecoderWeights,
  parameters: readonly LlamaParameter[],
  { cos, sin }: Angles,
  onWeights: DecoderOptions["onWeights"],
) {
  yield { name: "cos", data: cos };
  yield { name: "sin", data: sin };
  for (const [i, parameter] of parameters.entries()) {
    const { name, precision, shape, tensor } = parameter;
    const matrix = await weights.read(tensor);
    const bits = blocksOf(precision);
    if (precision === "float32") yield { name, data: arrange(parameter, matrix) };
    else {
      const { weight, scale } = bits
        ? inBlocks(parameter, matrix, bits)
        : quantised(arrange(parameter, matrix), shape[1] as number);
      yield { name, data: weight };
      yield { name: scaleName(name), data: scale };
    }
    onWeights?.(i + 1, parameters.length);
  }
}

function plan({ file, config, tensors }: DecoderWeights, precision: LlamaPrecision) {
  const tied = !tensors.has("output.weight");
  const parameters = llamaParameters(config, tied, precision);
  for (const { tensor: name, matrix } of parameters) {
    const expected = matrix[0] === 1 ? matrix.slice(1) : matrix;
    const tensor = tensors.get(name);
    if (tensor && `${tensor.shape}` === `${expected}`) continue;
    const got = tensor ? `[${tensor.shape}]` : "absent";
    const sentence = `${file}: the tensor ${name} is ${got}; expected [${expected}]`;
    throw new ClinfuseError("model-unsupported", sentence, { file, what: name, got, expected: `[${expected}]` });
  }
  return { tied, parameters };
}

async function step(
  session: DecoderSession,
  { config, contextTokens }: Pick<BatchDecoder, "config" | "contextTokens">,
  shared: SharedBeginning,
  cache: KeyValueCache,
  ids: Int32Array,
  last: number,
): Promise<StepResult> {
  const { rows, capacity } = cache;
  const { heads, keyValueHeads, headSize, layers } = config;
  const tokens = ids.length / rows;
  const feeds: Record<string, DecoderTensor> = {
    ids: { shape: [rows, tokens], data: ids },
    positions: { shape: [rows, tokens], data: positionsOf(shared.tokens, cache, tokens, contextTokens) },
    mask: maskOf(shared, cache, tokens, heads / keyValueHeads),
    last: { shape: [rows], data: Int32Array.from({ length: rows }, (_, row) => row * tokens + last) },
  };
  const named = (prefix: string, { keys, values }: RowBuffers<CacheArray>, of: number, width: number) => {
    const [keysName, valuesName] = prefix === "" ? ["keys", "values"] : [`${prefix}Keys`, `${prefix}Values`];
    return Object.fromEntries([
      ...keys.map((data, i) => [`${keysName}${i}`, { shape: [keyValueHeads, of, headSize, width], data }] as const),
      ...values.map((data, i) => [`${valuesName}${i}`, { shape: [keyValueHeads, of, width, headSize], data }] as const),
    ]);
  };
  Object.assign(feeds, named("shared", shared, 1, shared.width), named("", cache.arrays, rows, capacity));
  // On the GPU what comes out stays there.
  const fresh = () => Array.from({ length: layers }, () => cache.memory.zeros(rows * keyValueHeads * headSize * tokens));
  const kept = session.gpu ? { keys: fresh(), values: fresh() } : undefined;
  const results = await session.run(feeds, kept ? named("new", kept, rows, tokens) : {});
  const layer = (name: string) => Array.from({ length: layers }, (_, i) => results.get(`${name}${i}`) as Float32Array);
  const entries = { rows, tokens, ...(kept ?? { keys: layer("newKeys"), values: layer("newValues") }) };
  return { logits: results.get("logits") as Float32Array, entries };
}

/** [rows, tokens]: each row goes on from the beginning and its length; what pads a step stays within the positions that have an angle. */
function positionsOf(start: number, { rows, lengths }: KeyValueCache, tokens: number, most: number): BigInt64Array {
  const at = (i: number) => start + (lengths[Math.floor(i / tokens)] as number) + (i % tokens);
  return BigInt64Array.from({ length: rows * tokens }, (_, i) => BigInt(Math.min(at(i), most - 1)));
}

/** [1, rows, group * tokens, width + capacity + tokens]: a token sees the beginning, what its row's cache holds, the tokens before it and itself. */
function maskOf(shared: SharedBeginning, cache: KeyValueCache, tokens: number, group: number): DecoderTensor {
  const { rows, capacity } = cache;
  const lines = rows * group * tokens;
  const width = shared.width + capacity + tokens;
  const data = new Float32Array(lines * width).fill(hidden);
  for (let line = 0; line < lines; line++) {
    const row = Math.floor(line / (group * tokens));
    const at = line * width;
    const own = at + shared.width;
    data.fill(0, at, at + shared.tokens);
    data.fill(0, own, own + (cache.lengths[row] as number));
    data.fill(0, own + capacity, own + capacity + (line % tokens) + 1);
  }
  return { shape: [1, rows, group * tokens, width], data };
}
