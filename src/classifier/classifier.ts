// The classifier C_theta of section 4.3: an encoder with a task's head, its weights on a device. Knows no storage.

import { ClinfuseError } from "../base/errors.ts";
import { rng } from "../base/rng.ts";
import { bertModel } from "../nn/model.ts";
import { everything, type Trains, trainsProblem } from "../nn/trains.ts";
import type { Device } from "../runtime/device.ts";
import { openTrainer } from "../runtime/open-trainer.ts";
import type { Trainer, WebGpuPath } from "../runtime/trainer.ts";
import type { LearnableTask } from "../tasks/task.ts";
import type { WordPiece } from "../text/word-piece.ts";
import { fitWeights } from "../weights/fit-weights.ts";
import { withAddedTokens } from "./added-tokens.ts";
import { weightsForLabels } from "./checkpoint-head.ts";
import type { Encoder } from "./encoder-files.ts";
import { markersOf, outputNames } from "./task-head.ts";
import { type Variant, variantRow, variantSuits } from "./variant.ts";

export interface Classifier {
  readonly task: LearnableTask;
  readonly encoder: Omit<Encoder, "weights">;
  /** Names of the outputs, in order. */
  readonly names: readonly string[];
  /** Longer inputs are cut, special tokens counted. */
  readonly maxTokens: number;
  readonly trainer: Trainer;
  readonly trains: Trains;
  readonly variant: Variant;
  /** Pieces behind every input, their separator included; none where the variant asks no question. */
  readonly query: readonly number[];
  /** Parameters that the checkpoint lacked and that were drawn: the head of a model that is new to the task. */
  readonly initialised: readonly string[];
  /** Remarks for the user on how the checkpoint was read, a sentence each. */
  readonly remarks: readonly string[];
  /** The frozen layers, if any: see `trainer.features`. `firstToken`: the first token's features of each text are enough. */
  readonly fixed: { readonly firstToken: boolean } | undefined;
  /** True once for each graph: the trainer compiles on its first use, which takes seconds. */
  compiles(use: "step" | "infer" | "features", rows: number, tokens: number, mix?: number): boolean;
  close(): Promise<void>;
}

export interface ClassifierOptions {
  readonly device: Device;
  /** Who computes on WebGPU; onnxruntime where absent. */
  readonly path?: WebGpuPath;
  readonly maxTokens: number;
  /** Seed of the draws for a new head. */
  readonly seed: number;
  readonly trains?: Trains;
  readonly dropout?: number;
  /** See TrainConfig. */
  readonly checkpointing?: boolean;
  /** See TrainConfig. */
  readonly activations?: "float32" | "float16";
  /** `plain` where absent. */
  readonly variant?: Variant;
}

/**
 * Puts an encoder with the task's head on a device. Errors: `no-webgpu`, `out-of-memory`, `device-lost`, and `model-unsupported`
 * for a checkpoint whose tensors do not fit its config, and for a choice of what trains that the encoder does not have.
 */
export async function openClassifier(task: LearnableTask, checkpoint: Encoder, options: ClassifierOptions): Promise<Classifier> {
  const encoder = withAddedTokens(checkpoint, markersOf(task), rng(options.seed, "tokens"));
  const names = outputNames(task);
  const { variant = "plain", dropout = 0, checkpointing = false } = options;
  const row = variantRow(variant);
  const { trains = options.trains ?? everything } = row;
  const { layers, hiddenSize } = encoder.config;
  const problem = variantSuits(variant, task)
    ? trainsProblem(trains, layers, hiddenSize)
    : `${variant} tags words, and ${task.name} has no tags`;
  if (problem) throw new ClinfuseError("model-unsupported", `${problem}: the encoder has ${layers} layers`, { what: problem });
  const gathered = options.device === "wasm"; // a GPU keeps the tables
  const graphs = bertModel(encoder.config, row.head(task, encoder.tokenizer), { trains, dropout, gathered, checkpointing });
  const draws = rng(options.seed, "head", task.id);
  const own = weightsForLabels(encoder, names);
  const checkpointed = new Map([...(row.headWeights?.(encoder, task) ?? []), ...own.weights]);
  const { weights, initialised } = fitWeights(graphs.parameters, checkpointed, () => draws.next());
  const { device, path, activations } = options;
  const trainer = await openTrainer({
    device,
    ...(path ? { path } : {}),
    ...(activations ? { activations } : {}),
    graphs,
    weights,
  });
  const { weights: _, ...rest } = encoder;
  const seen = new Set<string>();
  const maxTokens = Math.min(options.maxTokens, encoder.config.maxPositions, encoder.maxTokens ?? Number.POSITIVE_INFINITY);
  return {
    task,
    encoder: rest,
    names,
    maxTokens,
    trainer,
    trains,
    variant,
    query: row.query ? queryPieces(encoder.tokenizer, row.query(task), maxTokens) : [],
    fixed: graphs.fixed,
    initialised,
    remarks: [...encoder.remarks, ...(own.remark === undefined ? [] : [own.remark])],
    compiles(use, rows, tokens, mix) {
      const key = `${use} ${rows} ${tokens} ${mix ?? ""}`;
      if (seen.has(key)) return false;
      seen.add(key);
      return true;
    },
    close: () => trainer.close(),
  };
}

/** Share of an input that a query may take. */
const mostQuery = 0.25;

/** A query as it stands behind every input: its pieces, cut where they are too many, and a separator. */
function queryPieces(tokenizer: WordPiece, query: string, maxTokens: number): readonly number[] {
  const { ids } = tokenizer.pieces(tokenizer.words(query));
  return [...ids.slice(0, Math.floor(maxTokens * mostQuery)), tokenizer.special.separator];
}
