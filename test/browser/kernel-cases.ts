// Graphs whose sizes no tile and no workgroup divides, and chains that kernels take in: what programs are held against.

import { rng } from "../../src/base/rng.ts";
import { Graph } from "../../src/graph/graph.ts";
import { type Shape, sizeOf, type Value } from "../../src/graph/ops.ts";

export interface KernelCase {
  readonly title: string;
  readonly shapes: readonly Shape[];
  /** Values that become outputs, in order. */
  build(g: Graph, inputs: readonly Value[]): readonly Value[];
}

const sizes: readonly (readonly [rows: number, columns: number, inner: number])[] = [
  [64, 64, 64],
  [65, 97, 33],
  [31, 200, 17],
  [257, 130, 1],
  [1, 70, 90],
  [90, 3, 70],
  [16, 257, 16],
  // Multiples of four, which are read in fours; then sums so long that they are taken in parts.
  [68, 100, 36],
  [65, 64, 1030],
  [68, 64, 1036],
  [3, 40, 700],
];

const gemms = sizes.flatMap(([m, n, k]) =>
  ([false, true] as const).flatMap((transA) =>
    ([false, true] as const).map((transB): KernelCase => {
      const shapes: Shape[] = [transA ? [k, m] : [m, k], transB ? [n, k] : [k, n], [n]];
      return {
        title: `Gemm ${m}x${n}x${k}${transA ? ", a transposed" : ""}${transB ? ", b transposed" : ""}`,
        shapes,
        build: (g, [a, b, c]) => [g.apply("Gemm", [a as Value, b as Value, c as Value], { transA, transB })],
      };
    }),
  ),
);

const sum = (shape: Shape, axes: readonly number[], keepdims = false): KernelCase => ({
  title: `sums of [${shape}] over ${axes}`,
  shapes: [shape],
  build: (g, [x]) => [
    g.apply("ReduceSum", [x as Value], { axes, keepdims }),
    g.apply("ReduceMean", [g.apply("Mul", [x as Value, x as Value])], { axes, keepdims }),
  ],
});

const row = (shape: Shape): KernelCase => ({
  title: `softmax and norms of rows of ${shape.at(-1)}`,
  shapes: [shape, [shape.at(-1) as number], [shape.at(-1) as number]],
  build: (g, [x, scale, bias]) => {
    const [y, mean, inverse] = g.apply("LayerNormalization", [x as Value, scale as Value, bias as Value], { epsilon: 1e-3 });
    const shifted = g.apply("Add", [x as Value, g.scalar(1)]);
    return [
      g.apply("Softmax", [g.apply("Mul", [x as Value, g.scalar(3)])]),
      g.apply("Tanh", [y]),
      g.apply("Add", [mean, inverse]),
      g.apply("SimplifiedLayerNormalization", [shifted, scale as Value], { epsilon: 1e-3 }),
    ];
  },
});

const others: readonly KernelCase[] = [
  {
    title: "heads cut out of a matrix, multiplied both ways and joined again",
    shapes: [
      [2 * 33, 36],
      [2 * 33, 36],
    ],
    build(g, [x, y]) {
      const heads = (value: Value, perm: readonly number[]) =>
        g.apply("Transpose", [g.apply("Reshape", [value], { shape: [2, 33, 3, 12] })], { perm });
      const scores = g.apply("MatMul", [heads(x as Value, [0, 2, 1, 3]), heads(y as Value, [0, 2, 3, 1])]);
      const joined = g.apply("Transpose", [g.apply("MatMul", [scores, heads(y as Value, [0, 2, 1, 3])])], { perm: [0, 2, 1, 3] });
      const flat = g.apply("Reshape", [joined], { shape: [66, 36] });
      return [g.apply("Gemm", [flat, x as Value, null], { transA: true, transB: false })];
    },
  },
  {
    title: "a batch of matrices times one",
    shapes: [
      [3, 40, 20],
      [20, 50],
    ],
    build: (g, [x, y]) => [g.apply("MatMul", [x as Value, y as Value])],
  },
  ...(
    [
      ["middle", 33, 5, 34],
      ["large", 66, 3, 65],
      ["large", 68, 4, 72],
    ] as const
  ).map(
    ([tile, rows, inner, columns]): KernelCase => ({
      title: `so many matrices that the ${tile} tile takes them: ${rows} x ${columns} x ${inner}`,
      shapes: [
        [2, 128, rows, inner],
        [2, 128, inner, columns],
      ],
      build: (g, [x, y]) => [g.apply("Tanh", [g.apply("MatMul", [x as Value, y as Value])])],
    }),
  ),
  {
    title: "a batch of matrices times one, in parts of the sum, then a sum with another value and a function",
    shapes: [
      [3, 40, 1100],
      [1100, 50],
      [3, 40, 50],
    ],
    build(g, [x, y, z]) {
      const product = g.apply("MatMul", [x as Value, y as Value]);
      return [g.apply("Tanh", [g.apply("Add", [product, z as Value])]), product];
    },
  },
  {
    title: "views that lie in fours and views that do not: slices, a beginning of two, turned heads",
    shapes: [
      [40, 72],
      [36, 70],
      [2, 36, 4, 20],
    ],
    build(g, [x, y, heads]) {
      const slice = (value: Value, start: number, end: number) => g.apply("Slice", [value], { axis: 1, start, end });
      const turned = g.apply("Transpose", [heads as Value], { perm: [0, 2, 3, 1] });
      return [
        g.apply("Gemm", [slice(x as Value, 4, 40), slice(y as Value, 4, 40), null], { transA: false, transB: true }),
        g.apply("Gemm", [slice(x as Value, 2, 38), slice(y as Value, 2, 38), null], { transA: false, transB: true }),
        g.apply("MatMul", [turned, g.apply("Transpose", [turned], { perm: [0, 1, 3, 2] })]),
      ];
    },
  },
  {
    title: "one value under two names, an input given back, and a constant",
    shapes: [[3, 5]],
    build(g, [x]) {
      const twice = g.apply("Add", [x as Value, x as Value]);
      return [twice, twice, x as Value, g.scalar(2.5), g.apply("Expand", [g.scalar(7)], { shape: [2, 2] })];
    },
  },
  {
    title: "an output that later kernels read",
    shapes: [[40, 30]],
    build(g, [x]) {
      const product = g.apply("Gemm", [x as Value, x as Value, null], { transA: false, transB: true });
      return [product, g.apply("Softmax", [product]), g.apply("ReduceSum", [product], { axes: [0], keepdims: false })];
    },
  },
  {
    title: "more operands than a kernel has buffers",
    shapes: Array.from({ length: 13 }, () => [7, 3]),
    build: (g, xs) => [
      xs.reduce((a, b) => g.apply("Add", [a, g.apply("Mul", [b, b])])),
      g.apply("Concat", [xs[0] as Value, ...xs.slice(1)], { axis: 0 }),
    ],
  },
  {
    title: "an epilogue that reads a product turned",
    shapes: [
      [20, 20],
      [20, 20],
    ],
    build(g, [x, y]) {
      const product = g.apply("MatMul", [x as Value, y as Value]);
      const turned = g.apply("Transpose", [product], { perm: [1, 0] });
      return [g.apply("Add", [product, turned]), g.apply("Mul", [product, g.apply("Sigmoid", [product])])];
    },
  },
  {
    title: "functions at their ends",
    shapes: [[4, 50]],
    build(g, [x]) {
      const wide = g.apply("Mul", [x as Value, g.scalar(60)]);
      const ends = (["Tanh", "Sigmoid", "Floor"] as const).map((op) => g.apply(op, [wide]));
      return [...ends, g.apply("Erf", [g.apply("Mul", [x as Value, g.scalar(2)])])];
    },
  },
];

export const kernelCases: readonly KernelCase[] = [
  ...gemms,
  ...[1, 2, 31, 33, 300, 2100].map((columns) => row([3, columns])),
  row([1, 33]),
  sum([50, 70], [0]),
  sum([50, 70], [1]),
  sum([600, 3], [0]),
  sum([3, 600], [1], true),
  sum([4, 40, 5, 6], [1, 3]),
  sum([4, 40, 5, 6], [0, 2], true),
  sum([5, 40, 100], [0, 1, 2]),
  sum([1, 1], [0, 1]),
  ...others,
];

export interface BuiltKernelCase {
  readonly graph: Graph;
  readonly feeds: Readonly<Record<string, readonly number[]>>;
}

/** Outputs y0, y1, ... of inputs x0, x1, ... between -1.5 and 1.5. */
export function buildKernelCase({ title, shapes, build }: KernelCase): BuiltKernelCase {
  const draws = rng("kernel", title);
  const graph = new Graph();
  const inputs = shapes.map((shape, i) => graph.input(`x${i}`, "float32", shape));
  for (const [i, value] of build(graph, inputs).entries()) graph.output(`y${i}`, value);
  const numbers = (shape: Shape) => Array.from({ length: sizeOf(shape) }, () => Math.fround(3 * (draws.next() - 0.5)));
  return { graph, feeds: Object.fromEntries(shapes.map((shape, i) => [`x${i}`, numbers(shape)])) };
}
