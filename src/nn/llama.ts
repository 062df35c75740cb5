// A decoder of the Llama family as a graph: one step over rows of tokens that follow what a cache holds. Knows no weights and no runtime.
//
// Sizes that a run chooses, written as stand-ins: rows B, tokens of the step T, length of the beginning that all rows share S, of each row's
// own cache after it P. With G heads a group:
// Inputs: ids int32 [B, T]; cos, sin, queryCos, querySin float32 [B, T, 1, headSize]; mask float32 [1, 1, B * G * T, S + P + T], 0 for what a
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
 * How the matrices are multiplied. `int8`: weights of 8 bits with a scale a column, their inputs rounded to 8 bits as they come; for WASM.
 * `blocks8`, `blocks4`: weights of 8 or 4 bits with a scale for each block of a row, multiplied as floats; for WebGPU.
 */
export type LlamaPrecision = "float32" | "int8" | "blocks8" | "blocks4";

/** A weight as the graph wants it: a GGUF tensor, its rows perhaps in another order, perhaps transposed. */
export interface LlamaParameter {
  /** Of the graph's input. */
  readonly name: string;
  /** Of the GGUF's tensor. */
  readonly tensor: string;
  /** The graph has an input `scaleName(name)` as well where it is not float32. */
  readonly precision: LlamaPrecision;
  /** In the graph, were it float32. */
  readonly shape: readonly number[];
  /** In the file: [out, in]; [1, size] for a vector. */
  readonly matrix: readonly [rows: number, columns: number];
  /** The file has [out, in], the graph multiplies by [in, out]. */
  readonly transposed: boolean;
  /**
   * Heads whose rows the file interleaves: llama.cpp turns neighbours (0, 1), (2, 3), ... by the position where the graph turns halves
   * (0, n / 2), (1, n / 2 + 1), ...; 0 where the order is the graph's own.
   */
  readonly interleavedHeads: number;
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
  const { hiddenSize, heads, keyValueHeads, headSize, intermediateSize, vocabSize, architecture } = config;
  const interleaved = architecture === "llama" || architecture === "mistral";
  const plain = { precision: "float32", transposed: false, interleavedHeads: 0 } as const;
  const vector = (name: string, size: number): LlamaParameter => ({
    ...plain,
    name,
    tensor: name,
    shape: [size],
    matrix: [1, size],
  });
  const table = (name: string): LlamaParameter => ({
    ...plain,
    name,
    tensor: name,
    shape: [vocabSize, hiddenSize],
    matrix: [vocabSize, hiddenSize],
  });
  const linear = (name: string, input: number, output: number, turnedHeads = 0): LlamaParameter[] => [
    {
      name: `${name}.weight`,
      tensor: `${name}.weight`,
      precision: blocksOf(precision) && input % blockSize !== 0 ? "float32" : precision,
      shape: [input, output],
      matrix: [output, input],
      transposed: true,
      interleavedHeads: interleaved ? turnedHeads : 0,
    },
  ];
  const head = (): LlamaParameter[] => {
    if (precision === "float32") return tied ? [] : [table("output.weight")];
    const [weight] = linear("output", hiddenSize, vocabSize) as [LlamaParameter];
    return [{ ...weight, tensor: tied ? "token_embd.weight" : "output.weight" }];
  };
  const layer = (i: number): LlamaParameter[] => {
    const at = (name: string) => `blk.${i}.${name}`;
    const bias = (name: string, size: number) => (architecture === "qwen2" ? [vector(`${at(name)}.bias`, size)] : []);
    const norm = (name: string) => (architecture === "qwen3" ? [vector(`${at(name)}.weight`, headSize)] : []);
    return [
      vector(at("attn_norm.weight"), hiddenSize),
      ...linear(at("attn_q"), hiddenSize, heads * headSize, heads),
      ...bias("attn_q", heads * headSize),
      ...norm("attn_q_norm"),
      ...linear(at("attn_k"), hiddenSize, keyValueHeads * headSize, keyValueHeads),
      ...bias("attn_k", keyValueHeads * headSize),
      ...norm("attn_k_norm"),
      ...linear(at("attn_v"), hiddenSize, keyValueHeads * headSize),
      ...bias("attn_v", keyValueHeads * headSize),
      ...linear(at("attn_output"), heads * headSize, hiddenSize),
      vector(at("ffn_norm.weight"), hiddenSize),
      ...linear(at("ffn_gate"), hiddenSize, intermediateSize),
      ...linear(at("ffn_up"), hiddenSize, intermediateSize),
      // Its inputs have outliers that 8 bits over their range do not hold (Dettmers et al. 2022): SmolLM2's logits move by 6.6, without it by 2.9.
      ...linear(at("ffn_down"), intermediateSize, hiddenSize).map(
        (w): LlamaParameter => (w.precision === "int8" ? { ...w, precision: "float32" } : w),
      ),
    ];
  };
  return [
    table("token_embd.weight"),
    ...Array.from({ length: config.layers }, (_, i) => layer(i)).flat(),
    vector("output_norm.weight", hiddenSize),
    ...head(),
  ];
}

/** The graph of a step. See the head of this file. */
export function llamaGraph(config: LlamaConfig, tied: boolean, precision: LlamaPrecision = "float32"): Graph {
  const { rows, tokens, shared, past } = freeSizes;
  const { hiddenSize, headSize, heads, keyValueHeads } = config;
  const lines = rows * (heads / keyValueHeads) * tokens;
  const g = new Graph();
  const weights = new Map<string, Value>();
  for (const parameter of llamaParameters(config, tied, precision)) {
    for (const [name, { dtype, shape }] of weightInputs(parameter)) weights.set(name, g.input(name, dtype, shape));
  }
  const ids = g.input("ids", "int32", [rows, tokens]);
  const angles = (name: string) => g.input(name, "float32", [rows, tokens, 1, headSize]);
  const step: Step = {
    g,
    config,
    weight: (name) => weights.get(name),
    keyTurn: { cos: angles("cos"), sin: angles("sin") },
    queryTurn: { cos: angles("queryCos"), sin: angles("querySin") },
    mask: g.input("mask", "float32", [1, 1, lines, shared + past + tokens]),
  };
  const last = g.input("last", "int32", [rows]);
  let x = g.apply("Gather", [need(step, "token_embd.weight"), ids]); // [B, T, hidden]
  for (let i = 0; i < config.layers; i++) {
    const at = `blk.${i}.`;
    x = g.apply("Add", [x, attention(step, i, normed(step, x, `${at}attn_norm.weight`))]);
    x = g.apply("Add", [x, feedForward(step, at, normed(step, x, `${at}ffn_norm.weight`))]);
  }
  const chosen = g.apply("Gather", [g.apply("Reshape", [x], { shape: [rows * tokens, hiddenSize] }), last]); // [B, hidden]
  const y = normed(step, chosen, "output_norm.weight");
  if (weights.has(scaleName("output.weight"))) g.output("logits", linear(step, y, "output"));
  else {
    const head = need(step, tied ? "token_embd.weight" : "output.weight");
    g.output("logits", g.apply("Gemm", [y, head, null], { transA: false, transB: true }));
  }
  return g;
}

interface Turn {
  readonly cos: Value;
  readonly sin: Value;
}

interface Step {
  readonly g: Graph;
  readonly config: LlamaConfig;
  readonly weight: (name: string) => Value | undefined;
  readonly keyTurn: Turn;
  /** Carries attention's factor headSize^-1/2 as well. */
  readonly queryTurn: Turn;
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

/** [B, T, heads * headSize] -> [B, T, heads, headSize], each head normalised where the model does so, and turned by its position. */
function turned(step: Step, x: Value, heads: number, norm: string, { cos, sin }: Turn): Value {
  const { g, config, weight } = step;
  const { rows, tokens } = freeSizes;
  const half = config.headSize / 2;
  let y = g.apply("Reshape", [x], { shape: [rows, tokens, heads, config.headSize] });
  if (weight(norm)) y = normed(step, y, norm);
  const first = g.apply("Slice", [y], { axis: 3, start: 0, end: half });
  const second = g.apply("Slice", [y], { axis: 3, start: half, end: config.headSize });
  const swapped = g.apply("Concat", [second, first], { axis: 3 }); // `sin` has the first half's sign
  return g.apply("Add", [g.apply("Mul", [y, cos]), g.apply("Mul", [swapped, sin])]);
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
  const q = turned(step, linear(step, x, `${at}attn_q`), heads, `${at}attn_q_norm.weight`, step.queryTurn);
  const k = turned(step, linear(step, x, `${at}attn_k`), kv, `${at}attn_k_norm.weight`, step.keyTurn);
  const reshape = (y: Value, shape: readonly number[]) => g.apply("Reshape", [y], { shape });
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
  const onRow = (y: Value) => reshape(g.apply("MatMul", [ofRow, y]), [kv, 1, lines, y.shape[3] as number]);
  const concat = (a: Value, b: Value) => g.apply("Concat", [a, b], { axis: 3 });
  const scores = concat(g.apply("MatMul", [ofAll, sharedKeys]), concat(onRow(keys), onRow(newKeys)));
  const weights = g.apply("Softmax", [g.apply("Add", [scores, mask])]); // [kv, 1, lines, S + P + T]
  const slice = (y: Value, start: number, end: number) => g.apply("Slice", [y], { axis: 3, start, end });
  const own = slice(weights, shared, shared + past + tokens);
  const weighed = (y: Value, of: Value) => g.apply("MatMul", [reshape(y, [kv, rows, group, y.shape[3] as number]), of]);
  const onOwn = g.apply("Add", [weighed(slice(own, 0, past), values), weighed(slice(own, past, past + tokens), newValues)]); // [kv, B, group, headSize]
  const onShared = reshape(g.apply("MatMul", [slice(weights, 0, shared), sharedValues]), [kv, rows, group, headSize]);
  const perHead = reshape(g.apply("Add", [onShared, onOwn]), [kv, rows, heads / kv, tokens, headSize]);
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
