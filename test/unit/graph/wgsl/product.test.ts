// Ways of a product: each is taken by a case that is held against the float64 evaluator, and none needs more than WebGPU promises.

import { expect, it } from "vitest";
import { Graph } from "../../../../src/graph/graph.ts";
import { type Tile, threadsOf, tiles } from "../../../../src/graph/wgsl/tile.ts";
import { toWgsl } from "../../../../src/graph/wgsl.ts";
import { buildKernelCase, kernelCases } from "../../../browser/kernel-cases.ts";

const products = kernelCases.flatMap((each) =>
  toWgsl(buildKernelCase(each).graph).shaders.filter(({ kind }) => kind === "product"),
);

it("every tile, and none, in one part and in several, in fours and singly, is among the cases of the browser's test", () => {
  const marks = (tile: Tile) => [
    `ta: array<vec4f, ${(tile.rows * tile.inner) / 4}>`,
    `k0 += ${tile.inner}u`,
    `@workgroup_size(${threadsOf(tile)})`,
  ];
  const found = new Set(
    products.map(({ code }) => {
      const tile = tiles.find((one) => marks(one).every((mark) => code.includes(mark)));
      return `${tile?.rows ?? "none"} ${code.includes("part = ") ? "parts" : "whole"}`;
    }),
  );
  expect([...found].sort()).toEqual(["128 whole", "32 parts", "32 whole", "64 whole", "none parts", "none whole"]);
  for (const name of ["a", "b"]) {
    const reads = (what: string) => products.filter(({ code }) => code.includes(`fn ${what}_${name}(`));
    expect(reads("four").length).toBeGreaterThan(5);
    expect(reads("load").length).toBeGreaterThan(5);
  }
});

it("threads and memory of a workgroup, buffers and workgroups stay within what WebGPU promises", () => {
  for (const tile of tiles) {
    expect(threadsOf(tile)).toBeLessThanOrEqual(256);
    expect(4 * tile.inner * (tile.rows + tile.columns)).toBeLessThanOrEqual(16384);
  }
  for (const { reads, writes, groups } of products) {
    expect(reads.length + writes.length).toBeLessThanOrEqual(8);
    expect(Math.max(...groups)).toBeLessThanOrEqual(65535);
  }
});

/** Workgroups of a product of that size, and how many kernels it takes. */
function groupsOf(rows: number, columns: number, inner: number): [groups: number, kernels: number] {
  const g = new Graph();
  const [a, b] = [g.input("a", "float32", [inner, rows]), g.input("b", "float32", [inner, columns])];
  g.output("y", g.apply("Gemm", [a, b, null], { transA: true, transB: false }));
  const { shaders } = toWgsl(g);
  return [shaders[0]?.groups.reduce((x, y) => x * y) ?? 0, shaders.length];
}

it.each([
  // Gradients of weights: of BERT's layers over 16 x 256 and 16 x 64 tokens, and of a head with three labels.
  [768, 768, 4096, 2],
  [3072, 768, 4096, 2],
  [384, 384, 1024, 2],
  [3, 768, 4096, 2],
  // Forward: a few tokens through a long sum.
  [256, 768, 3072, 2],
  [4096, 3072, 768, 1],
])("a product of %i x %i over %i keeps a card busy", (rows, columns, inner, kernels) => {
  const [groups, found] = groupsOf(rows, columns, inner);
  expect(groups).toBeGreaterThanOrEqual(256);
  expect(found).toBe(kernels);
});

it("parts hold as much as a binding at most, whatever the size", () => {
  for (const rows of [16, 100, 768, 3072]) {
    for (const columns of [16, 100, 768, 3072]) {
      for (const inner of [512, 4096, 16384]) {
        const g = new Graph();
        const [a, b] = [g.input("a", "float32", [rows, inner]), g.input("b", "float32", [inner, columns])];
        g.output("y", g.apply("MatMul", [a, b]));
        for (const { writes } of toWgsl(g).shaders) {
          for (const { shape } of writes) expect(4 * shape.reduce((x, y) => x * y)).toBeLessThanOrEqual(2 ** 27);
        }
      }
    }
  }
});
