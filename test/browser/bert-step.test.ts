// Steps of a tiny BERT on both devices against PyTorch in float64 (test/fixtures/bert-step), and against each other.

import { describe, expect, it } from "vitest";
import type { Device } from "../../src/runtime/device.ts";
import { openTrainer } from "../../src/runtime/open-trainer.ts";
import type { Feeds, HostTensor, Trainer } from "../../src/runtime/trainer.ts";
import type { Weights } from "../../src/weights/weight.ts";
import { type GoldenStep, goldenStep } from "./bert-step.ts";
import { relativeError, runGraph } from "./run-graph.ts";

const heads = ["token", "single", "multi", "masked"] as const;
const devices: readonly Device[] = ["wasm", "webgpu"];

const open = (device: Device, { model, before }: GoldenStep) => openTrainer({ device, graphs: model, weights: before });

const inferenceFeeds = ({ input_ids, token_type_ids, attention_mask }: Feeds): Feeds =>
  ({ input_ids, token_type_ids, attention_mask }) as Feeds;

/** Some rows of a batch, under the whole batch's scale. */
const rowsOf = (feeds: Feeds, from: number, to: number): Feeds =>
  Object.fromEntries(
    Object.entries(feeds).map(([name, { shape, data }]) => {
      const [rows = 1, ...rest] = shape;
      const width = data.length / rows;
      return [
        name,
        shape.length === 0 ? { shape, data } : { shape: [to - from, ...rest], data: data.slice(from * width, to * width) },
      ];
    }),
  );

async function threeSteps(trainer: Trainer, { feeds, recipe }: GoldenStep) {
  const steps: { loss: number; gradientNorm: number }[] = [];
  for (let i = 0; i < 3; i++) steps.push(await trainer.step(feeds, recipe));
  return steps;
}

/** The gradient of a key's bias is 0: softmax does not see it. AdamW makes steps of up to the rate of what rounding leaves there. */
const isNoise = (name: string) => name.endsWith("key.bias");

/** How far two trainings' changes of the weights from `before` lie apart. */
function changeError(got: Weights, expected: Weights, before: Weights): number {
  const change = (weights: Weights) =>
    [...before].flatMap(([name, { data }]) => {
      const after = weights.get(name)?.data ?? [];
      return isNoise(name) ? [] : Array.from(data, (x, i) => (after[i] as number) - x);
    });
  return relativeError(change(got), change(expected));
}

describe.each(devices)("on %s", (device) => {
  describe.each(heads)("with the %s head", (kind) => {
    it("computes PyTorch's loss and gradient of every parameter", async () => {
      const golden = await goldenStep(kind);
      const { model, before, gradient, feeds } = golden;
      const [batch, tokens] = (feeds.input_ids as HostTensor).shape as [number, number];
      const inputs = Object.fromEntries([...before, ...Object.entries(feeds)].map(([name, { data }]) => [name, data]));
      const outputs = await runGraph(device, model.training({ batch, tokens }), inputs);
      expect(outputs.loss?.[0]).toBeCloseTo(golden.losses[0] as number, 5);
      expect([...gradient.keys()].sort()).toEqual(model.parameters.map((p) => p.name).sort());
      for (const [name, { data, shape }] of gradient) {
        let got = outputs[`gradient:${name}`] as Float32Array;
        const indices = feeds[model.lookups[name] ?? ""]?.data;
        if (indices) got = sumRows(got, indices, shape);
        const dense = outputs[`dense:${name}`] as Float32Array | undefined;
        if (dense) got = got.map((x, i) => x + (dense[i] as number));
        expect(relativeError(got, data, 1e-3), name).toBeLessThan(2e-5);
      }
    });

    it("takes PyTorch's three steps of AdamW, clipped", async () => {
      const golden = await goldenStep(kind, device);
      const trainer = await open(device, golden);
      const steps = await threeSteps(trainer, golden);
      const after = await trainer.read();
      await trainer.close();
      for (const [i, { loss, gradientNorm }] of steps.entries()) {
        expect(loss).toBeCloseTo(golden.losses[i] as number, 4);
        expect(gradientNorm).toBeCloseTo(golden.norms[i] as number, 4);
      }
      expect(changeError(after, golden.after, golden.before)).toBeLessThan(2e-3);
      for (const [name, { data }] of golden.after) {
        if (!isNoise(name)) expect(relativeError(after.get(name)?.data ?? [], data), name).toBeLessThan(1e-5);
      }
    });

    it("gives PyTorch's logits, and again after its weights are written back", async () => {
      const golden = await goldenStep(kind, device);
      const trainer = await open(device, golden);
      const first = await trainer.infer(inferenceFeeds(golden.feeds));
      const steps = await threeSteps(trainer, golden);
      await trainer.write(golden.before);
      const again = await trainer.infer(inferenceFeeds(golden.feeds));
      const anew = await threeSteps(trainer, golden);
      await trainer.close();
      const size = (golden.logits.length / 4) * 3; // the last row of the batch is no example
      expect(relativeError(first.data.slice(0, size), golden.logits.slice(0, size))).toBeLessThan(1e-5);
      expect(first.shape).toEqual(golden.feeds.targets?.shape);
      expect(again.data).toEqual(first.data);
      expect(anew).toEqual(steps); // the moments and the count start anew, and a step is reproducible
    });
  });
});

describe.each(devices)("on %s, what may be chosen", (device) => {
  it.each(heads)("a batch in parts takes the same steps, %s head", async (kind) => {
    const golden = await goldenStep(kind, device);
    const trainer = await open(device, golden);
    const steps = [];
    for (let i = 0; i < 3; i++) {
      steps.push(await trainer.step([rowsOf(golden.feeds, 0, 2), rowsOf(golden.feeds, 2, 4)], golden.recipe));
    }
    const after = await trainer.read();
    await trainer.close();
    for (const [i, { loss, gradientNorm }] of steps.entries()) {
      expect(loss).toBeCloseTo(golden.losses[i] as number, 4);
      expect(gradientNorm).toBeCloseTo(golden.norms[i] as number, 4);
    }
    expect(changeError(after, golden.after, golden.before)).toBeLessThan(2e-3);
  });

  it("biases and LayerNorm's vectors need not decay", async () => {
    const golden = await goldenStep("token");
    const trainer = await open(device, golden);
    for (let i = 0; i < 3; i++) await trainer.step(golden.feeds, { ...golden.recipe, decayVectors: false });
    const after = await trainer.read();
    await trainer.close();
    expect(changeError(after, golden.matrices, golden.before)).toBeLessThan(2e-3);
    expect(changeError(golden.after, golden.matrices, golden.before)).toBeGreaterThan(5e-3); // it makes a difference
  });
});

it.each(heads)("WASM and WebGPU agree after three steps, %s head", async (kind) => {
  const golden = await goldenStep(kind);
  const [wasm, webgpu] = await Promise.all(
    devices.map(async (device) => {
      const trainer = await open(device, golden);
      const steps = await threeSteps(trainer, golden);
      return { steps, weights: await trainer.read(), close: await trainer.close() };
    }),
  );
  if (!wasm || !webgpu) throw new Error("both devices must run");
  for (const [i, { loss, gradientNorm }] of wasm.steps.entries()) {
    expect(webgpu.steps[i]?.loss).toBeCloseTo(loss, 5);
    expect(webgpu.steps[i]?.gradientNorm).toBeCloseTo(gradientNorm, 4);
  }
  expect(changeError(webgpu.weights, wasm.weights, golden.before)).toBeLessThan(2e-3);
});

function sumRows(rows: Float32Array, indices: ArrayLike<number>, shape: readonly number[]): Float32Array {
  const [count, columns] = shape as [number, number];
  const sum = new Float32Array(count * columns);
  for (let i = 0; i < rows.length; i++) {
    const to = (indices[Math.floor(i / columns)] as number) * columns + (i % columns);
    sum[to] = (sum[to] as number) + (rows[i] as number);
  }
  return sum;
}
