// Weights of 8 bits on WASM: the operator against the product in doubles, within what its rounding allows, and a decoder against transformers.

import { describe, expect, it } from "vitest";
import { rng } from "../../src/base/rng.ts";
import { openBatchDecoder } from "../../src/engines/batch/decoder.ts";
import { Graph } from "../../src/graph/graph.ts";
import { toOnnx } from "../../src/graph/onnx.ts";
import { ggufWeights } from "../../src/models/decoder-weights.ts";
import { quantised } from "../../src/nn/llama-weights.ts";
import { loadOrt } from "../../src/runtime/ort.ts";
import { openGguf } from "../../src/weights/gguf.ts";
import golden from "../fixtures/llama/golden.json";
import { correlation } from "./correlation.ts";

it("DynamicQuantizeMatMul multiplies as its rounding allows", async () => {
  const [rows, inner, columns] = [5, 48, 20];
  const draws = rng("int8");
  const numbers = (n: number) => Float32Array.from({ length: n }, () => 4 * draws.next() - 1.5);
  const x = numbers(rows * inner);
  const w = numbers(inner * columns);
  const { weight, scale } = quantised(w, columns);
  const g = new Graph();
  const inputs = [
    g.input("x", "float32", [rows, inner]),
    g.input("w", "int8", [inner, columns]),
    g.input("scale", "float32", [columns]),
  ] as const;
  g.output("y", g.apply("DynamicQuantizeMatMul", inputs));
  const ort = await loadOrt("wasm");
  const session = await ort.InferenceSession.create(toOnnx(g), { executionProviders: ["wasm"] });
  const { y } = await session.run({
    x: new ort.Tensor("float32", x, [rows, inner]),
    w: new ort.Tensor("int8", weight, [inner, columns]),
    scale: new ort.Tensor("float32", scale, [columns]),
  });
  const got = y?.data as Float32Array;
  const xStep = (Math.max(0, ...x) - Math.min(0, ...x)) / 255;
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      let exact = 0;
      let bound = 1e-4;
      for (let k = 0; k < inner; k++) {
        const [a, b] = [x[r * inner + k] as number, w[k * columns + c] as number];
        exact += a * b;
        // |a b - a' b'| <= |b| |a - a'| + |a'| |b - b'|, each rounded to the nearest step
        bound += Math.abs(b) * xStep + (Math.abs(a) + xStep) * 0.5 * (scale[c] as number);
      }
      expect(Math.abs((got[r * columns + c] as number) - exact)).toBeLessThan(bound);
    }
  }
  await session.release();
});

describe.each(Object.keys(golden) as (keyof typeof golden)[])("%s", (name) => {
  it("keeps the order of transformers' logits, nearly", async () => {
    const { ids, logits } = golden[name];
    const gguf = await openGguf(await (await fetch(`/test/fixtures/llama/${name}.gguf`)).blob(), name);
    const decoder = await openBatchDecoder(await ggufWeights(gguf), { device: "wasm", contextTokens: 512, precision: "int8" });
    const cache = decoder.newCache(1);
    const { logits: got } = await decoder.step(decoder.nothing, cache, Int32Array.from(ids), ids.length - 1);
    expect(correlation([...got], logits.at(-1) as number[])).toBeGreaterThan(0.99);
    await decoder.close();
  });
});
