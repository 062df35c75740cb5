// A graph as an ONNX file. Knows ONNX's schema (onnx.proto3) and operator sets; knows no runtime.

import { axisOf, type Dimension, dimensionsOf, type FreeSizes, fedName, openSizes, type SizeInput } from "./free-sizes.ts";
import type { Graph } from "./graph.ts";
import type { Attrs, DType, Node, Op, Shape, Value } from "./ops.ts";
import { Message } from "./protobuf.ts";

const irVersion = 8;
/** Operator set of the default domain: 18 has the axes of every reduction as an input. */
const opset = 18;
/** Operators of onnxruntime's own. */
const contributed = { domain: "com.microsoft", version: 1 };

type Attribute = { readonly integer: number } | { readonly float: number } | { readonly integers: readonly number[] };

/** ONNX form of one operator's attributes. */
interface Lowering {
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly domain?: string;
  /** Positions of the operator's outputs among ONNX's; absent for the first ones. */
  readonly outputs?: readonly number[];
  /** Attributes of ours that are int64 inputs of ONNX's operator, after the node's own. */
  readonly inputs?: readonly (readonly number[])[];
}

const plain = (): Lowering => ({});

const reduction = ({ axes, keepdims }: Attrs<"ReduceSum">): Lowering => ({
  attributes: { keepdims: { integer: Number(keepdims) } },
  inputs: [axes],
});

const lowerings: { readonly [O in Op]: (attrs: Attrs<O>, node: Node<O>) => Lowering } = {
  Add: plain,
  Sub: plain,
  Mul: plain,
  Div: plain,
  Exp: plain,
  Log: plain,
  Erf: plain,
  Tanh: plain,
  Sigmoid: plain,
  Floor: plain,
  MatMul: plain,
  Gemm: ({ transA, transB }) => ({
    attributes: { transA: { integer: Number(transA) }, transB: { integer: Number(transB) } },
  }),
  DynamicQuantizeMatMul: () => ({ domain: contributed.domain }),
  MatMulNBits: ({ bits, block }, { inputs: [x, w] }) => ({
    domain: contributed.domain,
    attributes: {
      K: { integer: x.shape.at(-1) as number },
      N: { integer: w.shape[0] as number },
      bits: { integer: bits },
      block_size: { integer: block },
    },
  }),
  Transpose: ({ perm }) => ({ attributes: { perm: { integers: perm } } }),
  Expand: ({ shape }) => ({ inputs: [shape] }),
  Reshape: ({ shape }) => ({ inputs: [shape] }),
  Softmax: () => ({ attributes: { axis: { integer: -1 } } }),
  LayerNormalization: ({ epsilon }) => ({ attributes: { axis: { integer: -1 }, epsilon: { float: epsilon } } }),
  SimplifiedLayerNormalization: ({ epsilon }) => ({ attributes: { axis: { integer: -1 }, epsilon: { float: epsilon } } }),
  SkipSimplifiedLayerNormalization: ({ epsilon }) => ({
    domain: contributed.domain,
    attributes: { epsilon: { float: epsilon } },
    outputs: [0, 3],
  }),
  RotaryEmbedding: () => ({ domain: contributed.domain }),
  ReduceSum: reduction,
  ReduceMean: reduction,
  Gather: () => ({ attributes: { axis: { integer: 0 } } }),
  Concat: ({ axis }) => ({ attributes: { axis: { integer: axis } } }),
  Split: ({ axis, sizes }) => ({ attributes: { axis: { integer: axis } }, inputs: [sizes] }),
  Slice: ({ axis, start, end }) => ({ inputs: [[start], [end], [axis]] }),
  Pad: ({ axis, before, after }, { inputs: [x] }) => {
    const at = (n: number) => x.shape.map((_, i) => (i === axis ? n : 0));
    return { inputs: [[...at(before), ...at(after)]] };
  },
};

const dataTypes: Readonly<Record<DType, number>> = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7 };

export interface OnnxOptions {
  /** Stand-in sizes of the graph that the file leaves open. */
  readonly free?: FreeSizes;
  /** Inputs that are constants of the file, each with its bytes outside it, under its name as the location. */
  readonly external?: ReadonlySet<string>;
  /** Inputs that are constants of the file, their bytes in it. */
  readonly held?: ReadonlyMap<string, Uint8Array>;
  /** Inputs that the file takes as int64 and narrows: what other libraries feed. */
  readonly wide?: ReadonlySet<string>;
  /** Computes shapes of several symbolic dimensions in the file; else they are inputs (see `fedShapes`). */
  readonly join?: boolean;
}

/** The bytes of a ModelProto that holds what the graph's outputs need, its inputs and outputs under their own names. */
export function toOnnx(g: Graph, options: OnnxOptions = {}): Uint8Array<ArrayBuffer> {
  return modelProto(g, options).finish();
}

/** The same bytes in pieces, so that large weights are held once. */
export function toOnnxParts(g: Graph, options: OnnxOptions): readonly Uint8Array[] {
  return modelProto(g, options).parts();
}

function modelProto(g: Graph, options: OnnxOptions): Message {
  const { free = {}, external = new Set(), held = new Map(), wide = new Set(), join = false } = options;
  const nodes = needed(g);
  const names = new Map<number, string>();
  for (const [name, value] of g.inputs) names.set(value.id, wide.has(name) ? narrowName(name) : name);
  const graph = new Message();
  const copies: [from: string, to: string][] = []; // an output that is an input, or another output as well
  for (const [name, value] of g.outputs) {
    const named = names.get(value.id);
    if (named === undefined && g.producer(value)) names.set(value.id, name);
    else copies.push([named ?? nameOf(value), name]);
  }
  const name = (value: Value) => names.get(value.id) ?? nameOf(value);

  const sizes = new Map<string, SizeInput>(); // int64 vectors, each once
  const protos = nodes.map((node) => nodeProto(node, name, { free, join }, sizes));
  for (const [key, value] of g.inputs) if (wide.has(key)) graph.message(1, narrowProto(key, value.dtype));
  for (const size of [...sizes.values()]) {
    if (!("joined" in size)) continue;
    for (const part of size.joined.map(partOf)) sizes.set(keyOf(part), part);
  }
  for (const [key, size] of sizes) if ("sizeOf" in size) graph.message(1, shapeProto(key, axisOf(g, free, size.sizeOf)));
  for (const [key, size] of sizes) if ("joined" in size) graph.message(1, joinProto(key, size.joined.map(partOf)));
  for (const proto of protos) graph.message(1, proto);
  for (const [from, to] of copies)
    graph.message(1, new Message().text(1, from).text(2, to).text(3, `copy:${to}`).text(4, "Identity"));
  graph.text(2, "clinfuse");
  for (const { value, data } of g.constants) {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    graph.message(5, tensorProto(name(value), value.dtype, value.shape, bytes));
  }
  for (const [key, size] of sizes) {
    if (!("constant" in size)) continue;
    const data = BigInt64Array.from(size.constant, (n) => BigInt(n));
    graph.message(5, tensorProto(key, "int64", [size.constant.length], new Uint8Array(data.buffer)));
  }
  for (const [key, value] of g.inputs) {
    const bytes = held.get(key);
    if (bytes) graph.message(5, tensorProto(key, value.dtype, value.shape, bytes));
    else if (external.has(key)) graph.message(5, externalProto(key, value));
    else if (wide.has(key)) graph.message(11, valueInfo(key, { ...value, dtype: "int64" }, free));
    else graph.message(11, valueInfo(key, value, free));
  }
  for (const [key, size] of sizes) {
    if ("fed" in size) graph.message(11, valueInfo(key, { dtype: "int64", shape: [size.fed.length] }, {}));
  }
  for (const [key, value] of g.outputs) graph.message(12, valueInfo(key, value, free));
  return new Message()
    .integer(1, irVersion)
    .text(2, "clinfuse")
    .message(7, graph)
    .message(8, new Message().text(1, "").integer(2, opset))
    .message(8, new Message().text(1, contributed.domain).integer(2, contributed.version));
}

const nameOf = (value: Value) => `v${value.id}`;

/** Nodes on which an output depends, in the order of making. */
function needed(g: Graph): Node[] {
  const wanted = new Set([...g.outputs.values()].map((value) => value.id));
  const nodes: Node[] = [];
  for (const node of g.nodes.toReversed()) {
    if (!node.outputs.some((value) => wanted.has(value.id))) continue;
    for (const value of node.inputs) if (value) wanted.add(value.id);
    nodes.push(node);
  }
  return nodes.reverse();
}

interface Sizing {
  readonly free: FreeSizes;
  readonly join: boolean;
}

function nodeProto(node: Node, name: (value: Value) => string, sizing: Sizing, sizes: Map<string, SizeInput>): Message {
  const lower = lowerings[node.op] as (attrs: Attrs<Op>, node: Node) => Lowering;
  const { attributes = {}, inputs = [], outputs = node.outputs.map((_, i) => i), domain } = lower(node.attrs, node);
  const proto = new Message();
  for (const value of node.inputs) proto.text(1, value ? name(value) : "");
  for (const numbers of inputs) {
    const size = openSizes(sizing.free, node, numbers, sizing.join);
    const key = keyOf(size);
    sizes.set(key, size);
    proto.text(1, key);
  }
  for (let at = 0; at <= (outputs.at(-1) as number); at++) {
    const value = node.outputs[outputs.indexOf(at)];
    proto.text(2, value ? name(value) : "");
  }
  proto.text(3, `${node.op}:${node.outputs[0].id}`).text(4, node.op);
  for (const [key, attribute] of Object.entries(attributes)) proto.message(5, attributeProto(key, attribute));
  if (domain) proto.text(7, domain);
  return proto;
}

function keyOf(size: SizeInput): string {
  if ("fed" in size) return fedName(size.fed);
  if ("joined" in size) return `joined(${size.joined})`;
  return "sizeOf" in size ? `size(${size.sizeOf})` : `i(${size.constant})`;
}

const partOf = (part: number | string): SizeInput => (typeof part === "string" ? { sizeOf: part } : { constant: [part] });

function joinProto(key: string, parts: readonly SizeInput[]): Message {
  const proto = new Message();
  for (const part of parts) proto.text(1, keyOf(part));
  return proto
    .text(2, key)
    .text(3, key)
    .text(4, "Concat")
    .message(5, attributeProto("axis", { integer: 0 }));
}

const narrowName = (key: string) => `${key}:narrow`;

function narrowProto(key: string, dtype: DType): Message {
  const to = attributeProto("to", { integer: dataTypes[dtype] });
  return new Message().text(1, key).text(2, narrowName(key)).text(3, narrowName(key)).text(4, "Cast").message(5, to);
}

function attributeProto(key: string, attribute: Attribute): Message {
  const proto = new Message().text(1, key);
  if ("float" in attribute) return proto.float(2, attribute.float).integer(20, 1);
  if ("integer" in attribute) return proto.integer(3, attribute.integer).integer(20, 2);
  for (const n of attribute.integers) proto.integer(8, n);
  return proto.integer(20, 7);
}

function tensorProto(key: string, dtype: DType, shape: Shape, bytes: Uint8Array): Message {
  const proto = new Message();
  for (const d of shape) proto.integer(1, d);
  return proto.integer(2, dataTypes[dtype]).text(8, key).bytes(9, bytes);
}

/** The size of one axis of an input, as an int64 vector of one. */
function shapeProto(key: string, { input, axis }: { readonly input: string; readonly axis: number }): Message {
  return new Message()
    .text(1, input)
    .text(2, key)
    .text(3, key)
    .text(4, "Shape")
    .message(5, attributeProto("start", { integer: axis }))
    .message(5, attributeProto("end", { integer: axis + 1 }));
}

function externalProto(key: string, { dtype, shape }: Value): Message {
  const proto = new Message();
  for (const d of shape) proto.integer(1, d);
  return proto
    .integer(2, dataTypes[dtype])
    .text(8, key)
    .message(13, new Message().text(1, "location").text(2, key))
    .integer(14, 1); // EXTERNAL
}

function dimension(d: Dimension): Message {
  if (d === undefined) return new Message();
  return typeof d === "string" ? new Message().text(2, d) : new Message().integer(1, d);
}

function valueInfo(key: string, { dtype, shape }: Pick<Value, "dtype" | "shape">, free: FreeSizes): Message {
  const dims = new Message();
  for (const d of dimensionsOf(free, shape)) dims.message(1, dimension(d));
  const tensor = new Message().integer(1, dataTypes[dtype]).message(2, dims);
  return new Message().text(1, key).message(2, new Message().message(1, tensor));
}
