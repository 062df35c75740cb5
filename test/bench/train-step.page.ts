// The browser's side of train-step.ts: times training steps of MiniLM's shape beside a plain matrix product.

import { rng } from "../../src/base/rng.ts";
import { Graph } from "../../src/graph/graph.ts";
import { toOnnx } from "../../src/graph/onnx.ts";
import { sizeOf } from "../../src/graph/ops.ts";
import type { BertConfig } from "../../src/nn/bert-config.ts";
import { seedsName } from "../../src/nn/dropout.ts";
import { bertModel, type ModelOptions } from "../../src/nn/model.ts";
import { wasmThreads } from "../../src/runtime/device.ts";
import { openTrainer } from "../../src/runtime/open-trainer.ts";
import { type Device, loadOrt } from "../../src/runtime/ort.ts";
import type { Feeds } from "../../src/runtime/trainer.ts";
import { dropoutFeeds } from "../../src/train/feeds.ts";
import { madeUpFeeds, madeUpWeights, stepFlops } from "../../src/train/measure-training.ts";

/** all-MiniLM-L6-v2 */
const config: BertConfig = {
  vocabSize: 30522,
  hiddenSize: 384,
  layers: 6,
  heads: 12,
  intermediateSize: 1536,
  maxPositions: 512,
  typeVocabSize: 2,
  layerNormEpsilon: 1e-12,
  initializerRange: 0.02,
};

const labels = 3;

export interface Timing {
  readonly batch: number;
  readonly tokens: number;
  readonly threads: number;
  /** Milliseconds; the median of the steps after the first. */
  readonly first: number;
  readonly step: number;
  readonly infer: number;
  /** Of the layers' matrix products of a step that trains everything, whatever trains here. */
  readonly gflops: number;
  /** What one [batch * tokens, hidden] by [hidden, intermediate] product reaches alone. */
  readonly matmulGflops: number;
}

export async function time(device: Device, batch: number, tokens: number, steps: number, what: ModelOptions): Promise<Timing> {
  const model = bertModel(config, { kind: "token", labels }, what);
  const trainer = await openTrainer({ device, graphs: model, weights: madeUpWeights(model) });
  const feeds = {
    ...madeUpFeeds(config, { batch, tokens }, labels),
    ...(what.dropout ? dropoutFeeds(config, rng("bench", "dropout")) : {}),
  };
  const options = { learningRate: 1e-4, weightDecay: 0.01, clipNorm: 1 };
  const clock = async (run: () => Promise<unknown>): Promise<number> => {
    const start = performance.now();
    await run();
    return performance.now() - start;
  };
  const plain = await products(device, batch * tokens);
  await plain.run();
  const first = await clock(() => trainer.step(feeds, options));
  const times: number[] = [];
  const plainTimes: number[] = [];
  for (let i = 0; i < steps; i++) {
    times.push(await clock(() => trainer.step(feeds, options)));
    plainTimes.push(await clock(plain.run)); // in turn, so that whatever else the machine does slows both
  }
  const { targets: _, scale: __, [seedsName]: ___, ...inputs }: Feeds = feeds;
  await trainer.infer(inputs);
  const infers: number[] = [];
  for (let i = 0; i < steps; i++) infers.push(await clock(() => trainer.infer(inputs)));
  await trainer.close();
  const step = median(times);
  return {
    batch,
    tokens,
    threads: device === "wasm" ? wasmThreads() : 1,
    first,
    step,
    infer: median(infers),
    gflops: stepFlops(config, { batch, tokens }) / step / 1e6,
    matmulGflops: plain.flops / median(plainTimes) / 1e6,
  };
}

const median = (xs: readonly number[]) => xs.toSorted((a, b) => a - b)[Math.floor(xs.length / 2)] as number;

/** A run of plain products of the feed-forward layers' size, as many flops as a quarter of a step or so. */
async function products(device: Device, rows: number): Promise<{ readonly flops: number; run(): Promise<unknown> }> {
  const { hiddenSize: h, intermediateSize: f } = config;
  const g = new Graph();
  let y = g.input("x", "float32", [rows, h]);
  const up = g.input("up", "float32", [h, f]);
  const down = g.input("down", "float32", [f, h]);
  const pairs = 8; // so that what a run costs beside the products counts little
  for (let i = 0; i < pairs; i++) y = g.apply("MatMul", [g.apply("MatMul", [y, up]), down]);
  g.output("y", y);
  const ort = await loadOrt(device);
  const session = await ort.InferenceSession.create(toOnnx(g), { executionProviders: [device] });
  const inputs = Object.fromEntries(
    [...g.inputs].map(([name, { shape }]) => [name, new ort.Tensor("float32", new Float32Array(sizeOf(shape)), shape)]),
  );
  return { flops: pairs * 4 * rows * h * f, run: () => session.run(inputs) };
}
