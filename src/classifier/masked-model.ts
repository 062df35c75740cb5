// An encoder with its masked-language-model head, its weights on a device: what fills masked places. Knows no storage and no training.

import { ClinfuseError } from "../base/errors.ts";
import { rng } from "../base/rng.ts";
import type { BertConfig } from "../nn/bert-config.ts";
import { headParameters } from "../nn/heads.ts";
import { bertModel } from "../nn/model.ts";
import type { Device } from "../runtime/device.ts";
import { openTrainer } from "../runtime/open-trainer.ts";
import type { Trainer, WebGpuPath } from "../runtime/trainer.ts";
import type { Example } from "../tasks/example.ts";
import type { LearnableTask } from "../tasks/task.ts";
import { fitWeights } from "../weights/fit-weights.ts";
import type { Weight, Weights } from "../weights/weight.ts";
import { withAddedTokens, wordTable } from "./added-tokens.ts";
import type { Encoder } from "./encoder-files.ts";
import { type LabelSight, type MaskedInput, maskedInput, tagMeanings, tagTokens } from "./masked-input.ts";

export interface MaskedModel {
  readonly encoder: Pick<Encoder, "config" | "tokenizer">;
  readonly trainer: Trainer;
  /** Id of [MASK]. */
  readonly mask: number;
  /** Longer inputs are cut, special tokens counted. */
  readonly maxTokens: number;
  /** Rows that are run at once, for the memory that a distribution over the vocabulary takes at each token. */
  readonly rows: number;
  read(example: Example): MaskedInput;
  /** True once for each graph: the trainer compiles on its first use, which takes seconds. */
  compiles(use: "step" | "infer", rows: number, tokens: number): boolean;
  close(): Promise<void>;
}

export interface MaskedModelOptions {
  readonly device: Device;
  /** Who computes on WebGPU; onnxruntime where absent. */
  readonly path?: WebGpuPath;
  readonly sight: LabelSight;
  readonly maxTokens: number;
  /** Seed of the draws for new tokens. */
  readonly seed: number;
  readonly dropout?: number;
}

/** Numbers of one batch's logits, at most: 64 MiB. */
const mostLogits = 2 ** 24;

/** Rows of so many tokens that are run at once. */
export const maskedRows = ({ vocabSize }: Pick<BertConfig, "vocabSize">, maxTokens: number): number =>
  Math.max(1, Math.floor(mostLogits / (maxTokens * vocabSize)));

/**
 * Puts an encoder with its own masked head on a device. Errors: `no-masked-head` for a checkpoint that has none, or whose vocabulary has no
 * [MASK]; `no-webgpu`, `out-of-memory`, `device-lost`, and `model-unsupported` for tensors that do not fit the config.
 */
export async function openMaskedModel(
  task: LearnableTask,
  checkpoint: Encoder,
  { device, path, sight, maxTokens: asked, seed, dropout = 0 }: MaskedModelOptions,
): Promise<MaskedModel> {
  const mask = requireMaskedHead(checkpoint);
  const tokens = sight === "around" ? tagTokens(task) : [];
  const extended = withAddedTokens(checkpoint, tokens, rng(seed, "tags", task.id), tagMeanings(task));
  const { config, tokenizer } = extended;
  const graphs = bertModel(config, { kind: "masked" }, { dropout, gathered: device === "wasm" });
  const { weights } = fitWeights(graphs.parameters, withWiderBias(extended.weights, config), never);
  const trainer = await openTrainer({ device, ...(path ? { path } : {}), graphs, weights });
  const maxTokens = Math.min(asked, config.maxPositions, checkpoint.maxTokens ?? Number.POSITIVE_INFINITY);
  const seen = new Set<string>();
  return {
    encoder: { config, tokenizer },
    trainer,
    mask,
    maxTokens,
    rows: maskedRows(config, maxTokens),
    read: (example) => maskedInput(sight, task, tokenizer, example, maxTokens),
    compiles: (use, rows, width) => seen.size < seen.add(`${use} ${rows} ${width}`).size,
    close: () => trainer.close(),
  };
}

/** Every parameter is the checkpoint's: `requireMaskedHead` has looked. */
const never = () => {
  throw new Error("a masked model draws no weights");
};

const maskToken = "[MASK]";

/** Id of the checkpoint's [MASK]. Throws `no-masked-head` where it lacks that or a tensor of the head, or has another decoder than its table. */
export function requireMaskedHead({
  weights,
  config,
  configJson,
  tokenizer,
}: Pick<Encoder, "weights" | "config" | "configJson" | "tokenizer">): number {
  const lacking = headParameters(config, { kind: "masked" }).find(
    ({ name, aliases }) => ![name, ...aliases].some((known) => weights.has(known)),
  );
  if (lacking) throw noHead(`the checkpoint has no ${lacking.name}`, lacking.name);
  const { mask } = tokenizer.special;
  if (mask === undefined) throw noHead(`its vocabulary has no ${maskToken}`, maskToken);
  if (configJson.tie_word_embeddings === false && hasOwnDecoder(weights))
    throw noHead("its decoder is not its table of words", "cls.predictions.decoder.weight");
  return mask;
}

/** Tells whether the head scores pieces by another matrix than the table of word embeddings. */
function hasOwnDecoder(weights: Weights): boolean {
  const decoder = weights.get("cls.predictions.decoder.weight");
  const table = wordTable({ weights });
  return decoder !== undefined && table !== undefined && decoder.data.some((x, i) => x !== table.data[i]);
}

function noHead(why: string, what: string): ClinfuseError {
  const remedy = "choose one that was saved with its masked-language-model head (BertForMaskedLM), such as PubMedBERT";
  return new ClinfuseError("no-masked-head", `this encoder cannot fill masked words, for ${why}: ${remedy}`, { what });
}

/** Bias of the pieces with zeros for the tokens that were added, as transformers' resize_token_embeddings has it. */
function withWiderBias(weights: Weights, { vocabSize }: BertConfig): Weights {
  const wider = ([name, weight]: readonly [string, Weight]): [string, Weight] => {
    if (!/^cls\.predictions\.(decoder\.)?bias$/.test(name) || weight.data.length >= vocabSize) return [name, weight];
    const data = new Float32Array(vocabSize);
    data.set(weight.data);
    return [name, { shape: [vocabSize], data }];
  };
  return new Map([...weights].map(wider));
}
