// A model file's tensors as the kernels take them: rows of one format, queries, keys and values together, gate and up by turns. Knows no GPU.

import type { DecoderWeights } from "../../models/decoder-weights.ts";
import { blocksOf, type LlamaParameter, llamaParameters } from "../../nn/llama.ts";
import { inBlocks, inRows, rotaryAngles } from "../../nn/llama-weights.ts";
import {
  type DecoderSource,
  floatRows,
  type LayerMatrix,
  type LayerVector,
  type MatrixFormat,
  type MatrixRows,
} from "../../runtime/decoder-source.ts";

const ofLayer: Readonly<Record<LayerMatrix, readonly string[]>> = {
  heads: ["attn_q.weight", "attn_k.weight", "attn_v.weight"],
  output: ["attn_output.weight"],
  gated: ["ffn_gate.weight", "ffn_up.weight"],
  down: ["ffn_down.weight"],
};

const vectors: Readonly<Record<LayerVector, readonly string[]>> = {
  inputNorm: ["attn_norm.weight"],
  bias: ["attn_q.bias", "attn_k.bias", "attn_v.bias"],
  queryNorm: ["attn_q_norm.weight"],
  keyNorm: ["attn_k_norm.weight"],
  middleNorm: ["ffn_norm.weight"],
};

type MatrixName = LayerMatrix | "table" | "head";

/** `onTensor` hears of each tensor that is read. */
export function decoderSource(
  weights: DecoderWeights,
  format: MatrixFormat,
  contextTokens: number,
  onTensor: (done: number, total: number) => void = () => undefined,
): DecoderSource {
  const { config } = weights;
  const tied = !weights.tensors.has("output.weight");
  const precision = format === "float16" ? "float32" : format;
  const all = llamaParameters(config, tied, precision);
  const queryFactor = all.find(({ name }) => name === "blk.0.attn_q.weight")?.factor ?? 1;
  // Halves keep the file's very numbers, so the factor of queries waits for attention.
  const kept = format === "float16" && queryFactor !== 1;
  const plain = (each: LlamaParameter) => (kept && /\.attn_q\.(weight|bias)$/.test(each.name) ? { ...each, factor: 1 } : each);
  const parameters = new Map(all.map((each) => [each.name, plain(each)]));
  let done = 0;
  const read = async ({ tensor }: LlamaParameter) => {
    const data = await weights.read(tensor);
    onTensor(Math.min(++done, parameters.size), parameters.size);
    return data;
  };
  const named = (name: MatrixName, layer: number): readonly LlamaParameter[] => {
    const names =
      name === "table"
        ? ["token_embd.weight"]
        : name === "head"
          ? ["output.weight"]
          : ofLayer[name].map((part) => `blk.${layer}.${part}`);
    return names.map((each) => {
      const found = parameters.get(each);
      if (!found) throw new Error(`no parameter is named ${each}`);
      return found;
    });
  };
  const formatOf = (name: MatrixName): MatrixFormat => {
    const own = (named(name, 0)[0] as LlamaParameter).precision;
    return blocksOf(own) ? (own as "blocks8" | "blocks4") : format === "float16" ? "float16" : "float32";
  };
  const rowsOf = async (parameter: LlamaParameter, as: MatrixFormat): Promise<MatrixRows> => {
    const data = await read(parameter);
    if (as === "blocks8" || as === "blocks4") return inBlocks(parameter, data, as === "blocks8" ? 8 : 4);
    return floatRows(as, inRows(parameter, data), parameter.matrix[1]);
  };
  return {
    sizes: { ...config, ...(kept ? { queryFactor } : {}) },
    angles: rotaryAngles(config, contextTokens, weights.divisors),
    tied: !parameters.has("output.weight"),
    format: formatOf,
    async *matrix(name, layer) {
      const as = formatOf(name);
      const own = named(name, layer);
      if (name !== "gated") {
        for (const parameter of own) yield rowsOf(parameter, as);
        return;
      }
      const [gate, up] = own as [LlamaParameter, LlamaParameter];
      yield byTurns(await rowsOf(gate, as), await rowsOf(up, as), gate.matrix[0]);
    },
    async vector(name, layer) {
      const names = name === "finalNorm" ? ["output_norm.weight"] : vectors[name].map((part) => `blk.${layer}.${part}`);
      const own = names.flatMap((each) => parameters.get(each) ?? []);
      if (own.length < names.length) return undefined;
      const parts: number[] = [];
      for (const parameter of own) parts.push(...(await read(parameter)).map((x) => x * parameter.factor));
      return Float32Array.from(parts);
    },
  };
}

/** One row of each by turns. */
function byTurns(first: MatrixRows, second: MatrixRows, rows: number): MatrixRows {
  const weight = new Uint8Array(2 * first.weight.length);
  alternate(weight, first.weight, second.weight, rows);
  if (!first.scale || !second.scale) return { weight };
  const scale = new Float32Array(2 * first.scale.length);
  alternate(scale, first.scale, second.scale, rows);
  return { weight, scale };
}

function alternate<T extends Uint8Array | Float32Array>(into: T, first: T, second: T, rows: number): void {
  const width = first.length / rows;
  for (let row = 0; row < rows; row++) {
    into.set(first.subarray(row * width, (row + 1) * width), 2 * row * width);
    into.set(second.subarray(row * width, (row + 1) * width), (2 * row + 1) * width);
  }
}
