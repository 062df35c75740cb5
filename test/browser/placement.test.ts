// Every node of BERT's graphs runs on the GPU: onnxruntime moves what its WebGPU provider lacks to the CPU without a word.

import { it } from "vitest";
import { toOnnx } from "../../src/graph/onnx.ts";
import type { BertConfig } from "../../src/nn/bert-config.ts";
import { bertModel } from "../../src/nn/model.ts";
import { goldenStep } from "./bert-step.ts";
import { expectAllOnGpu } from "./placed-nodes.ts";

const config: BertConfig = {
  vocabSize: 19,
  hiddenSize: 8,
  layers: 2,
  heads: 2,
  intermediateSize: 12,
  maxPositions: 16,
  typeVocabSize: 2,
  layerNormEpsilon: 1e-12,
  initializerRange: 0.02,
};
const lowRank = { trains: { kind: "lora", rank: 2, alpha: 4 }, dropout: 0.1 } as const;

it.each([
  ["token head", "training", async () => (await goldenStep("token")).model],
  ["token head", "inference", async () => (await goldenStep("token")).model],
  ["one label", "training", async () => (await goldenStep("single")).model],
  ["any of the labels", "training", async () => (await goldenStep("multi")).model],
  ["masked pieces", "training", async () => (await goldenStep("masked")).model],
  ["one label", "inference", async () => (await goldenStep("single")).model],
  ["LoRA and dropout", "training", async () => bertModel(config, { kind: "single", labels: 3 }, lowRank)],
] as const)("%s, %s graph", async (_, use, open) => {
  const model = await open();
  await expectAllOnGpu(toOnnx(model[use]({ batch: 2, tokens: 8 })));
});
