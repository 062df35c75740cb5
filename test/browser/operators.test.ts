// Every operator and every gradient rule on both devices, against the float64 evaluator: the ONNX that we write means what we mean.

import { expect, it } from "vitest";
import type { Device } from "../../src/runtime/device.ts";
import { evaluate } from "../unit/graph/evaluate.ts";
import { allCases, buildCase } from "../unit/graph/operator-cases.ts";
import { relativeError, runGraph } from "./run-graph.ts";

const devices: readonly Device[] = ["wasm", "webgpu"];

for (const device of devices) {
  it.each(allCases)(`${device}: $title`, async ({ op, operatorCase }) => {
    const { graph, feeds } = buildCase(op, operatorCase);
    const expected = evaluate(graph, feeds);
    const got = await runGraph(device, graph, feeds);
    expect(Object.keys(got).sort()).toEqual(Object.keys(expected).sort());
    for (const [name, numbers] of Object.entries(expected)) {
      expect(relativeError(got[name] ?? [], numbers, 1), name).toBeLessThan(1e-5);
    }
  });
}
