// A trainer where things go wrong, on both devices: feeds that do not fit, weights that do not, no memory, a GPU that goes away.

import { afterEach, describe, expect, it } from "vitest";
import { Graph } from "../../src/graph/graph.ts";
import { type Device, devices } from "../../src/runtime/device.ts";
import { gpu } from "../../src/runtime/gpu-device.ts";
import { openTrainer } from "../../src/runtime/open-trainer.ts";
import { loadOrt } from "../../src/runtime/ort.ts";
import type { Feeds, TrainableGraphs, Trainer } from "../../src/runtime/trainer.ts";
import type { Weights } from "../../src/weights/weight.ts";

const both: readonly Device[] = ["wasm", "webgpu"];

/** loss = (sum of scale * w)^2 for each token that is 1; logits = w repeated. Small enough to check by hand. */
const graphs: TrainableGraphs = {
  parameters: [{ name: "w", shape: [2], aliases: [], missing: "error" }],
  lookups: {},
  frozen: new Set(),
  training({ batch, tokens }) {
    const g = new Graph();
    const w = g.input("w", "float32", [2]);
    g.input("input_ids", "int32", [batch, tokens]);
    const scale = g.input("scale", "float32", []);
    const scaled = g.apply("Mul", [w, scale]);
    g.output("loss", g.apply("ReduceSum", [g.apply("Mul", [scaled, scaled])], { axes: [0], keepdims: false }));
    g.output("gradient:w", g.apply("Mul", [g.apply("Mul", [scaled, scale]), g.scalar(2)]));
    return g;
  },
  inference({ batch, tokens }) {
    const g = new Graph();
    g.input("input_ids", "int32", [batch, tokens]);
    g.output("logits", g.apply("Expand", [g.input("w", "float32", [2])], { shape: [batch, tokens, 2] }));
    return g;
  },
};

const weights: Weights = new Map([["w", { shape: [2], data: Float32Array.of(3, -4) }]]);
const ids = (batch: number, tokens: number) => ({ shape: [batch, tokens], data: new Int32Array(batch * tokens) });
const feeds = (scale: number): Feeds => ({ input_ids: ids(1, 2), scale: { shape: [], data: Float32Array.of(scale) } });
const options = { learningRate: 0.5, weightDecay: 0, clipNorm: 0 };

let trainer: Trainer | undefined;
afterEach(async () => {
  await trainer?.close().catch(() => undefined);
  trainer = undefined;
});

it("both devices are there, and WASM has more than one thread where there is more than one core", async () => {
  const { webgpu, wasm } = await devices();
  expect(webgpu.available && wasm.available && wasm.threads > 1 === navigator.hardwareConcurrency > 1).toBe(true);
});

describe.each(both)("on %s", (device) => {
  it("gives the loss and norm before its update, and compiles once for each use and shape of batch", async () => {
    const compiled: number[] = [];
    trainer = await openTrainer({ device, graphs, weights, onCompile: (tokens) => compiled.push(tokens) });
    expect(await trainer.step(feeds(1), options)).toEqual({ loss: 25, gradientNorm: 10 }); // w^2, |2 w|
    const [one, two] = (await trainer.read()).get("w")?.data ?? [];
    expect(one).toBeCloseTo(2.5, 5); // the first step of AdamW is the rate
    expect(two).toBeCloseTo(-3.5, 5);
    const logits = await trainer.infer({ input_ids: ids(1, 2) });
    expect(logits).toEqual({
      shape: [1, 2, 2],
      data: Float32Array.of(one as number, two as number, one as number, two as number),
    });
    await trainer.infer({ input_ids: ids(1, 2) });
    await trainer.infer({ input_ids: ids(1, 3) });
    expect(compiled).toEqual([2, 2, 3]);
  });

  it("leaves the caller's arrays alone, and keeps none of them", async () => {
    const data = Float32Array.of(3, -4);
    trainer = await openTrainer({ device, graphs, weights: new Map([["w", { shape: [2], data }]]) });
    const before = (await trainer.read()).get("w")?.data;
    await trainer.step(feeds(1), options);
    expect(data).toEqual(Float32Array.of(3, -4));
    expect(before).toEqual(Float32Array.of(3, -4));
    data.fill(100);
    expect((await trainer.read()).get("w")?.data[0]).toBeCloseTo(2.5, 5);
  });

  it("runs what is asked at once in the order of asking", async () => {
    trainer = await openTrainer({ device, graphs, weights });
    const steps = [trainer.step(feeds(1), options), trainer.step(feeds(1), options)];
    const after = trainer.read();
    expect((await Promise.all(steps)).map(({ loss }) => Math.round(100 * loss))).toEqual([2500, 1850]); // 2.5^2 + 3.5^2
    expect((await after).get("w")?.data[0]).toBeCloseTo(2, 1);
  });

  it("says what does not fit: a feed, a weight, a name", async () => {
    trainer = await openTrainer({ device, graphs, weights });
    const { scale: _, ...without } = feeds(1);
    await expect(trainer.step(without, options)).rejects.toThrow("feed scale is missing: expected float32[]");
    const wrong = { ...feeds(1), scale: { shape: [1], data: Float32Array.of(1) } };
    await expect(trainer.step(wrong, options)).rejects.toThrow("feed scale: expected float32[], got float32[1]");
    await expect(trainer.infer({ input_ids: { shape: [2], data: new Int32Array(2) } })).rejects.toThrow(
      "expected input_ids of shape [batch, tokens], got [2]",
    );
    const short = { shape: [1], data: Float32Array.of(1) };
    await expect(trainer.write(new Map([["w", short]]))).rejects.toThrow("weight w: expected [2], got [1] with 1 numbers");
    await expect(trainer.write(new Map([...weights, ["v", short]]))).rejects.toThrow("no parameter is named v");
    await expect(openTrainer({ device, graphs, weights: new Map() })).rejects.toThrow("no weight for w");
    expect((await trainer.read()).get("w")?.data).toEqual(Float32Array.of(3, -4)); // a refused write changes nothing
  });
});

it("says out-of-memory where a graph wants more than WASM can have, and goes on with what fits", async () => {
  const huge: TrainableGraphs = {
    ...graphs,
    inference({ batch, tokens }) {
      const g = new Graph();
      g.input("input_ids", "int32", [batch, tokens]);
      const many = g.apply("Expand", [g.input("w", "float32", [2])], { shape: [12_000 * tokens, 40_000, 2] }); // 3.8 GB a token
      g.output("logits", g.apply("Tanh", [many]));
      return g;
    },
  };
  trainer = await openTrainer({ device: "wasm", graphs: huge, weights });
  // One token: more than is left of 4 GiB. Two: more than an address can count.
  for (const tokens of [1, 2]) {
    const failure = await trainer.infer({ input_ids: ids(1, tokens) }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: "ClinfuseError", code: "out-of-memory" });
  }
  expect(await trainer.step(feeds(1), options)).toEqual({ loss: 25, gradientNorm: 10 });
});

it("says out-of-memory where the GPU's memory runs out in the middle and no call fails, and a trainer opened after that works", async () => {
  const { device } = await gpu(await loadOrt("webgpu"));
  trainer = await openTrainer({ device: "webgpu", graphs, weights });
  await trainer.step(feeds(1), options);
  const error = new GPUOutOfMemoryError("no room for the buffer");
  device.dispatchEvent(new GPUUncapturedErrorEvent("uncapturederror", { error }));
  await expect(trainer.step(feeds(1), options)).rejects.toMatchObject({
    code: "out-of-memory",
    message: expect.stringContaining("no room for the buffer"),
  });
  await trainer.close();
  device.dispatchEvent(new GPUUncapturedErrorEvent("uncapturederror", { error }));
  trainer = await openTrainer({ device: "webgpu", graphs, weights });
  await expect(trainer.step(feeds(1), options)).resolves.toMatchObject({ loss: 25 });
});

it("tells no error of a call that failed to the next one", async () => {
  const { device } = await gpu(await loadOrt("webgpu"));
  trainer = await openTrainer({ device: "webgpu", graphs, weights });
  device.dispatchEvent(new GPUUncapturedErrorEvent("uncapturederror", { error: new GPUOutOfMemoryError("no room") }));
  const { scale: _, ...lacking } = feeds(1);
  await expect(trainer.step(lacking, options)).rejects.toThrow(/scale/);
  await expect(trainer.step(feeds(1), options)).resolves.toMatchObject({ loss: 25 });
});

it("says device-lost when the GPU goes away, and a trainer opened after that works", async () => {
  trainer = await openTrainer({ device: "webgpu", graphs, weights });
  await trainer.step(feeds(1), options);
  const { device } = await gpu(await loadOrt("webgpu"));
  device.destroy();
  await device.lost;
  const lost = { name: "ClinfuseError", code: "device-lost" };
  await expect(trainer.step(feeds(1), options)).rejects.toMatchObject(lost);
  await expect(trainer.read()).rejects.toMatchObject(lost);
  await trainer.close();
  trainer = await openTrainer({ device: "webgpu", graphs, weights });
  expect(await trainer.step(feeds(1), options)).toEqual({ loss: 25, gradientNorm: 10 });
});
