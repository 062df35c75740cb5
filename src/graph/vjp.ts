// The vector-Jacobian product of each operator: it passes a gradient back. Knows no order of nodes; gradient.ts walks them.

import type { Graph } from "./graph.ts";
import type { DifferentiableOp, Inputs, Node, Op, Shape, Value } from "./ops.ts";
import { sizeOf } from "./ops.ts";

/** One gradient for each input, of its shape; null where none passes: an integer input, an optional input that is absent. */
type Cotangents<I> = { readonly [K in keyof I]: Value | null };

/** `cotangent` belongs to the first output; the others carry none. What a rule makes and nobody needs never reaches the file. */
export type Vjp<O extends Op> = (g: Graph, cotangent: Value, node: Node<O>) => Cotangents<Inputs<O>>;

export const vjp: { readonly [O in DifferentiableOp]: Vjp<O> } = {
  Add: (g, ct, { inputs: [x, y] }) => [sumTo(g, ct, x.shape), sumTo(g, ct, y.shape)],
  Sub: (g, ct, { inputs: [x, y] }) => [sumTo(g, ct, x.shape), times(g, sumTo(g, ct, y.shape), -1)],
  Mul: (g, ct, { inputs: [x, y] }) => [sumTo(g, g.apply("Mul", [ct, y]), x.shape), sumTo(g, g.apply("Mul", [ct, x]), y.shape)],
  Div: (g, ct, { inputs: [x, y], outputs: [quotient] }) => {
    const dx = g.apply("Div", [ct, y]);
    return [sumTo(g, dx, x.shape), times(g, sumTo(g, g.apply("Mul", [dx, quotient]), y.shape), -1)];
  },
  Exp: (g, ct, { outputs: [y] }) => [g.apply("Mul", [ct, y])],
  Log: (g, ct, { inputs: [x] }) => [g.apply("Div", [ct, x])],
  Erf: (g, ct, { inputs: [x] }) => {
    const density = g.apply("Exp", [times(g, g.apply("Mul", [x, x]), -1)]);
    return [g.apply("Mul", [ct, times(g, density, 2 / Math.sqrt(Math.PI))])];
  },
  Tanh: (g, ct, { outputs: [y] }) => [g.apply("Mul", [ct, g.apply("Sub", [g.scalar(1), g.apply("Mul", [y, y])])])],
  Sigmoid: (g, ct, { outputs: [y] }) => [g.apply("Mul", [ct, g.apply("Mul", [y, g.apply("Sub", [g.scalar(1), y])])])],
  MatMul: (g, ct, { inputs: [x, y] }) => [
    sumTo(g, g.apply("MatMul", [ct, swapLast(g, y)]), x.shape),
    sumTo(g, g.apply("MatMul", [swapLast(g, x), ct]), y.shape),
  ],
  Gemm: (g, ct, { inputs: [a, b, c], attrs: { transA, transB } }) => [
    transA
      ? g.apply("Gemm", [b, ct, null], { transA: transB, transB: true })
      : g.apply("Gemm", [ct, b, null], { transA: false, transB: !transB }),
    transB
      ? g.apply("Gemm", [ct, a, null], { transA: true, transB: transA })
      : g.apply("Gemm", [a, ct, null], { transA: !transA, transB: false }),
    c && sumTo(g, ct, c.shape),
  ],
  Transpose: (g, ct, { attrs: { perm } }) => [g.apply("Transpose", [ct], { perm: perm.map((_, i) => perm.indexOf(i)) })],
  Expand: (g, ct, { inputs: [x] }) => [sumTo(g, ct, x.shape)],
  Reshape: (g, ct, { inputs: [x] }) => [x.dtype === "float32" ? g.apply("Reshape", [ct], { shape: x.shape }) : null],
  Softmax: (g, ct, { outputs: [y] }) => {
    const last = { axes: [y.shape.length - 1], keepdims: true };
    const mean = g.apply("ReduceSum", [g.apply("Mul", [ct, y])], last); // of the cotangent, under the probabilities
    return [g.apply("Mul", [y, g.apply("Sub", [ct, mean])])];
  },
  LayerNormalization: (g, ct, { inputs: [x, scale, bias], outputs: [, mean, inverseDeviation] }) => {
    const last = { axes: [x.shape.length - 1], keepdims: true };
    const normal = g.apply("Mul", [g.apply("Sub", [x, mean]), inverseDeviation]);
    const dScale = g.apply("Mul", [ct, normal]);
    const dNormal = g.apply("Mul", [ct, scale]);
    const along = g.apply("ReduceMean", [g.apply("Mul", [dNormal, normal])], last); // [..., 1]
    const level = g.apply("ReduceMean", [dNormal], last); // [..., 1]
    const centred = g.apply("Sub", [g.apply("Sub", [dNormal, level]), g.apply("Mul", [normal, along])]);
    return [g.apply("Mul", [centred, inverseDeviation]), sumTo(g, dScale, scale.shape), sumTo(g, ct, bias.shape)];
  },
  SimplifiedLayerNormalization: (g, ct, { inputs: [x, scale], attrs: { epsilon } }) => {
    const last = { axes: [x.shape.length - 1], keepdims: true };
    const power = g.apply("Add", [g.apply("ReduceMean", [g.apply("Mul", [x, x])], last), g.scalar(epsilon)]); // [..., 1]
    const inverse = g.apply("Exp", [times(g, g.apply("Log", [power]), -0.5)]);
    const normal = g.apply("Mul", [x, inverse]);
    const dNormal = g.apply("Mul", [ct, scale]);
    const along = g.apply("ReduceMean", [g.apply("Mul", [dNormal, normal])], last);
    const dx = g.apply("Mul", [g.apply("Sub", [dNormal, g.apply("Mul", [normal, along])]), inverse]);
    return [dx, sumTo(g, g.apply("Mul", [ct, normal]), scale.shape)];
  },
  ReduceSum: (g, ct, { inputs: [x], attrs: { axes } }) => [spread(g, ct, x.shape, axes)],
  ReduceMean: (g, ct, { inputs: [x], attrs: { axes }, outputs: [y] }) => [
    spread(g, times(g, ct, sizeOf(y.shape) / sizeOf(x.shape)), x.shape, axes),
  ],
  Gather: () => {
    // onnxruntime's ScatterND loses additions where indices repeat and several threads run.
    throw new Error(
      "Gather passes no gradient to its table: ask for the gradient of the rows that it gives and add them up outside",
    );
  },
  Concat: (g, ct, { inputs: [x, ...others], attrs: { axis } }) => {
    let end = 0;
    const next = ({ shape }: Value) => {
      const start = end;
      end += shape[axis] as number;
      return g.apply("Slice", [ct], { axis, start, end });
    };
    return [next(x), ...others.map(next)];
  },
  Slice: (g, ct, { inputs: [x], attrs: { axis, start, end } }) => [
    g.apply("Pad", [ct], { axis, before: start, after: (x.shape[axis] as number) - end }),
  ],
  Pad: (g, ct, { inputs: [x], attrs: { axis, before } }) => [
    g.apply("Slice", [ct], { axis, start: before, end: before + (x.shape[axis] as number) }),
  ],
};

function times(g: Graph, x: Value, factor: number): Value {
  return g.apply("Mul", [x, g.scalar(factor)]);
}

/** Undoes a broadcast: sums over the axes that `shape` lacks or has with size 1. */
function sumTo(g: Graph, x: Value, shape: Shape): Value {
  const lacking = x.shape.length - shape.length;
  const axes = x.shape.flatMap((d, i) => (i < lacking || (shape[i - lacking] === 1 && d !== 1) ? [i] : []));
  const sum = axes.length > 0 ? g.apply("ReduceSum", [x], { axes, keepdims: false }) : x;
  return `${sum.shape}` === `${shape}` ? sum : g.apply("Reshape", [sum], { shape });
}

/** Undoes a reduction: the same number along each axis that was reduced. */
function spread(g: Graph, x: Value, shape: Shape, axes: readonly number[]): Value {
  const kept = g.apply("Reshape", [x], { shape: shape.map((d, i) => (axes.includes(i) ? 1 : d)) });
  return g.apply("Expand", [kept], { shape });
}

/** Swaps the last two axes; of a transposed value by one Transpose of what it came from. */
function swapLast(g: Graph, x: Value): Value {
  const order = x.shape.map((_, i) => i);
  const swap = [...order.slice(0, -2), ...order.slice(-2).reverse()];
  const made = g.producer(x);
  if (made?.op !== "Transpose") return g.apply("Transpose", [x], { perm: swap });
  const { inputs, attrs } = made as Node<"Transpose">;
  const perm = swap.map((i) => attrs.perm[i] as number);
  return perm.every((p, i) => p === i) ? inputs[0] : g.apply("Transpose", [inputs[0]], { perm });
}
