// Applications of every operator, small, with numbers: what finite differences, both devices and the evaluator are held against.

import { rng } from "../../../src/base/rng.ts";
import { gradient } from "../../../src/graph/gradient.ts";
import { Graph } from "../../../src/graph/graph.ts";
import { type DifferentiableOp, type Op, type Shape, sizeOf, type Value } from "../../../src/graph/ops.ts";

export interface OperatorCase {
  readonly name: string;
  /** Shapes of the float inputs, x0, x1, ... */
  readonly shapes: readonly Shape[];
  /** Numbers are uniform between these; -1.5 and 1.5 unless told. */
  readonly range?: readonly [low: number, high: number];
  /** The operator's first output. */
  apply(g: Graph, inputs: readonly Value[]): Value;
}

const one = (shape: Shape, apply: (g: Graph, x: Value) => Value): OperatorCase[] => [
  { name: `[${shape}]`, shapes: [shape], apply: (g, [x]) => apply(g, x as Value) },
];

const two = (shapes: readonly (readonly [Shape, Shape])[], apply: (g: Graph, x: Value, y: Value) => Value): OperatorCase[] =>
  shapes.map(([x, y]) => ({
    name: `[${x}] and [${y}]`,
    shapes: [x, y],
    apply: (g, [a, b]) => apply(g, a as Value, b as Value),
  }));

const broadcasts: [Shape, Shape][] = [
  [
    [2, 3],
    [2, 3],
  ],
  [[2, 3], [3]],
  [
    [2, 1, 3],
    [4, 1],
  ],
  [[], [2, 2]],
];

const positive = (cases: OperatorCase[]): OperatorCase[] => cases.map((c) => ({ ...c, range: [0.5, 2] }));

const gemms: OperatorCase[] = [
  [false, false, [4]],
  [false, true, [3, 4]],
  [true, false, null],
  [true, true, [1, 4]],
].map(([transA, transB, c]) => {
  const shapes: Shape[] = [transA ? [2, 3] : [3, 2], transB ? [4, 2] : [2, 4], ...(c ? [c as Shape] : [])];
  return {
    name: `transA ${transA}, transB ${transB}, c ${c ? `[${c}]` : "absent"}`,
    shapes,
    apply: (g, [a, b, bias]) =>
      g.apply("Gemm", [a as Value, b as Value, bias ?? null], { transA: transA as boolean, transB: transB as boolean }),
  };
});

const reductions = (op: "ReduceSum" | "ReduceMean"): OperatorCase[] =>
  [
    { axes: [0], keepdims: false },
    { axes: [1, 2], keepdims: true },
    { axes: [0, 1, 2], keepdims: false },
  ].map((attrs) => ({
    name: JSON.stringify(attrs),
    shapes: [[2, 3, 2]],
    apply: (g, [x]) => g.apply(op, [x as Value], attrs),
  }));

export const operatorCases: { readonly [O in DifferentiableOp]: readonly OperatorCase[] } = {
  Add: two(broadcasts, (g, x, y) => g.apply("Add", [x, y])),
  Sub: two(broadcasts, (g, x, y) => g.apply("Sub", [x, y])),
  Mul: two(broadcasts, (g, x, y) => g.apply("Mul", [x, y])),
  Div: positive(two(broadcasts, (g, x, y) => g.apply("Div", [x, y]))),
  Exp: one([2, 3], (g, x) => g.apply("Exp", [x])),
  Log: positive(one([2, 3], (g, x) => g.apply("Log", [x]))),
  Erf: one([2, 3], (g, x) => g.apply("Erf", [x])),
  Tanh: one([2, 3], (g, x) => g.apply("Tanh", [x])),
  Sigmoid: one([2, 3], (g, x) => g.apply("Sigmoid", [x])),
  MatMul: [
    ...two(
      [
        [
          [2, 3],
          [3, 4],
        ],
        [
          [2, 2, 2, 3],
          [2, 1, 3, 2],
        ],
        [
          [2, 3],
          [2, 3, 2],
        ],
      ],
      (g, x, y) => g.apply("MatMul", [x, y]),
    ),
    ...two(
      [
        [
          [2, 3, 2],
          [2, 4, 2],
        ],
      ],
      (g, x, y) => g.apply("MatMul", [x, g.apply("Transpose", [y], { perm: [0, 2, 1] })]),
    ),
  ],
  Gemm: gemms,
  Transpose: one([2, 3, 4], (g, x) => g.apply("Transpose", [x], { perm: [2, 0, 1] })),
  Expand: one([2, 1], (g, x) => g.apply("Expand", [x], { shape: [3, 2, 4] })),
  Reshape: one([2, 6], (g, x) => g.apply("Reshape", [x], { shape: [3, 4] })),
  Softmax: one([2, 3, 4], (g, x) => g.apply("Softmax", [x])),
  LayerNormalization: [
    {
      name: "[2,3,4]",
      shapes: [[2, 3, 4], [4], [4]],
      apply: (g, [x, scale, bias]) =>
        g.apply("LayerNormalization", [x as Value, scale as Value, bias as Value], { epsilon: 1e-3 })[0],
    },
  ],
  SimplifiedLayerNormalization: two([[[2, 3, 4], [4]]], (g, x, y) =>
    g.apply("SimplifiedLayerNormalization", [x, y], { epsilon: 1e-3 }),
  ),
  ReduceSum: reductions("ReduceSum"),
  ReduceMean: reductions("ReduceMean"),
  Gather: one([5, 3], (g, x) => g.apply("Gather", [x, g.constant("int32", [2, 2], [4, 0, 1, 4])])),
  Concat: two(
    [
      [
        [2, 3, 2],
        [2, 1, 2],
      ],
    ],
    (g, x, y) => g.apply("Concat", [x, y], { axis: 1 }),
  ),
  Slice: one([2, 5, 2], (g, x) => g.apply("Slice", [x], { axis: 1, start: 1, end: 4 })),
  Pad: one([2, 2, 3], (g, x) => g.apply("Pad", [x], { axis: 1, before: 1, after: 2 })),
};

/** Each operator and case, by a name for a test. */
export const allCases = Object.entries(operatorCases).flatMap(([op, cases]) =>
  cases.map((operatorCase) => ({ title: `${op} ${operatorCase.name}`, op: op as Op, operatorCase })),
);

export interface BuiltCase {
  /** Outputs: y, the operator's own; loss, a weighted sum of it; and gradient:x0, ... where the operator passes one. */
  readonly graph: Graph;
  readonly feeds: Readonly<Record<string, readonly number[]>>;
}

export function buildCase(op: Op, { name, shapes, range: [low, high] = [-1.5, 1.5], apply }: OperatorCase): BuiltCase {
  const draws = rng("operator", op, name);
  const numbers = (shape: Shape) => Array.from({ length: sizeOf(shape) }, () => Math.fround(low + (high - low) * draws.next()));
  const graph = new Graph();
  const inputs = shapes.map((shape, i) => graph.input(`x${i}`, "float32", shape));
  const y = apply(graph, inputs);
  if (graph.producer(y)?.op !== op) throw new Error(`the case ${name} of ${op} ends in ${graph.producer(y)?.op}`);
  const weights = graph.constant("float32", y.shape, numbers(y.shape));
  const axes = y.shape.map((_, i) => i);
  const loss = graph.apply("ReduceSum", [graph.apply("Mul", [y, weights])], { axes, keepdims: false });
  graph.output("y", y);
  graph.output("loss", loss);
  if (op !== "Gather") for (const [i, dx] of gradient(graph, loss, inputs).entries()) graph.output(`gradient:x${i}`, dx);
  return { graph, feeds: Object.fromEntries(shapes.map((shape, i) => [`x${i}`, numbers(shape)])) };
}
