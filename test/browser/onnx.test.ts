// ONNX files as onnxruntime reads them: names, values that go out twice, and what no output needs.

import { expect, it } from "vitest";
import { Graph } from "../../src/graph/graph.ts";
import { toOnnx } from "../../src/graph/onnx.ts";
import { loadOrt } from "../../src/runtime/ort.ts";
import { runGraph } from "./run-graph.ts";

it("gives an output that is an input, and one value under two names", async () => {
  const g = new Graph();
  const x = g.input("x", "float32", [2]);
  const y = g.apply("Exp", [x]);
  g.output("same", x);
  g.output("first", y);
  g.output("second", y);
  g.output("constant", g.constant("float32", [1], [5]));
  const { same, first, second, constant } = await runGraph("wasm", g, { x: [0, 1] });
  expect(same).toEqual(Float32Array.of(0, 1));
  expect(first?.[1]).toBeCloseTo(Math.E, 5);
  expect(second).toEqual(first);
  expect(constant).toEqual(Float32Array.of(5));
});

it("leaves out what no output needs, and keeps every input under its name", async () => {
  const build = (more: boolean) => {
    const g = new Graph();
    const x = g.input("a.b/c weight", "float32", [2]);
    g.input("unused", "int32", [3]);
    if (more) g.apply("Erf", [g.apply("Tanh", [x])]);
    g.output("y", g.apply("Exp", [x]));
    return toOnnx(g);
  };
  const text = new TextDecoder().decode(build(true));
  expect(text).toContain("Exp");
  expect(text).not.toMatch(/Tanh|Erf/);
  const ort = await loadOrt("wasm");
  const session = await ort.InferenceSession.create(build(true), { executionProviders: ["wasm"] });
  expect(session.inputNames).toEqual(["a.b/c weight", "unused"]);
  expect(session.outputNames).toEqual(["y"]);
  await session.release();
});

it("keeps integers whole, negative ones too", async () => {
  const g = new Graph();
  const table = g.input("table", "float32", [3]);
  const picked = g.apply("Gather", [table, g.constant("int64", [2], [2, -1])]); // ONNX counts -1 from the end
  g.output("y", picked);
  expect((await runGraph("wasm", g, { table: [5, 6, 7] })).y).toEqual(Float32Array.of(7, 7));
});
