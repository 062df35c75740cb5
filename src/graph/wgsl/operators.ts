// Every operator as WGSL: a number of its output from numbers of its inputs, or the kind of kernel that computes it. Knows no memory.

import type { Inputs, Node, Op, Value } from "../ops.ts";
import { sizeOf } from "../ops.ts";
import { packedLibrary } from "./halves.ts";
import { Place } from "./place.ts";

/** Reads a number of a value at a place. */
export type Read = (value: Value, at: Place) => string;

/** `cost` counts instructions, roughly. */
type Pointwise = { readonly kind: "pointwise"; readonly cost: number; readonly write: (x: string, y: string) => string };

export type OperatorRule<O extends Op> =
  /** One number from the same place of each input, with numpy's broadcasting. */
  | Pointwise
  /** Numbers of the inputs in another order, fewer or more of them. `straight`: an index on each side, whatever lies between. */
  | { readonly kind: "view"; readonly moved: boolean; readonly read: (node: Node<O>, at: Place, read: Read) => string }
  /** A kernel of its own. */
  | { readonly kind: "sum" | "rows" | "product" }
  | { readonly kind: "none"; readonly why: string };

const point = (write: Pointwise["write"], cost = 1): Pointwise => ({ kind: "pointwise", cost, write });
const view = <O extends Op>(read: (node: Node<O>, at: Place, read: Read) => string, moved = true): OperatorRule<O> => ({
  kind: "view",
  moved,
  read,
});
const decoding = { kind: "none", why: "it is for decoding alone" } as const;

export const operatorRules: { readonly [O in Op]: OperatorRule<O> } = {
  Add: point((x, y) => `(${x} + ${y})`),
  Sub: point((x, y) => `(${x} - ${y})`),
  Mul: point((x, y) => `(${x} * ${y})`),
  Div: point((x, y) => `(${x} / ${y})`, 4),
  Exp: point((x) => `exp(${x})`, 4),
  Log: point((x) => `log(${x})`, 4),
  Erf: point((x) => `erf(${x})`, 16),
  // Beyond 10 it is 1 in float32, and some drivers give NaN.
  Tanh: point((x) => `tanh(clamp(${x}, -10.0, 10.0))`, 8),
  Sigmoid: point((x) => `(1.0 / (1.0 + exp(-(${x}))))`, 8),
  Floor: point((x) => `floor(${x})`),
  MatMul: { kind: "product" },
  Gemm: { kind: "product" },
  Softmax: { kind: "rows" },
  LayerNormalization: { kind: "rows" },
  SimplifiedLayerNormalization: { kind: "rows" },
  ReduceSum: { kind: "sum" },
  ReduceMean: { kind: "sum" },
  Reshape: view(({ inputs: [x] }, at, read) => read(x, at.as(x.shape)), false),
  Expand: view(({ inputs: [x] }, at, read) => read(x, at.of(x.shape))),
  Transpose: view(({ inputs: [x], attrs: { perm } }, at, read) => {
    const axes = x.shape.map((_, i) => at.axes[perm.indexOf(i)] as string);
    return read(x, Place.axes(at.block, x.shape, axes));
  }),
  Slice: view(({ inputs: [x], attrs: { axis, start } }, at, read) => {
    if (start === 0 && sizeOf(x.shape.slice(0, axis)) === 1) return read(x, Place.flat(at.block, x.shape, at.flat));
    const axes = at.axes.map((index, i) => (i === axis ? moved(at, index, start) : index));
    return read(x, Place.axes(at.block, x.shape, axes));
  }),
  Pad: view(({ inputs: [x], attrs: { axis, before } }, at, read) => {
    const size = x.shape[axis] as number;
    const index = at.axes[axis] as string;
    // Below zero the difference wraps round, and is clamped as well.
    const inside = at.block.hold(`min(${index} - ${before}u, ${size - 1}u)`);
    const number = read(x, Place.axes(at.block, x.shape, at.axes.with(axis, inside)));
    return `select(0.0, ${number}, ${index} >= ${before}u && ${index} < ${before + size}u)`;
  }),
  Concat: view(({ inputs: [x, y], attrs: { axis } }, at, read) => {
    if (!y) return read(x, at);
    const [size, other] = [x.shape[axis] as number, y.shape[axis] as number];
    const index = at.axes[axis] as string;
    const part = (value: Value, own: string) =>
      read(value, Place.axes(at.block, value.shape, at.axes.with(axis, at.block.hold(own))));
    const first = part(x, `min(${index}, ${size - 1}u)`);
    const second = part(y, `min(${index} - ${size}u, ${other - 1}u)`);
    return `select(${second}, ${first}, ${index} < ${size}u)`;
  }),
  Gather: view(({ inputs: [table, indices] }, at, read) => {
    const rank = indices.shape.length;
    const row = at.block.hold(`u32(${read(indices, Place.axes(at.block, indices.shape, at.axes.slice(0, rank)))})`);
    return read(table, Place.axes(at.block, table.shape, [row, ...at.axes.slice(rank)]));
  }),
  Split: { kind: "none", why: "it has several outputs; Slice gives each" },
  DynamicQuantizeMatMul: decoding,
  MatMulNBits: decoding,
  RotaryEmbedding: decoding,
  SkipSimplifiedLayerNormalization: decoding,
};

const moved = (at: Place, index: string, by: number) => (by === 0 ? index : at.block.hold(`${index} + ${by}u`));

/** Functions that the operators' code calls, by a word of the call. */
export const libraries: readonly (readonly [call: string, code: string])[] = [
  [
    "erf(",
    // A rational approximation within 2 units in the last place on [-4, 4], beyond which the result is 1 in float32 (Eigen, XLA).
    `fn erf(given: f32) -> f32 {
  let x = clamp(given, -4.0, 4.0);
  let s = x * x;
  let p = ((((((-2.72614225801306e-10 * s + 2.77068142495902e-08) * s - 2.10102402082508e-06) * s - 5.69250639462346e-05) * s
    - 7.34990630326855e-04) * s - 2.95459980854025e-03) * s - 1.60960333262415e-02);
  let q = ((((-1.45660718464996e-05 * s - 2.13374055278905e-04) * s - 1.68282697438203e-03) * s - 7.37332916720468e-03) * s
    - 1.42647390514189e-02);
  return x * p / q;
}`,
  ],
  [
    "rounded(",
    // A product that is rounded before anything is added to it, which a compiler cannot see through: \`nothing\` is 0.
    `fn rounded(x: f32) -> f32 { return bitcast<f32>(bitcast<u32>(x) ^ nothing); }`,
  ],
  ["packed(", packedLibrary],
];

/** Inputs that are there. */
export const presentInputs = (node: Node): Value[] => (node.inputs as Inputs<"Gemm">).filter((value) => value !== null);

/** The rule of a node, whatever its operator. */
export const ruleOf = (node: Node): OperatorRule<Op> => operatorRules[node.op] as OperatorRule<Op>;
