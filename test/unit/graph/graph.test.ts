// Building graphs: sharing, names, and the errors of shapes that do not fit.

import { describe, expect, it } from "vitest";
import { Graph } from "../../../src/graph/graph.ts";

const float = (g: Graph, name: string, shape: readonly number[]) => g.input(name, "float32", shape);

describe("a graph", () => {
  it("gives the same value for the same operator, inputs and attributes, and another for others", () => {
    const g = new Graph();
    const x = float(g, "x", [2, 3]);
    const turned = g.apply("Transpose", [x], { perm: [1, 0] });
    expect(g.apply("Transpose", [x], { perm: [1, 0] })).toBe(turned);
    expect(g.apply("Transpose", [x], { perm: [0, 1] })).not.toBe(turned);
    expect(g.scalar(2)).toBe(g.scalar(2));
    expect(g.constant("int64", [], [2])).not.toBe(g.scalar(2));
    expect(g.producer(turned)?.op).toBe("Transpose");
    expect(g.producer(x)).toBeUndefined();
  });

  it("refuses a name twice, and a constant of another size", () => {
    const g = new Graph();
    const x = float(g, "x", []);
    g.output("y", x);
    expect(() => float(g, "x", [])).toThrow('input "x" exists already');
    expect(() => g.output("y", x)).toThrow('output "y" exists already');
    expect(() => g.constant("float32", [2, 2], [1, 2])).toThrow("constant of shape [2,2]: expected 4 numbers, got 2");
  });
});

const refusals: readonly [string, (g: Graph) => unknown, string][] = [
  [
    "MatMul",
    (g) => g.apply("MatMul", [float(g, "x", [2, 3]), float(g, "y", [4, 2])]),
    "MatMul(float32[2,3], float32[4,2]): inner sizes 3 and 4 differ",
  ],
  ["MatMul of vectors", (g) => g.apply("MatMul", [float(g, "x", [2]), float(g, "y", [2, 2])]), "expected at least two axes each"],
  [
    "Add",
    (g) => g.apply("Add", [float(g, "x", [2, 3]), float(g, "y", [2])]),
    "Add(float32[2,3], float32[2]): [2,3] and [2] do not broadcast",
  ],
  ["Add of integers", (g) => g.apply("Add", [float(g, "x", [2]), g.input("y", "int32", [2])]), "expected float32, got int32"],
  [
    "Gemm's bias",
    (g) => g.apply("Gemm", [float(g, "x", [2, 3]), float(g, "y", [4, 3]), float(g, "z", [3])], { transA: false, transB: true }),
    'Gemm(float32[2,3], float32[4,3], float32[3]) {"transA":false,"transB":true}: [3] and [2,4] do not broadcast',
  ],
  [
    "Gemm's bias, too big",
    (g) => g.apply("Gemm", [float(g, "x", [2, 3]), float(g, "y", [3, 1]), float(g, "z", [4])], { transA: false, transB: false }),
    "[4] does not broadcast to [2,1]",
  ],
  ["Transpose", (g) => g.apply("Transpose", [float(g, "x", [2, 3])], { perm: [0, 0] }), "expected an order of 2 axes, got [0,0]"],
  ["Reshape", (g) => g.apply("Reshape", [float(g, "x", [2, 3])], { shape: [4] }), "expected 6 elements, got [4]"],
  ["Expand", (g) => g.apply("Expand", [float(g, "x", [2, 3])], { shape: [2, 1] }), "[2,3] does not broadcast to [2,1]"],
  [
    "ReduceSum",
    (g) => g.apply("ReduceSum", [float(g, "x", [2, 3])], { axes: [2], keepdims: true }),
    "expected an axis from 0 to 1, got 2",
  ],
  [
    "ReduceSum twice",
    (g) => g.apply("ReduceSum", [float(g, "x", [2])], { axes: [0, 0], keepdims: true }),
    "an axis twice in [0,0]",
  ],
  [
    "LayerNormalization",
    (g) => g.apply("LayerNormalization", [float(g, "x", [2, 3]), float(g, "s", [2]), float(g, "b", [3])], { epsilon: 1e-5 }),
    "expected scale and bias of [3], got [2]",
  ],
  ["Gather", (g) => g.apply("Gather", [float(g, "x", [2, 3]), float(g, "i", [2])]), "expected integer indices"],
  [
    "Slice",
    (g) => g.apply("Slice", [float(g, "x", [4])], { axis: 0, start: 2, end: 5 }),
    "expected 0 <= start < end <= 4, got 2 and 5",
  ],
  [
    "Pad",
    (g) => g.apply("Pad", [float(g, "x", [4])], { axis: 0, before: -1, after: 0 }),
    "expected no negative padding, got -1 and 0",
  ],
];

it.each(refusals)("%s says what it got and what it expected", (_, build, message) => {
  expect(() => build(new Graph())).toThrow(message);
});
