// A reference evaluator of graphs: float64, plain loops, an own implementation of each operator. Slow and small on purpose.

import type { Graph } from "../../../src/graph/graph.ts";
import { type DifferentiableOp, type Node, type Op, type Shape, sizeOf, type Value } from "../../../src/graph/ops.ts";

type Numbers = ArrayLike<number>;

/** Every output of the graph by name. */
export function evaluate(g: Graph, feeds: Readonly<Record<string, Numbers>>): Record<string, number[]> {
  const known = new Map<number, Numbers>();
  for (const { value, data } of g.constants) known.set(value.id, Array.from(data as ArrayLike<number | bigint>, Number));
  for (const [name, value] of g.inputs) {
    const data = feeds[name];
    if (data?.length !== sizeOf(value.shape))
      throw new Error(`feed ${name}: expected ${sizeOf(value.shape)} numbers, got ${data?.length}`);
    known.set(value.id, data);
  }
  const at = (value: Value): Numbers => {
    const data = known.get(value.id);
    if (!data) throw new Error(`value ${value.id} is not there yet`);
    return data;
  };
  for (const node of g.nodes) {
    const results = (
      kernels[node.op as keyof typeof kernels] as unknown as (node: Node, at: (value: Value) => Numbers) => number[][]
    )(node, at);
    for (const [i, value] of (node.outputs as readonly Value[]).entries()) known.set(value.id, results[i] as number[]);
  }
  return Object.fromEntries([...g.outputs].map(([name, value]) => [name, Array.from(at(value))]));
}

/** Every index of a shape, in row-major order. */
function indices(shape: Shape): number[][] {
  return shape.reduce<number[][]>((all, d) => all.flatMap((index) => Array.from({ length: d }, (_, i) => [...index, i])), [[]]);
}

/** The number of `x` at an index of a shape that x broadcasts to. */
function pick(x: Value, data: Numbers, index: readonly number[]): number {
  const own = index.slice(index.length - x.shape.length);
  return data[own.reduce((flat, i, axis) => flat * (x.shape[axis] as number) + (x.shape[axis] === 1 ? 0 : i), 0)] as number;
}

type Kernel<O extends Op> = (node: Node<O>, at: (value: Value) => Numbers) => number[][];

const unary =
  (f: (x: number) => number) =>
  (node: { inputs: readonly [Value] }, at: (value: Value) => Numbers): number[][] => [Array.from(at(node.inputs[0]), f)];

const binary =
  (f: (x: number, y: number) => number) =>
  (node: { inputs: readonly [Value, Value]; outputs: readonly [Value] }, at: (value: Value) => Numbers): number[][] => {
    const [x, y] = node.inputs;
    return [indices(node.outputs[0].shape).map((i) => f(pick(x, at(x), i), pick(y, at(y), i)))];
  };

const reduction =
  (mean: boolean) =>
  (node: Pick<Node<"ReduceSum">, "inputs" | "attrs" | "outputs">, at: (value: Value) => Numbers): number[][] => {
    const {
      inputs: [x],
      attrs: { axes },
      outputs: [y],
    } = node;
    const sums = new Array<number>(sizeOf(y.shape)).fill(0);
    const kept: Value = { ...x, shape: x.shape.map((d, i) => (axes.includes(i) ? 1 : d)) };
    const places = Array.from(sums, (_, i) => i);
    for (const index of indices(x.shape)) {
      const place = pick(kept, places, index);
      sums[place] = (sums[place] as number) + pick(x, at(x), index);
    }
    const count = mean ? sizeOf(x.shape) / sizeOf(y.shape) : 1;
    return [sums.map((s) => s / count)];
  };

/** The rows along the last axis. */
function rows(x: Value, data: Numbers): number[][] {
  const columns = x.shape.at(-1) as number;
  return Array.from({ length: sizeOf(x.shape) / columns }, (_, r) =>
    Array.from({ length: columns }, (_, c) => data[r * columns + c] as number),
  );
}

const average = (xs: readonly number[]) => xs.reduce((a, b) => a + b, 0) / xs.length;

const kernels: { readonly [O in DifferentiableOp | "Floor"]: Kernel<O> } = {
  Add: binary((x, y) => x + y),
  Sub: binary((x, y) => x - y),
  Mul: binary((x, y) => x * y),
  Div: binary((x, y) => x / y),
  Exp: unary(Math.exp),
  Log: unary(Math.log),
  Erf: unary(erf),
  Tanh: unary(Math.tanh),
  Sigmoid: unary((x) => 1 / (1 + Math.exp(-x))),
  Floor: unary(Math.floor),
  MatMul: ({ inputs: [x, y], outputs: [z] }, at) => {
    const inner = x.shape.at(-1) as number;
    return [
      indices(z.shape).map((index) => {
        const [i, j] = index.slice(-2) as [number, number];
        const before = index.slice(0, -2);
        let sum = 0;
        for (let k = 0; k < inner; k++) sum += pick(x, at(x), [...before, i, k]) * pick(y, at(y), [...before, k, j]);
        return sum;
      }),
    ];
  },
  Gemm: ({ inputs: [a, b, c], attrs: { transA, transB }, outputs: [y] }, at) => {
    const inner = a.shape[transA ? 0 : 1] as number;
    return [
      indices(y.shape).map(([i, j]) => {
        const [row, column] = [i as number, j as number];
        let sum = c ? pick(c, at(c), [row, column]) : 0;
        for (let k = 0; k < inner; k++) {
          sum += pick(a, at(a), transA ? [k, row] : [row, k]) * pick(b, at(b), transB ? [column, k] : [k, column]);
        }
        return sum;
      }),
    ];
  },
  Transpose: ({ inputs: [x], attrs: { perm }, outputs: [y] }, at) => [
    indices(y.shape).map((index) => {
      const from = new Array<number>(index.length);
      for (const [i, p] of perm.entries()) from[p] = index[i] as number;
      return pick(x, at(x), from);
    }),
  ],
  Expand: ({ inputs: [x], outputs: [y] }, at) => [indices(y.shape).map((index) => pick(x, at(x), index))],
  Reshape: ({ inputs: [x] }, at) => [Array.from(at(x))],
  Softmax: ({ inputs: [x] }, at) => [
    rows(x, at(x)).flatMap((row) => {
      const exps = row.map((v) => Math.exp(v - Math.max(...row)));
      const sum = exps.reduce((a, b) => a + b, 0);
      return exps.map((e) => e / sum);
    }),
  ],
  LayerNormalization: ({ inputs: [x, scale, bias], attrs: { epsilon } }, at) => {
    const [s, b] = [at(scale), at(bias)];
    const stats = rows(x, at(x)).map((row) => {
      const mean = average(row);
      return { row, mean, inverse: 1 / Math.sqrt(average(row.map((v) => (v - mean) ** 2)) + epsilon) };
    });
    const y = stats.flatMap(({ row, mean, inverse }) =>
      row.map((v, i) => (v - mean) * inverse * (s[i] as number) + (b[i] as number)),
    );
    return [y, stats.map(({ mean }) => mean), stats.map(({ inverse }) => inverse)];
  },
  SimplifiedLayerNormalization: ({ inputs: [x, scale], attrs: { epsilon } }, at) => [
    rows(x, at(x)).flatMap((row) => {
      const root = Math.sqrt(average(row.map((v) => v * v)) + epsilon);
      return row.map((v, i) => (v / root) * (at(scale)[i] as number));
    }),
  ],
  ReduceSum: reduction(false),
  ReduceMean: reduction(true),
  Gather: ({ inputs: [data, where], outputs: [y] }, at) => [
    indices(y.shape).map((index) => {
      const row = pick(where, at(where), index.slice(0, where.shape.length));
      return pick(data, at(data), [row, ...index.slice(where.shape.length)]);
    }),
  ],
  Concat: ({ inputs, attrs: { axis }, outputs: [y] }, at) => [
    indices(y.shape).map((index) => {
      let i = index[axis] as number;
      for (const x of inputs) {
        if (i < (x.shape[axis] as number)) return pick(x, at(x), index.with(axis, i));
        i -= x.shape[axis] as number;
      }
      throw new Error("beyond the last");
    }),
  ],
  Slice: ({ inputs: [x], attrs: { axis, start }, outputs: [y] }, at) => [
    indices(y.shape).map((index) => pick(x, at(x), index.with(axis, (index[axis] as number) + start))),
  ],
  Pad: ({ inputs: [x], attrs: { axis, before }, outputs: [y] }, at) => [
    indices(y.shape).map((index) => {
      const i = (index[axis] as number) - before;
      return i < 0 || i >= (x.shape[axis] as number) ? 0 : pick(x, at(x), index.with(axis, i));
    }),
  ],
};

/** By its Taylor series: exact to 1e-13 for |x| < 3. */
export function erf(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; n < 80; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}
