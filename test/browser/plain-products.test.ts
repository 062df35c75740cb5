// A browser without relaxed SIMD: onnxruntime-web's own kernels, which multiply, then add. In a page of its own, for it is chosen once.

import { expect, it, vi } from "vitest";
import { Graph } from "../../src/graph/graph.ts";
import { runGraph } from "./run-graph.ts";

it("multiplies and adds with a rounding each", async () => {
  vi.spyOn(WebAssembly, "validate").mockReturnValueOnce(false); // what it says there of relaxed_madd, which is asked for first
  const x = 1 + 2 ** -12; // its square, 1 + 2^-11 + 2^-24, needs one bit more than a float32 has
  const g = new Graph();
  g.output("y", g.apply("MatMul", [g.input("a", "float32", [2, 2]), g.input("b", "float32", [2, 16])]));
  const b = Array.from({ length: 32 }, (_, i) => (i < 16 ? -(1 + 2 ** -11) : x));
  const { y } = await runGraph("wasm", g, { a: [1, x, 1, x], b });
  expect([...y!]).toEqual(Array(32).fill(0));
});
