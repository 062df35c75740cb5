// Every rule of the table against finite differences, in float64.

import { describe, expect, it } from "vitest";
import { gradient } from "../../../src/graph/gradient.ts";
import { Graph } from "../../../src/graph/graph.ts";
import { evaluate } from "./evaluate.ts";
import { allCases, buildCase } from "./operator-cases.ts";

const step = 1e-5;

describe("each operator's gradient is the slope of its output", () => {
  it.each(allCases.filter(({ op }) => op !== "Gather"))("$title", ({ op, operatorCase }) => {
    const { graph, feeds } = buildCase(op, operatorCase);
    const outputs = evaluate(graph, feeds);
    for (const [name, x] of Object.entries(feeds)) {
      const slopes = x.map((value, i) => {
        const loss = (moved: number) => evaluate(graph, { ...feeds, [name]: x.with(i, moved) }).loss?.[0] as number;
        return (loss(value + step) - loss(value - step)) / (2 * step);
      });
      const got = outputs[`gradient:${name}`] as number[];
      expect(got).toHaveLength(slopes.length);
      for (const [i, slope] of slopes.entries()) expect(Math.abs((got[i] as number) - slope), `${name}[${i}]`).toBeLessThan(1e-7);
    }
  });
});

describe("gradient", () => {
  it("adds up what comes by several ways, and passes through a chain", () => {
    const g = new Graph();
    const x = g.input("x", "float32", []);
    const square = g.apply("Mul", [x, x]);
    const loss = g.apply("Add", [g.apply("Mul", [square, x]), g.apply("Exp", [square])]); // x^3 + exp(x^2)
    g.output("d", gradient(g, loss, [x])[0] ?? x);
    expect(evaluate(g, { x: [0.7] }).d?.[0]).toBeCloseTo(3 * 0.49 + 2 * 0.7 * Math.exp(0.49), 12);
  });

  it("gives the gradient of a value in the middle, and of rows looked up", () => {
    const g = new Graph();
    const table = g.input("table", "float32", [3, 2]);
    const rows = g.apply("Gather", [table, g.constant("int32", [2], [2, 2])]);
    const loss = g.apply("ReduceSum", [g.apply("Mul", [rows, rows])], { axes: [0, 1], keepdims: false });
    g.output("d", gradient(g, loss, [rows])[0] ?? rows);
    expect(evaluate(g, { table: [0, 0, 0, 0, 3, 4] }).d).toEqual([6, 8, 6, 8]);
    expect(() => gradient(g, loss, [table])).toThrow(/Gather passes no gradient to its table/);
  });

  it("refuses a loss that is no scalar, one that does not depend on a value, and the second output of an operator", () => {
    const g = new Graph();
    const x = g.input("x", "float32", [2, 2]);
    const other = g.input("other", "float32", []);
    const scale = g.constant("float32", [2], [1, 1]);
    const [y, mean] = g.apply("LayerNormalization", [x, scale, scale], { epsilon: 1e-5 });
    const sum = g.apply("ReduceSum", [g.apply("Mul", [y, mean])], { axes: [0, 1], keepdims: false });
    expect(() => gradient(g, y, [x])).toThrow(/expected a float32 scalar as loss, got float32\[2,2\]/);
    expect(() => gradient(g, sum, [other])).toThrow(/does not depend on value 0/);
    expect(() => gradient(g, sum, [x])).toThrow(/only the first output of LayerNormalization/);
  });
});
