// Words for a browser with neither WebGPU nor isolation. (Node has none; a browser that has both: test/browser/trainer.test.ts.)

import { expect, it } from "vitest";
import { Graph } from "../../../src/graph/graph.ts";
import { devices } from "../../../src/runtime/device.ts";
import { openTrainer } from "../../../src/runtime/open-trainer.ts";

it("says that there is no WebGPU, and that WASM has one thread for want of isolation", async () => {
  const { webgpu, wasm } = await devices();
  expect(webgpu).toMatchObject({ available: false, error: { code: "no-webgpu", message: "this browser has no WebGPU" } });
  expect(wasm).toMatchObject({ available: true, threads: 1, note: { code: "not-isolated" } });
});

it("refuses a trainer on a GPU that is not there", async () => {
  const graph = () => new Graph();
  const graphs = { parameters: [], lookups: {}, frozen: new Set<string>(), training: graph, inference: graph };
  await expect(openTrainer({ device: "webgpu", graphs, weights: new Map() })).rejects.toMatchObject({ code: "no-webgpu" });
});
