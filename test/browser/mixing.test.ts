// Steps on mixed batches, on both devices: the float64 evaluator's losses, the ordinary step at the whole share, the same in segments.

import { expect, it } from "vitest";
import { rng } from "../../src/base/rng.ts";
import { sizeOf } from "../../src/graph/ops.ts";
import { mixInput } from "../../src/graph/parameter.ts";
import type { BertConfig } from "../../src/nn/bert-config.ts";
import type { Head } from "../../src/nn/heads.ts";
import { bertModel, type ModelOptions } from "../../src/nn/model.ts";
import type { Device } from "../../src/runtime/device.ts";
import { openTrainer } from "../../src/runtime/open-trainer.ts";
import type { Feeds } from "../../src/runtime/trainer.ts";
import { evaluate } from "../unit/graph/evaluate.ts";
import { relativeError } from "./run-graph.ts";

const config: BertConfig = {
  vocabSize: 20,
  hiddenSize: 16,
  layers: 4,
  heads: 2,
  intermediateSize: 24,
  maxPositions: 8,
  typeVocabSize: 2,
  layerNormEpsilon: 1e-12,
  initializerRange: 0.02,
};
const head: Head = { kind: "single", labels: 3 };
const [pairs, tokens] = [2, 8];
const recipe = { learningRate: 1e-2, weightDecay: 0.01, clipNorm: 1 };

const weightsOf = (options: ModelOptions) => {
  const graphs = bertModel(config, head, options);
  const weights = new Map(
    graphs.parameters.map(({ name, shape }) => {
      const draws = rng("mixing", name);
      const one = name.includes("LayerNorm.weight") ? 1 : 0;
      return [name, { shape, data: new Float32Array(sizeOf(shape)).map(() => one + 0.4 * (draws.next() - 0.5)) }];
    }),
  );
  return { graphs, weights };
};

/** Rows of texts, the first half longer than the second, and their targets. */
function feeds(rows: number, asked: number, mix?: { layer: number; share: number }): Feeds {
  const draws = rng("mixed feeds");
  const shape = [rows, tokens];
  const integers = (most: number) =>
    Int32Array.from({ length: 2 * pairs * tokens }, () => draws.int(most)).slice(0, rows * tokens);
  return {
    input_ids: { shape, data: integers(config.vocabSize) },
    token_type_ids: { shape, data: integers(2) },
    attention_mask: {
      shape,
      data: Float32Array.from({ length: rows * tokens }, (_, i) => Number(i % tokens < (i < pairs * tokens ? 8 : 5))),
    },
    targets: { shape: [asked, 3], data: Float32Array.from({ length: asked * 3 }, (_, i) => [0.3, 0, 0.7][i % 3] as number) },
    scale: { shape: [], data: Float32Array.of(1 / asked) },
    ...(mix ? { [mixInput(mix.layer)]: { shape: [], data: Float32Array.of(mix.share) } } : {}),
  };
}

async function steps(device: Device, of: readonly Feeds[], options: ModelOptions = {}) {
  const { graphs, weights } = weightsOf({ ...options, gathered: device === "wasm" });
  const trainer = await openTrainer({ device, graphs, weights });
  const losses: number[] = [];
  for (const each of of) losses.push((await trainer.step(each, recipe)).loss);
  const after = await trainer.read();
  await trainer.close();
  return { losses, after };
}

it.each<Device>(["wasm", "webgpu"])("%s: the first loss after each layer is the evaluator's", async (device) => {
  const { graphs, weights } = weightsOf({});
  for (const layer of [1, 2, 4]) {
    const given = feeds(2 * pairs, pairs, { layer, share: 0.3 });
    const numbers = Object.fromEntries([...weights, ...Object.entries(given)].map(([name, { data }]) => [name, data]));
    const { loss } = evaluate(graphs.training({ batch: 2 * pairs, tokens, mix: layer }), numbers);
    const { losses } = await steps(device, [given]);
    expect(losses[0]).toBeCloseTo(loss?.[0] as number, 5);
  }
});

it("at the whole share, beside shorter partners, a step is the ordinary one", async () => {
  const plain = await steps("wasm", [feeds(pairs, pairs)]);
  const mixed = await steps("wasm", [feeds(2 * pairs, pairs, { layer: 2, share: 1 })]);
  expect(mixed.losses).toEqual(plain.losses);
});

it.each<Device>(["wasm", "webgpu"])(
  "%s: one layer after the other, whole and in segments, come to the same weights",
  async (device) => {
    const given = [1, 2, 3, 4].map((layer) => feeds(2 * pairs, pairs, { layer, share: 0.4 }));
    const [whole, cut] = [await steps(device, given), await steps(device, given, { checkpointing: true })];
    for (const [i, loss] of whole.losses.entries()) expect((cut.losses[i] as number) / loss).toBeCloseTo(1, 4);
    expect(whole.losses[3]).toBeLessThan(whole.losses[0] as number);
    for (const [name, { data }] of whole.after) {
      if (name.endsWith("key.bias")) continue; // its gradient is 0 but for rounding
      expect(relativeError(cut.after.get(name)?.data ?? [], data, 1e-2), name).toBeLessThan(1e-3);
    }
  },
);
