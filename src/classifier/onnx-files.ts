// A trained classifier as an ONNX file that transformers.js and onnxruntime load: weights within, any batch and length. Knows no device.

import { Graph } from "../graph/graph.ts";
import { toOnnxParts } from "../graph/onnx.ts";
import type { Value } from "../graph/ops.ts";
import type { Parameter } from "../graph/parameter.ts";
import { bertParameters, encode, type Weight } from "../nn/bert.ts";
import type { BertConfig } from "../nn/bert-config.ts";
import { standIns } from "../nn/bert-sizes.ts";
import { type Head, headLogits, headParameters } from "../nn/heads.ts";
import { prefixOf, prefixParameters } from "../nn/prefix.ts";
import { everything, type Trains } from "../nn/trains.ts";
import { taskOf } from "../tasks/catalogue.ts";
import { transformersTokenizer } from "../text/transformers-tokenizer.ts";
import type { Weights } from "../weights/weight.ts";
import { type ModelFiles, openEncoder } from "./encoder-files.ts";
import { readCard } from "./saved-model.ts";
import { variantRow } from "./variant.ts";

/**
 * A saved model as transformers.js wants it: its own files beside `onnx/model.onnx` and, in 8 bits, `onnx/model_quantized.onnx`. A checkpoint with
 * a vocabulary alone gets a tokenizer.json. Errors: those of `openEncoder`, `not-found` for a task that does not exist.
 */
export async function onnxFiles(files: ModelFiles): Promise<Map<string, Blob>> {
  const card = await readCard(files);
  const { config, weights, tokenizer } = await openEncoder(files, new Map(Object.entries(card.sha256)));
  const task = taskOf(card.task);
  const { head: headFor, trains = everything } = variantRow(card.variant ?? "plain");
  const head = headFor(task, tokenizer);
  const found = new Map<string, Blob>();
  for (const [name, file] of files)
    if (/^(config|tokenizer|tokenizer_config|special_tokens_map)\.json$/.test(name)) found.set(name, file);
  for (const [name, text] of transformersTokenizer(tokenizer)) if (!found.has(name)) found.set(name, new Blob([text]));
  found.set("onnx/model.onnx", onnxModel(config, head, weights, "float32", trains));
  found.set("onnx/model_quantized.onnx", onnxModel(config, head, weights, "int8", trains));
  return found;
}

/** int8: matrices of the layers as 8-bit integers with a scale for each output, inputs rounded at each run: a quarter of the size. */
export type OnnxPrecision = "float32" | "int8";

/**
 * Inputs `input_ids`, `attention_mask`, `token_type_ids`, int64 [batch, tokens]; output `logits`. `weights` has every parameter of the
 * encoder, the head and the prefix, where one was trained (see `mergedLora`).
 */
export function onnxModel(
  config: BertConfig,
  head: Head,
  weights: Weights,
  precision: OnnxPrecision,
  trains: Trains = everything,
): Blob {
  const g = new Graph();
  const free = standIns(config);
  const held = new Map<string, Uint8Array>();
  const parameters = [...bertParameters(config), ...headParameters(config, head), ...prefixParameters(config, trains)];
  const weight = weightsOf(g, parameters, weights, precision, held);
  const prefix = prefixOf(g, config, trains, weight);
  const { hidden } = encode(g, config, free, weight, prefix ? { prefix } : {});
  const { logits } = headLogits({ g, config, shape: free, weight, dropout: (x) => x }, head, hidden);
  g.output("logits", logits);
  const wide = new Set(["input_ids", "attention_mask", "token_type_ids"]);
  return new Blob(toOnnxParts(g, { free, held, wide, join: true }) as Uint8Array<ArrayBuffer>[]);
}

/** Parameters as inputs of the graph, made when they are asked for; `held` takes their bytes. */
function weightsOf(
  g: Graph,
  parameters: readonly Parameter[],
  weights: Weights,
  precision: OnnxPrecision,
  held: Map<string, Uint8Array>,
): Weight {
  const shapes = new Map(parameters.map(({ name, shape }) => [name, shape]));
  const hold = (name: string, dtype: "float32" | "int8", shape: readonly number[], data: Float32Array | Int8Array): Value => {
    held.set(name, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    return g.inputs.get(name) ?? g.input(name, dtype, shape);
  };
  const dataOf = (name: string): Float32Array => {
    const found = weights.get(name);
    if (!found) throw new Error(`onnxModel: no weight ${name}`);
    return found.data;
  };
  const plain = (name: string) => hold(name, "float32", shapes.get(name) ?? [], dataOf(name));
  if (precision === "float32") return plain;
  const product = (graph: Graph, layer: string, x: Value): Value | undefined => {
    if (!layer.startsWith("bert.encoder.")) return undefined; // the head is small, and decides
    const name = `${layer}.weight`;
    const [out, into] = shapes.get(name) as readonly [number, number];
    const { quantized, scales } = columnsAsInt8(dataOf(name), out, into);
    const w = hold(`${name}:int8`, "int8", [into, out], quantized);
    const scale = hold(`${name}:scale`, "float32", [out], scales);
    return graph.apply("DynamicQuantizeMatMul", [x, w, scale]);
  };
  return Object.assign(plain, { product });
}

/** [out, in] floats as [in, out] integers in [-127, 127] and a scale for each output: the largest size becomes 127. */
function columnsAsInt8(data: Float32Array, out: number, into: number): { quantized: Int8Array; scales: Float32Array } {
  const quantized = new Int8Array(data.length);
  const scales = new Float32Array(out);
  for (let o = 0; o < out; o++) {
    let largest = 0;
    for (let i = 0; i < into; i++) largest = Math.max(largest, Math.abs(data[o * into + i] as number));
    const scale = largest / 127 || 1;
    scales[o] = scale;
    for (let i = 0; i < into; i++) quantized[i * out + o] = Math.round((data[o * into + i] as number) / scale);
  }
  return { quantized, scales };
}
