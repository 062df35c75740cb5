// BERT's encoder as a graph (Devlin et al. 2019), by the names of transformers' BertModel. Knows no head and no weights.

import type { Graph } from "../graph/graph.ts";
import type { Value } from "../graph/ops.ts";
import { type BatchShape, type Parameter, rowsInput } from "../graph/parameter.ts";
import type { BertConfig } from "./bert-config.ts";
import type { Dropout } from "./dropout.ts";
import { mixedHalves, shapeBehind, unionOfHalves } from "./mixing.ts";

/** Added to the scores of masked positions: their share of the attention is then exactly 0 in float32. */
const masked = -1e9;

/** The parameter of that name as a value of the graph. */
export interface Weight {
  (name: string): Value;
  /** x W' for a layer whose matrix the graph has in another form; undefined for the others. */
  readonly product?: (g: Graph, layer: string, x: Value) => Value | undefined;
}

/** The tables of rows that ids look up, and the inputs with the ids. */
export const lookups = {
  "bert.embeddings.word_embeddings.weight": "input_ids",
  "bert.embeddings.token_type_embeddings.weight": "token_type_ids",
} as const;

export interface Encoded {
  /** [batch * tokens, hidden] */
  readonly hidden: Value;
  /** Rows looked up, [batch, tokens, hidden], by the name of their table. */
  readonly rows: Readonly<Record<keyof typeof lookups, Value>>;
}

/** Addition of LoRA to the named layer of x; undefined where it adds nothing. */
export type Addition = (g: Graph, layer: string, x: Value) => Value | undefined;

/** Keys and values of a layer, by its index, before those of its tokens. */
export type Prefix = (layer: number) => PrefixStates;

export interface PrefixStates {
  /** [1, heads, width, length] */
  readonly keys: Value;
  /** [1, heads, length, width] */
  readonly values: Value;
}

export interface EncodeOptions {
  /** The tables' rows come as inputs (`rowsInput`), looked up by the caller. */
  readonly gathered?: boolean;
  readonly addition?: Addition;
  /** Read by every token, and never masked. */
  readonly prefix?: Prefix;
  /** At transformers' sites: after the embeddings, on attention's weights, after attention and after the feed-forward. */
  readonly dropout?: Dropout;
}

/** Dropout's sites in the encoder. */
export const encoderSites = ({ layers }: BertConfig) => 1 + 3 * layers;

/** Inputs `input_ids` and `token_type_ids`, int32 [batch, tokens], and `attention_mask`, float32 [batch, tokens] of 1 and 0. */
export function encode(g: Graph, config: BertConfig, shape: BatchShape, weight: Weight, options: EncodeOptions = {}): Encoded {
  const { hidden, rows } = embed(g, config, shape, weight, options);
  return { hidden: encodeLayers(g, config, shape, weight, hidden, options), rows };
}

/** Input of the first layer. */
export function embed(
  g: Graph,
  config: BertConfig,
  { batch, tokens }: BatchShape,
  weight: Weight,
  { gathered = false, dropout = (x) => x }: EncodeOptions = {},
): Encoded {
  if (tokens > config.maxPositions) throw new Error(`expected at most ${config.maxPositions} tokens, got ${tokens}`);
  const look = (table: keyof typeof lookups) =>
    gathered
      ? g.input(rowsInput(table), "float32", [batch, tokens, config.hiddenSize])
      : g.apply("Gather", [weight(table), g.input(lookups[table], "int32", [batch, tokens])]); // [batch, tokens, hidden]
  const words = look("bert.embeddings.word_embeddings.weight");
  const types = look("bert.embeddings.token_type_embeddings.weight");
  const table = weight("bert.embeddings.position_embeddings.weight");
  const positions = g.apply("Slice", [table], { axis: 0, start: 0, end: tokens }); // [tokens, hidden]
  const sum = g.apply("Add", [g.apply("Add", [words, types]), positions]);
  const flat = g.apply("Reshape", [sum], { shape: [batch * tokens, config.hiddenSize] });
  return {
    hidden: dropout(layerNorm(g, config, weight, "bert.embeddings.LayerNorm", flat)),
    rows: { "bert.embeddings.word_embeddings.weight": words, "bert.embeddings.token_type_embeddings.weight": types },
  };
}

/**
 * Layers from the one of index `from` up to that of `to`, all where absent, over hidden states [batch * tokens, hidden]. Behind `shape.mix` layers
 * they are those of half the batch, which sees the tokens of both.
 */
export function encodeLayers(
  g: Graph,
  config: BertConfig,
  shape: BatchShape,
  weight: Weight,
  states: Value,
  { addition = () => undefined, dropout = (x) => x, prefix }: EncodeOptions = {},
  { from = 0, to = config.layers }: { readonly from?: number; readonly to?: number } = {},
): Value {
  if (from === to) return states;
  let hidden = states;
  const mask = g.input("attention_mask", "float32", [shape.batch, shape.tokens]);
  let bias: Value | undefined;
  for (let i = from; i < to; i++) {
    const own = shapeBehind(shape, i);
    if (i === shape.mix) bias = undefined;
    bias ??= maskBias(g, own.batch < shape.batch ? unionOfHalves(g, mask) : mask);
    const before = prefix?.(i);
    hidden = layer({ g, config, shape: own, weight, addition, dropout, before }, `bert.encoder.layer.${i}`, hidden, bias);
    if (i + 1 === shape.mix) hidden = mixedHalves(g, hidden, shape.mix);
  }
  return hidden;
}

/** Added to attention's scores, [batch, 1, 1, tokens]. */
function maskBias(g: Graph, mask: Value): Value {
  const absent = g.apply("Mul", [g.apply("Sub", [g.scalar(1), mask]), g.scalar(masked)]);
  return g.apply("Reshape", [absent], { shape: [mask.shape[0] as number, 1, 1, mask.shape[1] as number] });
}

/** x W' + b, for W as checkpoints have it: [out, in]. */
export function linear(g: Graph, weight: Weight, name: string, x: Value): Value {
  const product = weight.product?.(g, name, x);
  if (product) return g.apply("Add", [product, weight(`${name}.bias`)]);
  return g.apply("Gemm", [x, weight(`${name}.weight`), weight(`${name}.bias`)], { transA: false, transB: true });
}

/** The same, with what LoRA adds. */
function dense({ g, weight, addition }: Build, name: string, x: Value): Value {
  const [y, more] = [linear(g, weight, name, x), addition(g, name, x)];
  return more ? g.apply("Add", [y, more]) : y;
}

interface Build {
  readonly g: Graph;
  readonly config: BertConfig;
  readonly shape: BatchShape;
  readonly weight: Weight;
  readonly addition: Addition;
  readonly dropout: Dropout;
  /** The layer's prefix. */
  readonly before: PrefixStates | undefined;
}

function layer(build: Build, name: string, x: Value, bias: Value): Value {
  const { g, config, weight, dropout } = build;
  const attended = attention(build, `${name}.attention.self`, x, bias);
  const projected = dropout(dense(build, `${name}.attention.output.dense`, attended));
  const middle = layerNorm(g, config, weight, `${name}.attention.output.LayerNorm`, g.apply("Add", [projected, x]));
  const inner = gelu(g, dense(build, `${name}.intermediate.dense`, middle)); // [batch * tokens, intermediate]
  const outer = dropout(dense(build, `${name}.output.dense`, inner));
  return layerNorm(g, config, weight, `${name}.output.LayerNorm`, g.apply("Add", [outer, middle]));
}

function attention(build: Build, name: string, x: Value, bias: Value): Value {
  const { g, config, shape, dropout, before } = build;
  const { batch, tokens } = shape;
  const { heads, hiddenSize } = config;
  const width = hiddenSize / heads;
  const split = (part: Value, perm: readonly number[]) =>
    g.apply("Transpose", [g.apply("Reshape", [part], { shape: [batch, tokens, heads, width] })], { perm });
  const project = (part: string) => dense(build, `${name}.${part}`, x);
  const scaled = g.apply("Mul", [project("query"), g.scalar(1 / Math.sqrt(width))]);
  const query = split(scaled, [0, 2, 1, 3]); // [batch, heads, tokens, width]
  const key = behind(g, before?.keys, split(project("key"), [0, 2, 3, 1]), 3); // [batch, heads, width, prefix + tokens]
  const value = behind(g, before?.values, split(project("value"), [0, 2, 1, 3]), 2); // [batch, heads, prefix + tokens, width]
  const seen = before ? g.apply("Pad", [bias], { axis: 3, before: before.keys.shape[3] as number, after: 0 }) : bias;
  const scores = g.apply("Add", [g.apply("MatMul", [query, key]), seen]); // [batch, heads, tokens, prefix + tokens]
  const mixed = g.apply("MatMul", [dropout(g.apply("Softmax", [scores])), value]); // [batch, heads, tokens, width]
  return g.apply("Reshape", [g.apply("Transpose", [mixed], { perm: [0, 2, 1, 3] })], { shape: [batch * tokens, hiddenSize] });
}

/** `own` with a prefix of one row before it along an axis, the same in every row of the batch. */
function behind(g: Graph, prefix: Value | undefined, own: Value, axis: number): Value {
  if (!prefix) return own;
  const spread = g.apply("Expand", [prefix], { shape: own.shape.with(axis, prefix.shape[axis] as number) });
  return g.apply("Concat", [spread, own], { axis });
}

export function layerNorm(g: Graph, config: BertConfig, weight: Weight, name: string, x: Value): Value {
  const [y] = g.apply("LayerNormalization", [x, weight(`${name}.weight`), weight(`${name}.bias`)], {
    epsilon: config.layerNormEpsilon,
  });
  return y;
}

/** x times the normal distribution's cumulative density at x, exactly, as BERT's "gelu". */
export function gelu(g: Graph, x: Value): Value {
  const erf = g.apply("Erf", [g.apply("Mul", [x, g.scalar(Math.SQRT1_2)])]);
  return g.apply("Mul", [x, g.apply("Mul", [g.apply("Add", [erf, g.scalar(1)]), g.scalar(0.5)])]);
}

/** Every parameter that `encode` reads, in the order of reading. */
export function bertParameters(config: BertConfig): Parameter[] {
  const { hiddenSize: hidden, intermediateSize: inner } = config;
  const norm = (name: string): [string, readonly number[]][] => [
    [`${name}.weight`, [hidden]],
    [`${name}.bias`, [hidden]],
  ];
  const dense = (name: string, out: number, into: number): [string, readonly number[]][] => [
    [`${name}.weight`, [out, into]],
    [`${name}.bias`, [out]],
  ];
  const layers = Array.from({ length: config.layers }, (_, i) => `encoder.layer.${i}`).flatMap((name) => [
    ...["query", "key", "value"].flatMap((part) => dense(`${name}.attention.self.${part}`, hidden, hidden)),
    ...dense(`${name}.attention.output.dense`, hidden, hidden),
    ...norm(`${name}.attention.output.LayerNorm`),
    ...dense(`${name}.intermediate.dense`, inner, hidden),
    ...dense(`${name}.output.dense`, hidden, inner),
    ...norm(`${name}.output.LayerNorm`),
  ]);
  const all: [string, readonly number[]][] = [
    ["embeddings.word_embeddings.weight", [config.vocabSize, hidden]],
    ["embeddings.position_embeddings.weight", [config.maxPositions, hidden]],
    ["embeddings.token_type_embeddings.weight", [config.typeVocabSize, hidden]],
    ...norm("embeddings.LayerNorm"),
    ...layers,
  ];
  return all.map(([name, shape]) => ({ name: `bert.${name}`, shape, aliases: aliasesOf(name), missing: "error" }));
}

/** Checkpoints of the bare encoder have no prefix; those made from TensorFlow's call LayerNorm's weight gamma and its bias beta. */
export function aliasesOf(name: string): string[] {
  const old = name.replace(/LayerNorm\.weight$/, "LayerNorm.gamma").replace(/LayerNorm\.bias$/, "LayerNorm.beta");
  return old === name ? [name] : [name, `bert.${old}`, old];
}
