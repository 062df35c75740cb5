// The operators that decoders alone use, on both devices, against their definitions in doubles.

import { expect, it } from "vitest";
import { rng } from "../../src/base/rng.ts";
import { Graph } from "../../src/graph/graph.ts";
import { relativeError, runGraph } from "./run-graph.ts";

const devices = ["wasm", "webgpu"] as const;
const [rows, tokens, heads, half] = [2, 3, 2, 4];
const width = heads * 2 * half;
const draws = rng("decoder operators");
const numbers = (n: number) => Array.from({ length: n }, () => Math.fround(3 * draws.next() - 1.5));

it.each(devices)("RotaryEmbedding turns each head's halves by the angle of its token's position (%s)", async (device) => {
  const g = new Graph();
  const x = numbers(rows * tokens * width);
  const positions = [0, 1, 2, 7, 8, 9];
  const angles = numbers(10 * half);
  const table = (name: string) => g.input(name, "float32", [10, half]);
  const at = g.constant("int64", [rows, tokens], positions);
  const y = g.apply("RotaryEmbedding", [g.input("x", "float32", [rows, tokens, width]), at, table("cos"), table("sin")]);
  g.output("y", y);
  const got = await runGraph(device, g, { x, cos: angles.map(Math.cos), sin: angles.map(Math.sin) });
  const expected = x.map((own, i) => {
    const inHead = i % (2 * half);
    const angle = angles[(positions[Math.floor(i / width)] as number) * half + (inHead % half)] as number;
    const other = inHead < half ? -(x[i + half] as number) : (x[i - half] as number);
    return own * Math.cos(angle) + other * Math.sin(angle);
  });
  expect(relativeError(got.y ?? [], expected, 1)).toBeLessThan(1e-5);
});

it.each(devices)("SkipSimplifiedLayerNormalization gives the sum and its norm (%s)", async (device) => {
  const g = new Graph();
  const feeds = { x: numbers(rows * width), skip: numbers(rows * width), scale: numbers(width) };
  const input = (name: string) => g.input(name, "float32", [rows, width]);
  const scale = g.input("scale", "float32", [width]);
  const [y, sum] = g.apply("SkipSimplifiedLayerNormalization", [input("x"), input("skip"), scale], { epsilon: 1e-3 });
  g.output("y", y);
  g.output("sum", sum);
  const got = await runGraph(device, g, feeds);
  const sums = feeds.x.map((v, i) => v + (feeds.skip[i] as number));
  const norms = sums.map((v, i) => {
    const row = sums.slice(i - (i % width), i - (i % width) + width);
    const power = row.reduce((total, w) => total + w * w, 0) / width;
    return (v / Math.sqrt(power + 1e-3)) * (feeds.scale[i % width] as number);
  });
  expect(relativeError(got.sum ?? [], sums, 1)).toBeLessThan(1e-5);
  expect(relativeError(got.y ?? [], norms, 1)).toBeLessThan(1e-5);
});

it.each(devices)("Split gives the parts that Concat joins, of sizes that the graph knows (%s)", async (device) => {
  const g = new Graph();
  const sizes = [5, 1, 3];
  const feeds = Object.fromEntries(sizes.map((size, i) => [`x${i}`, numbers(rows * size * half)]));
  const [first, ...others] = sizes.map((size, i) => g.input(`x${i}`, "float32", [rows, size, half]));
  const parts = g.apply("Split", [g.apply("Concat", [first!, ...others], { axis: 1 })], { axis: 1, sizes });
  for (const [i, part] of parts.entries()) g.output(`y${i}`, part);
  const got = await runGraph(device, g, feeds);
  for (const i of sizes.keys()) expect(Array.from(got[`y${i}`] ?? [])).toEqual(feeds[`x${i}`]);
});
