// Three steps of a BERT taken through segments of layers: npm test takes them on WASM, npm run test:slow on WebGPU.

import { expect } from "vitest";
import { rng } from "../../src/base/rng.ts";
import { sizeOf } from "../../src/graph/ops.ts";
import type { BertConfig } from "../../src/nn/bert-config.ts";
import { seedsName } from "../../src/nn/dropout.ts";
import type { Head } from "../../src/nn/heads.ts";
import { bertModel } from "../../src/nn/model.ts";
import { dropoutSiteCount } from "../../src/nn/training-graphs.ts";
import type { Device } from "../../src/runtime/device.ts";
import { openTrainer } from "../../src/runtime/open-trainer.ts";
import type { Feeds } from "../../src/runtime/trainer.ts";
import type { Weights } from "../../src/weights/weight.ts";
import { relativeError } from "./run-graph.ts";

const config: BertConfig = {
  vocabSize: 40,
  hiddenSize: 32,
  layers: 5,
  heads: 4,
  intermediateSize: 64,
  maxPositions: 16,
  typeVocabSize: 2,
  layerNormEpsilon: 1e-12,
  initializerRange: 0.02,
};
const [batch, tokens] = [4, 16];
const recipe = { learningRate: 1e-2, weightDecay: 0.01, clipNorm: 1 };

function feeds(head: Head, seed: number): Feeds {
  const draws = rng("segments", seed);
  const outputs = head.kind === "masked" ? config.vocabSize : head.labels;
  const perToken = head.kind !== "single";
  const targets = new Float32Array(batch * (perToken ? tokens : 1) * outputs);
  for (let at = 0; at < targets.length; at += outputs) targets[at + Math.floor(draws.next() * outputs)] = 1;
  const integers = (most: number) => Int32Array.from({ length: batch * tokens }, () => Math.floor(draws.next() * most));
  return {
    input_ids: { shape: [batch, tokens], data: integers(config.vocabSize) },
    token_type_ids: { shape: [batch, tokens], data: integers(2) },
    attention_mask: { shape: [batch, tokens], data: new Float32Array(batch * tokens).map((_, i) => Number(i % tokens < 12)) },
    targets: { shape: perToken ? [batch, tokens, outputs] : [batch, outputs], data: targets },
    scale: { shape: [], data: Float32Array.of(outputs / targets.length) },
    [seedsName]: { shape: [dropoutSiteCount(config)], data: new Float32Array(dropoutSiteCount(config)).map(() => draws.next()) },
  };
}

async function threeSteps(device: Device, head: Head, checkpointing: boolean, parts: number) {
  const graphs = bertModel(config, head, { gathered: device === "wasm", dropout: 0.1, checkpointing });
  const weights: Weights = new Map(
    graphs.parameters.map(({ name, shape }) => {
      const draws = rng("segments", name);
      const one = name.includes("LayerNorm.weight") ? 1 : 0;
      return [name, { shape, data: new Float32Array(sizeOf(shape)).map(() => one + 0.2 * (draws.next() - 0.5)) }];
    }),
  );
  const trainer = await openTrainer({ device, graphs, weights });
  const found: { loss: number; gradientNorm: number }[] = [];
  for (let i = 0; i < 3; i++) {
    const step = Array.from({ length: parts }, (_, part) => feeds(head, 10 * i + part));
    found.push(await trainer.step(step, recipe));
  }
  const after = await trainer.read();
  await trainer.close();
  return { found, after };
}

/** Three steps through segments of layers are those of the whole graph, with dropout. */
export async function segmentsAreWhole(device: Device, head: Head, parts: number): Promise<void> {
  const whole = await threeSteps(device, head, false, parts);
  const cut = await threeSteps(device, head, true, parts);
  for (const [i, { loss, gradientNorm }] of cut.found.entries()) {
    expect(loss / (whole.found[i]?.loss as number)).toBeCloseTo(1, 5);
    expect(gradientNorm / (whole.found[i]?.gradientNorm as number)).toBeCloseTo(1, 4);
  }
  for (const [name, { data }] of whole.after) {
    if (name.endsWith("key.bias")) continue; // its gradient is 0 but for rounding
    expect(relativeError(cut.after.get(name)?.data ?? [], data, 1e-2), name).toBeLessThan(1e-3);
  }
}
