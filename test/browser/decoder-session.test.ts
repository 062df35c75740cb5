// A decoder's session on a GPU whose memory runs out while no call fails.

import { expect, it } from "vitest";
import { Graph } from "../../src/graph/graph.ts";
import { openDecoderSession } from "../../src/runtime/decoder-session.ts";
import { gpu } from "../../src/runtime/gpu-device.ts";
import { loadOrt } from "../../src/runtime/ort.ts";

const graph = new Graph();
const x = graph.input("x", "float32", [2]);
graph.output("y", graph.apply("Add", [x, x]));
const open = () => openDecoderSession({ device: "webgpu", graph, free: {}, weights: [], load: async function* () {} });
const feeds = { x: { shape: [2], data: Float32Array.of(1, 2) } };

it("says out-of-memory for its own steps alone", async () => {
  const { device } = await gpu(await loadOrt("webgpu"));
  const runOut = () =>
    device.dispatchEvent(new GPUUncapturedErrorEvent("uncapturederror", { error: new GPUOutOfMemoryError("no room") }));
  runOut(); // before it is opened
  const session = await open();
  const sum = new Map([["y", Float32Array.of(2, 4)]]);
  expect(await session.run(feeds, {})).toEqual(sum);
  runOut();
  await expect(session.run(feeds, {})).rejects.toMatchObject({ code: "out-of-memory" });
  expect(await session.run(feeds, {})).toEqual(sum);
  await session.close();
});
