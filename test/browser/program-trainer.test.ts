// Steps of a program beside onnxruntime's on the same device: every mode, batches in parts, dropout, checkpointing, resuming on the other path.

import { expect, it, vi } from "vitest";
import { Graph } from "../../src/graph/graph.ts";
import type { BertConfig } from "../../src/nn/bert-config.ts";
import type { Model } from "../../src/nn/model.ts";
import { openTrainer } from "../../src/runtime/open-trainer.ts";
import { programDevice } from "../../src/runtime/program/device.ts";
import type { TrainableGraphs, Trainer, WebGpuPath } from "../../src/runtime/trainer.ts";
import type { Weights } from "../../src/weights/weight.ts";
import { feedsOf, type ModeCase, modelOf, modes, weightsOf } from "./program-cases.ts";
import { relativeError } from "./run-graph.ts";

const recipe = { learningRate: 1e-3, weightDecay: 0.01, decayVectors: false, clipNorm: 0.5 };

interface Taken {
  readonly found: readonly { readonly loss: number; readonly gradientNorm: number }[];
  readonly after: Weights;
}

/** Three clipped steps, each of so many parts, all of them queued before the first one's numbers are there. */
async function threeSteps(path: WebGpuPath, mode: ModeCase, model: Model, config: BertConfig, parts: number): Promise<Taken> {
  const trainer = await openTrainer({ device: "webgpu", path, graphs: model, weights: weightsOf(model) });
  const graph = model.training(mode.shape);
  const partsOf = (i: number) => Array.from({ length: parts }, (_, part) => feedsOf(graph, config, 10 * i + part));
  const found = await Promise.all([0, 1, 2].map((i) => trainer.step(partsOf(i), recipe)));
  expect({ path: trainer.path, note: trainer.note }).toEqual({ path, note: undefined });
  const after = await trainer.read();
  await trainer.close();
  return { found, after };
}

function expectSame(got: Taken, expected: Taken): void {
  for (const [i, { loss, gradientNorm }] of got.found.entries()) {
    expect(Math.abs(loss / (expected.found[i]?.loss as number) - 1), `loss ${i}`).toBeLessThan(1e-5);
    expect(Math.abs(gradientNorm / (expected.found[i]?.gradientNorm as number) - 1), `norm ${i}`).toBeLessThan(1e-5);
  }
  for (const [name, { data }] of expected.after) {
    if (name.endsWith("key.bias")) continue; // its gradient is 0 but for rounding, and AdamW divides by its size
    expect(relativeError(got.after.get(name)?.data ?? [], data, 1e-2), name).toBeLessThan(1e-5);
  }
}

const mode = (title: string): ModeCase => modes.find((one) => one.title === title) as ModeCase;

it.each([
  ...[
    "token head",
    "multi head",
    "masked head",
    "label words",
    "contrast",
    "LoRA",
    "BitFit",
    "last layer",
    "prefix",
    "mixed halves",
  ].map((title) => ({ title, parts: 1, options: {} })),
  { title: "token head", parts: 3, options: { dropout: 0.2 } },
  { title: "masked head", parts: 2, options: { dropout: 0.1, checkpointing: true } },
])("three clipped steps are onnxruntime's: $title, $parts parts, $options", async ({ title, parts, options }) => {
  const own = { ...mode(title), config: { layers: 3 } };
  const { model, config } = modelOf(own, options);
  const [program, reference] = [
    await threeSteps("program", own, model, config, parts),
    await threeSteps("onnxruntime", own, model, config, parts),
  ];
  expectSame(program, reference);
});

async function opened(path: WebGpuPath, model: Model): Promise<Trainer> {
  return openTrainer({ device: "webgpu", path, graphs: model, weights: weightsOf(model) });
}

it("a state goes from one path to the other and back, and mixed lengths share the weights", async () => {
  const token = mode("token head");
  const { model, config } = modelOf(token);
  const [long, short] = [model.training({ batch: 2, tokens: 9 }), model.training(token.shape)];
  const [program, reference] = [await opened("program", model), await opened("onnxruntime", model)];
  const both = async (graph: typeof long, seed: number) => {
    const feeds = feedsOf(graph, config, seed);
    const [a, b] = [await program.step(feeds, recipe), await reference.step(feeds, recipe)];
    expect(Math.abs(a.loss / b.loss - 1)).toBeLessThan(1e-5);
    expect(Math.abs(a.gradientNorm / b.gradientNorm - 1)).toBeLessThan(1e-5);
  };
  await both(long, 1);
  await both(short, 2);
  await reference.restore(await program.state());
  await both(long, 3);
  await program.restore(await reference.state());
  await both(short, 4);
  const [a, b] = [await program.infer(feedsOf(short, config, 5)), await reference.infer(feedsOf(short, config, 5))];
  expect(a.shape).toEqual(b.shape);
  expect(relativeError(a.data, b.data)).toBeLessThan(1e-5);
  await program.write(weightsOf(model)); // forgets moments and steps
  await reference.write(weightsOf(model));
  await both(short, 6);
  await program.close();
  await reference.close();
});

it("frozen features are the same, and so are steps on them", async () => {
  const head = mode("head alone");
  const { model, config } = modelOf(head);
  const [program, reference] = [await opened("program", model), await opened("onnxruntime", model)];
  const feeds = feedsOf(model.training(head.shape), config);
  const [own, theirs] = [await program.features(feeds), await reference.features(feeds)];
  expect(relativeError(own.data, theirs.data)).toBeLessThan(1e-5);
  const { input_ids: _, ...rest } = feeds;
  const [a, b] = [
    await program.step({ ...rest, features: theirs }, recipe),
    await reference.step({ ...rest, features: theirs }, recipe),
  ];
  expect(Math.abs(a.loss / b.loss - 1)).toBeLessThan(1e-5);
  expect(Math.abs(a.gradientNorm / b.gradientNorm - 1)).toBeLessThan(1e-5);
  await program.close();
  await reference.close();
});

/** loss = sum of w^2 by parts, which only onnxruntime cuts: three times for ids of more than two tokens. */
const cut: TrainableGraphs = {
  parameters: [{ name: "w", shape: [2], aliases: [], missing: "error" }],
  lookups: {},
  frozen: new Set(),
  training({ batch, tokens }) {
    const g = new Graph();
    g.input("input_ids", "int32", [batch, tokens]);
    const w = g.input("w", "float32", [2]);
    const parts = tokens > 2 ? g.apply("Split", [w], { axis: 0, sizes: [1, 1] }) : [w];
    const sums = parts.map((part) => g.apply("ReduceSum", [g.apply("Mul", [part, part])], { axes: [0], keepdims: false }));
    g.output(
      "loss",
      sums.reduce((a, b) => g.apply("Add", [a, b])),
    );
    g.output("gradient:w", g.apply("Mul", [w, g.scalar(2)]));
    return g;
  },
  inference: () => {
    throw new Error("nothing is asked of it");
  },
};
const twoWeights: Weights = new Map([["w", { shape: [2], data: Float32Array.of(3, -4) }]]);
const ids = (tokens: number) => ({ input_ids: { shape: [1, tokens], data: new Int32Array(tokens) } });

it("what has no program goes to onnxruntime with weights, moments and steps, and says so", async () => {
  const plain = { learningRate: 0.5, weightDecay: 0, clipNorm: 0 };
  const trainer = await openTrainer({ device: "webgpu", path: "program", graphs: cut, weights: twoWeights });
  expect((await trainer.step(ids(2), plain)).loss).toBe(25);
  expect([trainer.path, trainer.note]).toEqual(["program", undefined]);
  const [a, b] = await Promise.all([trainer.step(ids(3), plain), trainer.step(ids(2), plain)]); // the second would have a program
  expect([trainer.path, trainer.note]).toEqual(["onnxruntime", expect.stringContaining("Split has no kernel")]);
  expect(a.loss).toBeCloseTo(18.5, 4); // the first step of AdamW is the rate: 2.5^2 + 3.5^2
  expect(b.loss).toBeCloseTo(13, 0);
  expect((await trainer.state()).steps).toBe(3);
  await trainer.close();
});

it("numbers of held steps come back in one copy with a later step's, at a flush, or before anything else is asked; they are the same", async () => {
  const token = mode("token head");
  const { model, config } = modelOf(token);
  const graph = model.training(token.shape);
  const taken = async (held: readonly boolean[], between?: (trainer: Trainer) => Promise<unknown>) => {
    const trainer = await opened("program", model);
    const { device } = await programDevice();
    const feeds = (i: number) => Array.from({ length: 1 + (i % 3) }, (_, part) => feedsOf(graph, config, 10 * i + part));
    await trainer.step(feeds(9), recipe); // compiles
    const copies = vi.spyOn(GPUBuffer.prototype, "mapAsync");
    const found = held.map((own, i) => trainer.step(feeds(i), { ...recipe, held: own }));
    await between?.(trainer);
    const numbers = await Promise.all(found);
    const maps = copies.mock.calls.length;
    copies.mockRestore();
    expect(await device.queue.onSubmittedWorkDone()).toBeUndefined();
    await trainer.close();
    return { numbers, maps };
  };
  const singly = await taken([false, false, false, false, false]);
  expect(singly.maps).toBe(5);
  expect(await taken([true, true, true, true, false])).toEqual({ numbers: singly.numbers, maps: 1 });
  expect(await taken([true, false, true, true, true], (trainer) => (trainer as Required<Trainer>).flush())).toEqual({
    numbers: singly.numbers,
    maps: 2,
  });
  const asked = await taken([true, true, true, true, true], (trainer) => trainer.infer(feedsOf(graph, config, 3)));
  expect(asked).toEqual({ numbers: singly.numbers, maps: 2 });
});

it("held steps fail with the GPU and with a trainer that is closed", async () => {
  const options = { device: "webgpu", path: "program", graphs: cut, weights: twoWeights } as const;
  const closed = await openTrainer(options);
  const first = closed.step(ids(2), { ...recipe, held: true });
  await Promise.all([expect(first).rejects.toThrow("the trainer was closed"), closed.close()]);
  const lost = await openTrainer(options);
  await lost.step(ids(2), recipe);
  const second = lost.step(ids(2), { ...recipe, held: true });
  const { device } = await programDevice();
  const expected = expect(second).rejects.toMatchObject({ code: "device-lost" });
  device.destroy();
  await expected;
  await lost.close();
});

it("keeps within the bindings of a small GPU: weights in several buffers, the same steps", async () => {
  const own = { ...mode("token head"), config: { layers: 3 } };
  const { model, config } = modelOf(own);
  const expected = await threeSteps("program", own, model, config, 2);
  const on = (await programDevice()) as { most: number };
  const { most } = on;
  try {
    on.most = 8000; // the weights lie in three buffers
    expectSame(await threeSteps("program", own, model, config, 2), expected);
  } finally {
    on.most = most;
  }
});

it("says what does not fit, and device-lost when the GPU goes away; one that is opened after that works", async () => {
  const options = { device: "webgpu", path: "program", graphs: cut, weights: twoWeights } as const;
  let trainer = await openTrainer(options);
  await expect(trainer.step({ input_ids: { shape: [2], data: new Int32Array(2) } }, recipe)).rejects.toThrow(
    "expected input_ids of shape [batch, tokens], got [2]",
  );
  await expect(trainer.write(new Map([["v", { shape: [1], data: Float32Array.of(1) }]]))).rejects.toThrow(
    "no parameter is named v",
  );
  const { device } = await programDevice();
  device.queue.writeBuffer(device.createBuffer({ size: 16, usage: GPUBufferUsage.COPY_DST }), 32, new Float32Array(4));
  await expect(trainer.step(ids(2), recipe)).rejects.toMatchObject({ code: "engine-failed" }); // an error that no call was told of
  const lost = { name: "ClinfuseError", code: "device-lost" };
  const queued = Promise.allSettled([1, 2, 3].map(() => trainer.step(ids(2), recipe)));
  device.destroy();
  await device.lost;
  const reason = expect.objectContaining(lost);
  expect(await queued).toEqual([1, 2, 3].map(() => ({ status: "rejected", reason })));
  await expect(trainer.step(ids(2), recipe)).rejects.toMatchObject(lost);
  await expect(trainer.read()).rejects.toMatchObject(lost);
  await trainer.close();
  trainer = await openTrainer(options);
  expect((await trainer.step(ids(2), recipe)).loss).toBe(25);
  await trainer.close();
});
