// Dropout's masks on both devices: the shares they should have, the same masks but for numbers on the edge; and where its nodes are placed.

import { expect, it } from "vitest";
import { Graph } from "../../src/graph/graph.ts";
import { dropoutSites, seedsName } from "../../src/nn/dropout.ts";
import { runGraph } from "./run-graph.ts";

const [rows, columns] = [384, 96];

async function mask(device: "wasm" | "webgpu"): Promise<number[]> {
  const g = new Graph();
  g.output("y", dropoutSites(g, 0.1, 1)(g.input("x", "float32", [rows, columns])));
  const found = await runGraph(device, g, { x: new Array<number>(rows * columns).fill(1), [seedsName]: [0.618] });
  return [...(found.y ?? [])];
}

it("masks are alike on WASM and WebGPU", async () => {
  const [wasm, webgpu] = [await mask("wasm"), await mask("webgpu")];
  for (const found of [wasm, webgpu]) {
    const dropped = found.filter((x) => x === 0).length / found.length;
    expect(Math.abs(dropped - 0.1)).toBeLessThan(4 * Math.sqrt(0.09 / found.length));
    expect(Math.max(...found)).toBeCloseTo(1 / 0.9, 5);
  }
  const differ = wasm.filter((x, i) => (x === 0) !== (webgpu[i] === 0)).length / wasm.length;
  expect(differ).toBeLessThan(0.001); // rounding moves a number over the edge now and then
});
