// A masked model of single words over the toy vocabulary, its checkpoint, and the training procedures over both in memory.

import { ClinfuseError } from "../../../src/base/errors.ts";
import { maskedInput, tagTokens } from "../../../src/classifier/masked-input.ts";
import type { MaskedModel, openMaskedModel } from "../../../src/classifier/masked-model.ts";
import type { RunStore } from "../../../src/generate/log.ts";
import { readBertConfig } from "../../../src/nn/bert-config.ts";
import { headParameters } from "../../../src/nn/heads.ts";
import { trainProcedures } from "../../../src/procedures/train.ts";
import { addTokens } from "../../../src/text/added-tokens.ts";
import type { Found } from "../../../src/train/choose-device.ts";
import { writeSafetensors } from "../../../src/weights/safetensors.ts";
import { linearTrainer } from "../train/linear-trainer.ts";
import { linearClassifier, tokenizerFiles, vocabulary, vocabularyText } from "../train/toy.ts";
import { memoryFiles, memoryLocks, memoryModel, memoryModels, noMeasurements } from "./memory-ports.ts";

const bert = {
  model_type: "bert",
  vocab_size: vocabulary.length,
  hidden_size: 8,
  num_hidden_layers: 1,
  num_attention_heads: 1,
  intermediate_size: 8,
  max_position_embeddings: 64,
  type_vocab_size: 2,
};
const read = readBertConfig(bert);
if (!read.ok) throw new Error(read.why);
const zeros = (shape: readonly number[]) => ({ shape, data: new Float32Array(shape.reduce((n, d) => n * d, 1)) });
const head = new Map(headParameters(read.config, { kind: "masked" }).map(({ name, shape }) => [name, zeros(shape)] as const));

const folder = (weights: typeof head) => ({
  "config.json": new Blob([JSON.stringify(bert)]),
  "vocab.txt": new Blob([vocabularyText]),
  "model.safetensors": writeSafetensors(weights),
});

/** With a masked head, and without. */
export const toyModels = memoryModels(
  await memoryModel("masked", "encoder", folder(head)),
  await memoryModel("bare", "encoder", folder(new Map())),
);

/** In the place of the BERT: a table of pieces, so that what it learns of [MASK] is which pieces are masked. */
const openToy: typeof openMaskedModel = async (task, checkpoint, { sight, maxTokens }): Promise<MaskedModel> => {
  const tokens = sight === "around" ? tagTokens(task) : [];
  const { tokenizer } = addTokens(checkpoint.tokenizer, tokenizerFiles, tokens);
  const size = tokenizer.vocabulary.length;
  return {
    encoder: { config: { ...checkpoint.config, vocabSize: size }, tokenizer },
    trainer: linearTrainer({ vocabulary: size, outputs: size, perToken: true }),
    mask: vocabulary.indexOf("[MASK]"),
    maxTokens,
    rows: 4,
    read: (example) => maskedInput(sight, task, tokenizer, example, maxTokens),
    compiles: () => false,
    close: async () => undefined,
  };
};

const found: Found = {
  wasm: { available: true, threads: 2 },
  webgpu: { available: false, error: new ClinfuseError("no-webgpu", "this browser has no WebGPU") },
} as Found;

/** `open` counts the models that are held open; `opened` all that were. */
export function toyTraining(runs: RunStore) {
  const count = { open: 0, opened: 0 };
  const counted = <M extends { close(): Promise<void> }>(model: M): M => {
    count.open++;
    count.opened++;
    return { ...model, close: async () => void count.open-- };
  };
  const { hold, held } = memoryLocks();
  const procedures = trainProcedures({
    models: toyModels,
    disk: memoryFiles(),
    hold,
    runs: async () => runs,
    measurements: async () => noMeasurements,
    notebooks: async () => ({ list: async () => [] }),
    devices: async () => found,
    openClassifier: async () => counted(linearClassifier()),
    openMaskedModel: async (...given) => counted(await openToy(...given)),
    loadModel: async () => linearClassifier(),
  });
  return { procedures, count, held, hold };
}
