// Speed of training on a device: steps of a small BERT of MiniLM's width on made-up numbers. Knows no task and no text.

import { cleanAfter } from "../base/async.ts";
import { ClinfuseError, throwIfAborted } from "../base/errors.ts";
import { rng } from "../base/rng.ts";
import { sizeOf } from "../graph/ops.ts";
import type { BatchShape } from "../graph/parameter.ts";
import type { BertConfig } from "../nn/bert-config.ts";
import { bertModel, type Model } from "../nn/model.ts";
import type { Device } from "../runtime/device.ts";
import { openTrainer } from "../runtime/open-trainer.ts";
import type { Feeds, WebGpuPath } from "../runtime/trainer.ts";
import type { Weights } from "../weights/weight.ts";
import { StepsAhead } from "./steps-ahead.ts";

export interface TrainingSpeed {
  readonly kind: "training";
  readonly device: Device;
  /** Who computed on WebGPU; onnxruntime where absent. */
  readonly path?: WebGpuPath;
  /** Rate of the layers' matrix products, forward and backward. */
  readonly gflops: number;
  readonly measuredAt: number;
}

/** all-MiniLM-L6-v2's layers, two of its six, and a vocabulary that costs little: speed depends on the layers. */
const config: BertConfig = {
  vocabSize: 2048,
  hiddenSize: 384,
  layers: 2,
  heads: 12,
  intermediateSize: 1536,
  maxPositions: 128,
  typeVocabSize: 2,
  layerNormEpsilon: 1e-12,
  initializerRange: 0.02,
};
const labels = 3;
const batch = 16;
const tokens = 64;
/** Steps that count, and how long they may take together, in milliseconds; one more goes before them. */
export const measuredSteps = 5;
const longEnough = 8000;

/** Loss and norm of the first step's gradient, as the processor computes them. */
const firstStep = { loss: 2.5551865, gradientNorm: 14.333911 };
const tolerance = 1e-3;

/**
 * GFLOP/s. Throws `engine-failed` where the first step comes out wrong, and where no program can be had that was asked for; `no-webgpu`,
 * `out-of-memory`, `device-lost`, `aborted`.
 */
export async function measureTraining(
  device: Device,
  signal: AbortSignal,
  onStep: (done: number) => void,
  path: WebGpuPath = "onnxruntime",
): Promise<number> {
  const model = bertModel(config, { kind: "token", labels }, { gathered: device === "wasm" });
  const trainer = await openTrainer({ device, path, graphs: model, weights: madeUpWeights(model) });
  const steps = async () => {
    const feeds = madeUpFeeds(config, { batch, tokens }, labels);
    const options = { learningRate: 1e-4, weightDecay: 0.01, clipNorm: 1 };
    requireRight(await trainer.step(feeds, options)); // compiles
    if (trainer.note) throw new ClinfuseError("engine-failed", trainer.note, { what: trainer.note });
    const started = performance.now();
    let elapsed = 0;
    let done = 0;
    const ahead = new StepsAhead();
    for (let asked = 0; done < measuredSteps && elapsed < longEnough; ) {
      throwIfAborted(signal);
      for (; asked < measuredSteps && asked <= done + trainer.ahead; asked++)
        ahead.add({}, started, trainer.step(feeds, options));
      await ahead.next();
      onStep(++done);
      elapsed = performance.now() - started;
    }
    return (done * stepFlops(config, { batch, tokens })) / elapsed / 1e6;
  };
  return cleanAfter(steps(), () => trainer.close());
}

/** A device that computes wrong is not to be chosen, however fast it is. */
function requireRight(found: typeof firstStep): void {
  for (const name of ["loss", "gradientNorm"] as const) {
    if (Math.abs(found[name] / firstStep[name] - 1) < tolerance) continue;
    const why = `it computes wrong: the first step's ${name === "loss" ? "loss" : "gradient norm"} is ${found[name]}, expected ${firstStep[name]}`;
    throw new ClinfuseError("engine-failed", why, { what: why });
  }
}

/** Operations of the layers' products in a step that trains everything. The backward pass takes two products for each of the forward pass's. */
export function stepFlops({ hiddenSize: h, intermediateSize: f, layers }: BertConfig, { batch, tokens }: BatchShape): number {
  return 3 * layers * (2 * batch * tokens * (4 * h * h + 2 * h * f) + 4 * batch * tokens * tokens * h);
}

/** Numbers of the size that a trained encoder's have. */
export function madeUpWeights(model: Model): Weights {
  const draws = rng("measure", "weights");
  const pool = Float32Array.from({ length: 65536 }, () => 0.1 * (draws.next() - 0.5));
  return new Map(
    model.parameters.map(({ name, shape }) => {
      // A LayerNorm that scaled down would leave gradients of a deep encoder below float32's normal numbers, which are slow to compute with.
      const scale = name.endsWith("LayerNorm.weight") ? 1 : 0;
      const data = Float32Array.from({ length: sizeOf(shape) }, (_, i) => scale + (pool[i % pool.length] as number));
      return [name, { shape, data }];
    }),
  );
}

/** Feeds of a step with a token head of so many labels. */
export function madeUpFeeds(config: BertConfig, { batch, tokens }: BatchShape, labels: number): Feeds {
  const draws = rng("measure", "feeds");
  const shape = [batch, tokens];
  const count = batch * tokens;
  const targets = { shape: [...shape, labels], data: new Float32Array(count * labels) };
  for (let i = 0; i < count; i++) targets.data[i * labels + draws.int(labels)] = 1;
  return {
    input_ids: { shape, data: Int32Array.from({ length: count }, () => draws.int(config.vocabSize)) },
    token_type_ids: { shape, data: new Int32Array(count) },
    attention_mask: { shape, data: new Float32Array(count).fill(1) },
    targets,
    scale: { shape: [], data: Float32Array.of(1 / count) },
  };
}
