// Memory that training takes, estimated before it starts from an encoder's shape and a recipe alone. Knows no device and no weights.

import { ClinfuseError } from "../base/errors.ts";
import { sizeOf } from "../graph/ops.ts";
import { partialBytes } from "../graph/wgsl.ts";
import { bertParameters, lookups } from "../nn/bert.ts";
import type { BertConfig } from "../nn/bert-config.ts";
import { prefixParameters } from "../nn/prefix.ts";
import { segmentLayers } from "../nn/training-graphs.ts";
import { everything, frozen, frozenLayers, loraParameters } from "../nn/trains.ts";
import { heapBytes } from "../runtime/heap.ts";
import type { TrainConfig } from "./train-config.ts";

/** The sizes of an encoder: its config. */
export type EncoderShape = BertConfig;

/** Bytes. */
export interface TrainingMemory {
  /** In WebAssembly's address space, or a session's on the GPU: weights, their gradients, and activations that the forward pass keeps for the backward pass. */
  readonly session: number;
  /** Outside it: weights, two moments, gradients, and the best epoch's weights. */
  readonly outside: number;
  /** On WebGPU, by a program: the largest product's sums in parts, beside both. */
  readonly partials: number;
}

type Recipe = Pick<TrainConfig, "batchSize" | "maxTokens" | "accumulation" | "checkpointing" | "trains" | "activations">;

export const sessionLimit = heapBytes;

/**
 * Fitted to WebAssembly's memory after two steps of MiniLM and BERT-base, 256 to 4,096 tokens a batch, with and without checkpointing
 * (onnxruntime-web 1.30). `session`: bytes of the session itself. `waiting`: share of the activations that wait for the backward pass. `passing`:
 * share of one layer's activations that the backward pass adds.
 */
const fitted = { session: 80e6, waiting: 0.79, passing: 0.9 };

/** Share of the activations' bytes that 16-bit ones take: not all can be stored so. */
const shortShare = 0.52;

/** For the widest batch that the recipe may make. */
export function trainingMemory(encoder: EncoderShape, recipe: Recipe): TrainingMemory {
  const { batchSize, maxTokens, accumulation = 1, trains = everything } = recipe;
  const encoderParameters = bertParameters(encoder);
  const parameters = [
    ...encoderParameters,
    ...loraParameters(encoderParameters, trains, encoder.initializerRange),
    ...prefixParameters(encoder, trains),
  ];
  const still = frozen(parameters, trains, encoder.layers);
  const bytes = (of: typeof parameters) => 4 * of.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const trained = parameters.filter(({ name }) => !still.has(name));
  const fed = (of: typeof parameters) => bytes(of.filter(({ name }) => !(name in lookups))); // tables' rows are looked up outside
  const width = Math.min(maxTokens, encoder.maxPositions); // a text beyond the widest bucket is run as wide as inputs may be
  const rows = Math.ceil(batchSize / accumulation);
  const { hiddenSize, intermediateSize, heads, layers } = encoder;
  const perLayer = 4 * rows * width * (8 * hiddenSize + 4 * intermediateSize + 3 * heads * width);
  const kept = Math.min(keptLayers(recipe, layers), layers);
  const share = isCut(recipe, layers) ? kept / layers : 1; // of the weights that one session is fed
  const short = recipe.activations === "float16" ? shortShare : 1;
  const waiting = Math.max(short * fitted.waiting * perLayer * kept, share * fed(trained));
  const session = fitted.session + share * fed(parameters) + waiting + fitted.passing * perLayer;
  const tokens = rows * width;
  const partials = Math.max(
    ...trained.map(({ shape: [a = 1, b = 1], name }) => (name in lookups ? 0 : partialBytes(a, b, tokens))),
    partialBytes(tokens, hiddenSize, hiddenSize),
    partialBytes(tokens, intermediateSize, hiddenSize),
    partialBytes(tokens, hiddenSize, intermediateSize),
  );
  return { session, outside: 2 * bytes(parameters) + 3 * bytes(trained), partials };
}

/** Tells whether a step goes through segments: see `bertModel`. */
const isCut = ({ checkpointing = false, trains = everything }: Recipe, layers: number) =>
  checkpointing && layers > segmentLayers && frozenLayers(trains, layers) === 0 && trains.kind !== "prefix";

/** Layers of which numbers wait at once. */
function keptLayers(recipe: Recipe, layers: number): number {
  if (isCut(recipe, layers)) return segmentLayers;
  const fixed = frozenLayers(recipe.trains ?? everything, layers);
  return fixed === 0 ? layers : layers - fixed + 1;
}

/** In how many parts a batch fits the session; undefined where no number of them does. */
export function partsThatFit(encoder: EncoderShape, recipe: Recipe): number | undefined {
  for (let accumulation = 1; accumulation <= recipe.batchSize; accumulation *= 2) {
    if (trainingMemory(encoder, { ...recipe, accumulation }).session <= sessionLimit) return accumulation;
  }
  return undefined;
}

/** The next setting that takes less, as words of an order. */
export function lessMemory({
  batchSize,
  accumulation = 1,
  checkpointing = false,
  maxTokens,
  trains = everything,
}: Recipe): string {
  if (2 * accumulation <= batchSize) return `set the parts of a batch to ${2 * accumulation}`;
  if (!checkpointing && trains.kind !== "head" && trains.kind !== "layers" && trains.kind !== "prefix")
    return "turn checkpointing on";
  if (maxTokens > 64) return `cut inputs at ${Math.ceil(maxTokens / 2)} tokens`;
  return trains.kind === "all" ? "train the last layers or the head alone, or another encoder" : "take another encoder";
}

const isRemedy = (what: unknown) => /^(set|turn|cut|train|take) /.test(String(what));

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
  const remedy = remedyThatFits(encoder, recipe);
  const [got, expected] = [session, sessionLimit].map((n) => `${(n / 2 ** 30).toFixed(1)} GiB`) as [string, string];
  const sentence = `training so takes about ${got} of the ${expected} that a session can have: ${remedy}`;
  throw new ClinfuseError("out-of-memory", sentence, { what: remedy, got, expected });
}

/** The setting with which a recipe that does not fit would, as words of an order. */
export function remedyThatFits(encoder: EncoderShape, recipe: Recipe): string {
  const parts = partsThatFit(encoder, recipe);
  if (parts !== undefined) return `set the parts of a batch to ${parts}`;
  const both = partsThatFit(encoder, { ...recipe, checkpointing: true });
  if (both === undefined) return "train the last layers or the head alone, or another encoder";
  return both === 1 ? "turn checkpointing on" : `turn checkpointing on, and set the parts of a batch to ${both}`;
}
