// A decoder of the Llama family as a graph: one step over rows of tokens that follow what a cache holds. Knows no weights and no runtime.
//
// Sizes that a run chooses, written as stand-ins: rows B, tokens of the step T, length of the beginning that all rows share S, of each row's
// own cache after it P. With G heads a group:
// Inputs: ids int32 [B, T]; positions int64 [B, T]; cos, sin float32 [C, headSize / 2] of every position that a prompt may have; mask float32 [1, B, G * T, S + P + T], 0 for what a
// token sees and a large negative number for what it does not; last int32 [B], the index into the B * T tokens whose logits are wanted;
// sharedKeys<layer> [keyValueHeads, 1, headSize, S], sharedValues<layer> [keyValueHeads, 1, S, headSize]; keys<layer>
// [keyValueHeads, B, headSize, P], values<layer> [keyValueHeads, B, P, headSize]; and the parameters.
// Outputs: logits [B, vocabSize]; newKeys<layer> [keyValueHeads, B, headSize, T], newValues<layer> [keyValueHeads, B, T, headSize].

import { Graph } from "../graph/graph.ts";
import type { TensorType, Value } from "../graph/ops.ts";
import type { LlamaConfig } from "./llama-config.ts";
import { blockSize } from "./llama-weights.ts";

/** Stand-ins for the free sizes: primes, so that no product of a model's own sizes is a multiple of one. */
export const freeSizes = { rows: 10007, tokens: 10009, shared: 10039, past: 10037 } as const;

/**
 * Form of the matrices' products. `int8`: weights of 8 bits with a scale a column, their inputs rounded to 8 bits as they come; for WASM.
 * `blocks8`, `blocks4`: weights of 8 or 4 bits with a scale for each block of a row, multiplied as floats; for WebGPU.
 */
export type LlamaPrecision = "float32" | "int8" | "blocks8" | "blocks4";

/** A weight as the graph wants it: a file's tensor, its rows perhaps in another order, perhaps transposed. */
export interface LlamaParameter {
  /** Name of the graph's input. */
  readonly name: string;
  /** Name of the file's tensor, as llama.cpp has it. */
  readonly tensor: string;
  /** The graph has an input `scaleName(name)` as well where it is not float32. */
  readonly precision: LlamaPrecision;
  /** In the graph, were it float32. */
  readonly shape: readonly number[];
  /** In the file: [out, in]; [1, size] for a vector. */
  readonly matrix: readonly [rows: number, columns: number];
  /** The file has [out, in], the graph multiplies by [in, out]. */
  readonly transposed: boolean;
  /** Heads whose rows the file interleaves (see LlamaConfig); 0 where the order is the graph's own, which turns halves. */
  readonly interleavedHeads: number;
  /** Every number is multiplied by it: queries carry attention's headSize^-1/2. */
  readonly factor: number;
}

export const scaleName = (parameter: string) => `${parameter}.scale`;

/** Bits of a number of a block; undefined for the precisions without blocks. */
export function blocksOf(precision: LlamaPrecision): 4 | 8 | undefined {
  return precision === "blocks4" ? 4 : precision === "blocks8" ? 8 : undefined;
}

/** The graph's inputs that a parameter is. */
export function weightInputs({ name, precision, shape, matrix }: LlamaParameter): readonly (readonly [string, TensorType])[] {
  if (precision === "float32") return [[name, { dtype: "float32", shape }]];
  const [rows, columns] = matrix;
  const bits = blocksOf(precision);
  const blocks = columns / blockSize;
  return [
    [name, bits ? { dtype: "uint8", shape: [rows, blocks, (blockSize * bits) / 8] } : { dtype: "int8", shape }],
    [scaleName(name), { dtype: "float32", shape: [bits ? rows * blocks : rows] }],
  ];
}

/** Every parameter of the config, in the order of use. `tied`: the file has no output.weight, the embeddings serve as the head. */
export function llamaParameters(config: LlamaConfig, tied: boolean, precision: LlamaPrecision = "float32"): LlamaParameter[] {
  const { hiddenSize, vocabSize } = config;
  const table = (name: string): LlamaParameter => ({
    ...plain,
    name,
    tensor: name,
    shape: [vocabSize, hiddenSize],
    matrix: [vocabSize, hiddenSize],
  });
  const head = (): LlamaParameter[] => {
    if (precision === "float32") return tied ? [] : [table("output.weight")];
    const weight = matrixParameter("output", [hiddenSize, vocabSize], precision);
    return [{ ...weight, tensor: tied ? "token_embd.weight" : "output.weight" }];
  };
  return [
    table("token_embd.weight"),
    ...Array.from({ length: config.layers }, (_, i) => layerParameters(config, `blk.${i}.`, precision)).flat(),
    vectorParameter("output_norm.weight", hiddenSize),
    ...head(),
  ];
}

const plain = { precision: "float32", transposed: false, interleavedHeads: 0, factor: 1 } as const;

function vectorParameter(name: string, size: number, factor = 1): LlamaParameter {
  return { ...plain, factor, name, tensor: name, shape: [size], matrix: [1, size] };
}

function matrixParameter(
  name: string,
  [input, output]: readonly [input: number, output: number],
  precision: LlamaPrecision,
  { interleavedHeads, factor }: Pick<LlamaParameter, "interleavedHeads" | "factor"> = plain,
): LlamaParameter {
  return {
    name: `${name}.weight`,
    tensor: `${name}.weight`,
    precision: blocksOf(precision) && input % blockSize !== 0 ? "float32" : precision,
    shape: [input, output],
    matrix: [output, input],
    transposed: true,
    interleavedHeads,
    factor,
  };
}

function layerParameters(config: LlamaConfig, at: string, precision: LlamaPrecision): LlamaParameter[] {
  const { hiddenSize, heads, keyValueHeads, headSize, intermediateSize, architecture, interleaved } = config;
  const normedHeads = architecture === "qwen3";
  const attentionFactor = headSize ** -0.5;
  const queryFactor = normedHeads ? 1 : attentionFactor; // a norm undoes what comes before it
  const bias = (name: string, size: number, factor = 1) =>
    architecture === "qwen2" ? [vectorParameter(`${at}${name}.bias`, size, factor)] : [];
  const norm = (name: string, factor = 1) => (normedHeads ? [vectorParameter(`${at}${name}.weight`, headSize, factor)] : []);
  const turned = (name: string, count: number, factor = 1) => {
    const interleavedHeads = interleaved ? count : 0;
    return matrixParameter(`${at}${name}`, [hiddenSize, count * headSize], precision, { interleavedHeads, factor });
  };
  const matrix = (name: string, input: number, output: number) => matrixParameter(`${at}${name}`, [input, output], precision);
  const down = matrix("ffn_down", intermediateSize, hiddenSize);
  return [
    vectorParameter(`${at}attn_norm.weight`, hiddenSize),
    turned("attn_q", heads, queryFactor),
    ...bias("attn_q", heads * headSize, queryFactor),
    ...norm("attn_q_norm", attentionFactor),
    turned("attn_k", keyValueHeads),
    ...bias("attn_k", keyValueHeads * headSize),
    ...norm("attn_k_norm"),
    matrix("attn_v", hiddenSize, keyValueHeads * headSize),
    ...bias("attn_v", keyValueHeads * headSize),
    matrix("attn_output", heads * headSize, hiddenSize),
    vectorParameter(`${at}ffn_norm.weight`, hiddenSize),
    matrix("ffn_gate", hiddenSize, intermediateSize),
    matrix("ffn_up", hiddenSize, intermediateSize),
    // Its inputs have outliers that 8 bits over their range do not hold (Dettmers et al. 2022): SmolLM2's logits move by 6.6, without it by 2.9.
    down.precision === "int8" ? { ...down, precision: "float32" } : down,
  ];
}

/** The graph of a step. See the head of this file. `positions`: C there. */
export function llamaGraph(config: LlamaConfig, tied: boolean, positions: number, precision: LlamaPrecision = "float32"): Graph {
  const { rows, tokens, shared, past } = freeSizes;
  const { hiddenSize, headSize, heads, keyValueHeads } = config;
  const group = (heads / keyValueHeads) * tokens;
  const g = new Graph();
  const weights = new Map<string, Value>();
  for (const parameter of llamaParameters(config, tied, precision)) {
    for (const [name, { dtype, shape }] of weightInputs(parameter)) weights.set(name, g.input(name, dtype, shape));
  }
  const ids = g.input("ids", "int32", [rows, tokens]);
  const angles = (name: string) => g.input(name, "float32", [positions, headSize / 2]);
  const step: Step = {
    g,
    config,
    weight: (name) => weights.get(name),
    positions: g.input("positions", "int64", [rows, tokens]),
    cos: angles("cos"),
    sin: angles("sin"),
    mask: g.input("mask", "float32", [1, rows, group, shared + past + tokens]),
  };
  const last = g.input("last", "int32", [rows]);
  let x = g.apply("Gather", [need(step, "token_embd.weight"), ids]); // [B, T, hidden]
  let change: Value | undefined; // of x, by the block before
  for (let i = 0; i < config.layers; i++) {
    const at = `blk.${i}.`;
    const [before, sum] = added(step, x, change, `${at}attn_norm.weight`);
    const [between, both] = added(step, sum, attention(step, i, before), `${at}ffn_norm.weight`);
    x = both;
    change = feedForward(step, at, between);
  }
  if (change) x = g.apply("Add", [x, change]);
  const chosen = g.apply("Gather", [g.apply("Reshape", [x], { shape: [rows * tokens, hiddenSize] }), last]); // [B, hidden]
  const y = normed(step, chosen, "output_norm.weight");
  if (weights.has(scaleName("output.weight"))) g.output("logits", linear(step, y, "output"));
  else {
    const head = need(step, tied ? "token_embd.weight" : "output.weight");
    g.output("logits", g.apply("Gemm", [y, head, null], { transA: false, transB: true }));
  }
  return g;
}

interface Step {
  readonly g: Graph;
  readonly config: LlamaConfig;
  readonly weight: (name: string) => Value | undefined;
  readonly positions: Value;
  readonly cos: Value;
  readonly sin: Value;
  readonly mask: Value;
}

function need({ weight }: Step, name: string): Value {
  const value = weight(name);
  if (!value) throw new Error(`the graph has no parameter ${name}`);
  return value;
}

function normed(step: Step, x: Value, name: string): Value {
  return step.g.apply("SimplifiedLayerNormalization", [x, need(step, name)], { epsilon: step.config.rmsEpsilon });
}

/** x and its change: their sum normalised, and their sum. */
function added(step: Step, x: Value, change: Value | undefined, name: string): readonly [y: Value, sum: Value] {
  if (!change) return [normed(step, x, name), x];
  const { rmsEpsilon: epsilon } = step.config;
  return step.g.apply("SkipSimplifiedLayerNormalization", [x, change, need(step, name)], { epsilon });
}

function product({ g }: Step, x: Value, weight: Value, scale: Value | undefined): Value {
  if (!scale) return g.apply("MatMul", [x, weight]);
  if (weight.dtype === "int8") return g.apply("DynamicQuantizeMatMul", [x, weight, scale]);
  const bits = weight.shape[2] === blockSize ? 8 : 4;
  return g.apply("MatMulNBits", [x, weight, scale], { bits, block: blockSize });
}

function linear(step: Step, x: Value, name: string): Value {
  const weight = need(step, `${name}.weight`);
  const y = product(step, x, weight, step.weight(scaleName(`${name}.weight`)));
  const bias = step.weight(`${name}.bias`);
  return bias ? step.g.apply("Add", [y, bias]) : y;
}

/** [B, T, heads * headSize], each head normalised where the model does so, and turned by its position. */
function turned(step: Step, x: Value, heads: number, norm: string): Value {
  const { g, config, weight, positions, cos, sin } = step;
  const byHead = { shape: [...x.shape.slice(0, 2), heads, config.headSize] };
  const y = weight(norm) ? g.apply("Reshape", [normed(step, g.apply("Reshape", [x], byHead), norm)], { shape: x.shape }) : x;
  return g.apply("RotaryEmbedding", [y, positions, cos, sin]);
}

/**
 * Heads of a group are lines of one product, so that keys and values are never repeated; the caches are never copied. Over the beginning that
 * rows share the lines of all of them are one product, so that it is read once a step and not once a row (Juravsky et al. 2024, Hydragen).
 */
function attention(step: Step, layer: number, x: Value): Value {
  const { g, config, mask } = step;
  const { heads, keyValueHeads: kv, headSize } = config;
  const { rows, tokens, shared, past } = freeSizes;
  const at = `blk.${layer}.`;
  const group = (heads / kv) * tokens;
  const lines = rows * group;
  const reshape = (y: Value, shape: readonly number[]) => g.apply("Reshape", [y], { shape });
  const q = turned(step, linear(step, x, `${at}attn_q`), heads, `${at}attn_q_norm.weight`);
  const k = reshape(turned(step, linear(step, x, `${at}attn_k`), kv, `${at}attn_k_norm.weight`), [rows, tokens, kv, headSize]);
  const v = reshape(linear(step, x, `${at}attn_v`), [rows, tokens, kv, headSize]);
  const byHead = g.apply("Transpose", [reshape(q, [rows, tokens, kv, heads / kv, headSize])], { perm: [2, 0, 3, 1, 4] });
  const ofRow = reshape(byHead, [kv, rows, group, headSize]);
  const ofAll = reshape(byHead, [kv, 1, lines, headSize]);
  const newKeys = g.apply("Transpose", [k], { perm: [2, 0, 3, 1] }); // [kv, B, headSize, T]
  const newValues = g.apply("Transpose", [v], { perm: [2, 0, 1, 3] }); // [kv, B, T, headSize]
  g.output(`newKeys${layer}`, newKeys);
  g.output(`newValues${layer}`, newValues);
  const cache = (name: string, shape: readonly number[]) => g.input(`${name}${layer}`, "float32", shape);
  const sharedKeys = cache("sharedKeys", [kv, 1, headSize, shared]);
  const sharedValues = cache("sharedValues", [kv, 1, shared, headSize]);
  const keys = cache("keys", [kv, rows, headSize, past]);
  const values = cache("values", [kv, rows, past, headSize]);
  const product = (y: Value, z: Value) => g.apply("MatMul", [y, z]);
  const onShared = reshape(product(ofAll, sharedKeys), [kv, rows, group, shared]);
  const scores = g.apply("Concat", [onShared, product(ofRow, keys), product(ofRow, newKeys)], { axis: 3 });
  const weights = g.apply("Softmax", [g.apply("Add", [scores, mask])]); // [kv, B, group, S + P + T]
  const parts = g.apply("Split", [weights], { axis: 3, sizes: [shared, past, tokens] });
  const [ofShared, ofPast, ofNew] = parts as [Value, Value, Value];
  const own = g.apply("Add", [product(ofPast, values), product(ofNew, newValues)]); // [kv, B, group, headSize]
  const common = reshape(product(reshape(ofShared, [kv, 1, lines, shared]), sharedValues), [kv, rows, group, headSize]);
  const perHead = reshape(g.apply("Add", [common, own]), [kv, rows, heads / kv, tokens, headSize]);
  const flat = reshape(g.apply("Transpose", [perHead], { perm: [1, 3, 0, 2, 4] }), [rows, tokens, heads * headSize]);
  return linear(step, flat, `${at}attn_output`);
}

/** SwiGLU (Shazeer 2020): down(silu(gate(x)) * up(x)). */
function feedForward(step: Step, at: string, x: Value): Value {
  const { g } = step;
  const gate = linear(step, x, `${at}ffn_gate`);
  const silu = g.apply("Mul", [gate, g.apply("Sigmoid", [gate])]);
  return linear(step, g.apply("Mul", [silu, linear(step, x, `${at}ffn_up`)]), `${at}ffn_down`);
}
