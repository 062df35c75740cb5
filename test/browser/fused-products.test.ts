// Products by the kernels of scripts/ort in onnxruntime-web's WebAssembly, at every number of rows and columns that they treat differently.

import { describe, expect, it } from "vitest";
import { rng } from "../../src/base/rng.ts";
import { Graph } from "../../src/graph/graph.ts";
import { toOnnx } from "../../src/graph/onnx.ts";
import { loadOrt } from "../../src/runtime/ort.ts";

/** Product of a [m, k] and b [k, n] on WASM. b is a weight, packed once, or comes with each run. */
async function product(
  a: Float32Array,
  b: Float32Array<ArrayBuffer>,
  [m, k, n]: readonly [number, number, number],
  weight: boolean,
) {
  const g = new Graph();
  g.output("y", g.apply("MatMul", [g.input("a", "float32", [m, k]), g.input("b", "float32", [k, n])]));
  const ort = await loadOrt("wasm");
  const session = await ort.InferenceSession.create(toOnnx(g, { external: new Set(weight ? ["b"] : []) }), {
    executionProviders: ["wasm"],
    externalData: weight ? [{ path: "b", data: new Uint8Array(b.slice().buffer) }] : [],
  });
  const feeds = { a: new ort.Tensor("float32", a, [m, k]), ...(weight ? {} : { b: new ort.Tensor("float32", b, [k, n]) }) };
  const { y } = await session.run(feeds);
  const numbers = (y!.data as Float32Array).slice();
  await session.release();
  return numbers;
}

const most = 14; // rows: every tile, and two after another

/** Numbers of a sum: none beyond one jump, some left over, more than are packed at a time. */
const sums = [1, 3, 4, 7, 130, 300];
/** Columns: parts of a vector, of a tile, of a panel, and more than one. */
const columns = [1, 3, 4, 6, 8, 9, 13, 16, 17, 31, 48];

describe.each(sums)("sums of %i", (k) => {
  it.each(columns)("%i columns: what doubles give, and each row whatever is beside it", async (n) => {
    const draws = rng("products", k, n);
    const numbers = (count: number) => Float32Array.from({ length: count }, () => draws.next() - 0.5);
    const [a, b] = [numbers(most * k), numbers(k * n)];
    const inDoubles = Array.from({ length: most * n }, (_, at) => {
      let sum = 0;
      for (let i = 0; i < k; i++) sum += a[Math.floor(at / n) * k + i]! * b[i * n + (at % n)]!;
      return sum;
    });
    for (const weight of [true, false]) {
      const all = await product(a, b, [most, k, n], weight);
      for (const [at, sum] of inDoubles.entries()) expect(Math.abs(all[at]! - sum)).toBeLessThan(4e-7 * Math.sqrt(k));
    }
    const all = await product(a, b, [most, k, n], true);
    for (let rows = 1; rows < most; rows++) {
      const some = await product(a.subarray(0, rows * k), b, [rows, k, n], true);
      expect(some, `${rows} rows`).toEqual(all.subarray(0, rows * n));
    }
  });
});

it("multiplies and adds with one rounding", async () => {
  const x = 1 + 2 ** -12; // its square, 1 + 2^-11 + 2^-24, needs one bit more than a float32 has
  const b = Float32Array.from({ length: 32 }, (_, i) => (i < 16 ? -(1 + 2 ** -11) : x));
  const y = await product(Float32Array.of(1, x, 1, x), b, [2, 2, 16], true);
  expect([...y]).toEqual(Array(32).fill(2 ** -24));
});
