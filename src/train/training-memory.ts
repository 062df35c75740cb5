// What memory training takes, told before it starts: from an encoder's shape and a recipe alone. Knows no device and no weights.

import { ClinfuseError } from "../base/errors.ts";
import { sizeOf } from "../graph/ops.ts";
import { bertParameters } from "../nn/bert.ts";
import type { BertConfig } from "../nn/bert-config.ts";
import { everything, frozen, loraParameters } from "../nn/trains.ts";
import { heapBytes } from "../runtime/heap.ts";
import { lengthBuckets } from "./batches.ts";
import type { TrainConfig } from "./train-config.ts";

/** The sizes of an encoder: its config. */
export type EncoderShape = BertConfig;

/** Bytes. */
export interface TrainingMemory {
  /** In WebAssembly's address space, or a session's on the GPU: weights, and what the forward pass keeps for the backward pass. */
  readonly session: number;
  /** Outside it: weights, two moments, gradients, and the best epoch's weights. */
  readonly outside: number;
}

type Recipe = Pick<TrainConfig, "batchSize" | "maxTokens" | "accumulation" | "trains">;

export const sessionLimit = heapBytes;

/**
 * Of the numbers that a layer makes for each token, those that are held at once: fitted to BERT-base's peaks of 1.25 GB with 8 x 128 tokens
 * and 2.06 GB with 16 x 128 (onnxruntime-web 1.30).
 */
const heldShare = 0.72;

/** For the widest batch that the recipe may make. */
export function trainingMemory(encoder: EncoderShape, recipe: Recipe): TrainingMemory {
  const { batchSize, maxTokens, accumulation = 1, trains = everything } = recipe;
  const encoderParameters = bertParameters(encoder);
  const parameters = [...encoderParameters, ...loraParameters(encoderParameters, trains, encoder.initializerRange)];
  const still = frozen(parameters, trains, encoder.layers);
  const bytes = (of: typeof parameters) => 4 * of.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const [all, trained] = [bytes(parameters), bytes(parameters.filter(({ name }) => !still.has(name)))];
  const width = Math.min(maxTokens, encoder.maxPositions, lengthBuckets.wasm.at(-1) as number);
  const rows = Math.ceil(batchSize / accumulation);
  const { hiddenSize, intermediateSize, heads, layers } = encoder;
  const perLayer = 8 * hiddenSize + 4 * intermediateSize + 3 * heads * width;
  const kept = trains.kind === "layers" ? trains.last + 1 : trains.kind === "head" ? 1 : layers;
  const activations = 4 * heldShare * rows * width * Math.min(kept, layers) * perLayer;
  return { session: all + activations, outside: 2 * all + 3 * trained };
}

/** In how many parts a batch fits the session; undefined where no number of them does. */
export function partsThatFit(encoder: EncoderShape, recipe: Recipe): number | undefined {
  for (let accumulation = 1; accumulation <= recipe.batchSize; accumulation *= 2) {
    if (trainingMemory(encoder, { ...recipe, accumulation }).session <= sessionLimit) return accumulation;
  }
  return undefined;
}

/** The next setting that takes less, as words of an order. */
export function lessMemory({ batchSize, accumulation = 1, maxTokens, trains = everything }: Recipe): string {
  if (2 * accumulation <= batchSize) return `set the parts of a batch to ${2 * accumulation}`;
  if (maxTokens > 64) return `cut inputs at ${Math.ceil(maxTokens / 2)} tokens`;
  return trains.kind === "all" ? "train the last layers or the head alone, or another encoder" : "take another encoder";
}

const isRemedy = (what: unknown) => /^(set|cut|train|take) /.test(String(what));

/** A device's `out-of-memory`, with the setting that takes less; any other error as it is. */
export function withLessMemory(error: unknown, recipe: Recipe): unknown {
  if (!(error instanceof ClinfuseError) || error.code !== "out-of-memory" || isRemedy(error.place.what)) return error;
  const remedy = lessMemory(recipe);
  return new ClinfuseError("out-of-memory", `${error.message}: ${remedy}`, { ...error.place, what: remedy }, { cause: error });
}

/** Throws `out-of-memory` with the numbers, and with the setting that would fit, before anything is loaded. */
export function requireTrainingMemory(encoder: EncoderShape, recipe: Recipe): void {
  const { session } = trainingMemory(encoder, recipe);
  if (session <= sessionLimit) return;
  const parts = partsThatFit(encoder, recipe);
  const remedy =
    parts === undefined ? "train the last layers or the head alone, or another encoder" : `set the parts of a batch to ${parts}`;
  const [got, expected] = [session, sessionLimit].map((n) => `${(n / 2 ** 30).toFixed(1)} GiB`) as [string, string];
  const sentence = `training so takes about ${got} of the ${expected} that a session can have: ${remedy}`;
  throw new ClinfuseError("out-of-memory", sentence, { what: remedy, got, expected });
}
