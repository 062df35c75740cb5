// The port of a trainer: a model's weights on one device, steps on them, and logits from them. Knows no task and no text.

import type { Graph } from "../graph/graph.ts";
import type { BatchShape, Parameter } from "../graph/parameter.ts";
import type { LazyWeight, Weights } from "../weights/weight.ts";

/** A dense tensor in row-major order. */
export interface HostTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
}

/** Inputs of a graph by name. `input_ids`, [batch, tokens], or `features`, [batch, tokens, width], picks the graph; so does the name of `mixInput`. */
export type Feeds = Readonly<Record<string, HostTensor>>;

/**
 * All that the next steps depend on. Of each parameter that trains its `weight:<name>` and AdamW's moments, `first:<name>` and
 * `second:<name>`; those that do not train are the checkpoint's that was opened.
 */
export interface TrainerState {
  /** Taken since the moments were zero. */
  readonly steps: number;
  readonly tensors: readonly LazyWeight[];
}

/** Graphs of a trainer: one for training and one for inference for each shape of batch, over the same parameters. */
export interface TrainableGraphs {
  readonly parameters: readonly Parameter[];
  /**
   * Parameters that are tables of rows -> the int32 input that says which rows. Their gradient comes out per row looked up,
   * [...indices.shape, columns], and the trainer adds up equal rows: in one order, so that a step is reproducible.
   */
  readonly lookups: Readonly<Record<string, string>>;
  /** Parameters that no step changes. */
  readonly frozen: ReadonlySet<string>;
  /**
   * Its outputs: `loss`, a scalar, and `gradient:<name>` for each parameter that is not frozen. A table that is read as a whole too has
   * `dense:<name>` beside, of its own shape, which adds to the rows'.
   */
  training(shape: BatchShape): Graph;
  /** Its output: `logits`. */
  inference(shape: BatchShape): Graph;
  /** The frozen part next to the inputs, if any: its graph, with the output `features`, and training on them. */
  readonly fixed?: {
    features(shape: BatchShape): Graph;
    training(shape: BatchShape): Graph;
  };
  /**
   * Training in segments, for want of memory: each but the last is run forward for its output `next_states`, which the one after it reads as
   * `states`; then, from the last to the first, backward. That reads what its forward graph reads, and as `cotangent` the `next_cotangent` of the
   * segment after it; it outputs what `training` would as far as it is its own.
   */
  readonly segments?: {
    readonly count: number;
    forward(i: number, shape: BatchShape): Graph;
    backward(i: number, shape: BatchShape): Graph;
  };
}

export interface StepOptions {
  readonly learningRate: number;
  readonly weightDecay: number;
  /** Decays biases and LayerNorm's vectors too; absent, they decay, as PyTorch's AdamW has it. */
  readonly decayVectors?: boolean;
  /** Largest global norm of the gradient; 0 for no clipping. */
  readonly clipNorm: number;
  /** The numbers may come back with those of a later step that is not held, or at a `flush`. For trainers that have one. */
  readonly held?: boolean;
}

/** Numbers of a step: the loss before the update, the gradient's norm before clipping. */
export interface StepNumbers {
  readonly loss: number;
  readonly gradientNorm: number;
}

/** The parts of a batch. */
export const partsOf = (batch: Feeds | readonly Feeds[]): readonly Feeds[] => (Array.isArray(batch) ? batch : [batch as Feeds]);

/** Weight decay of a parameter of this shape. */
export const decayOf = ({ weightDecay, decayVectors = true }: StepOptions, shape: readonly number[]): number =>
  decayVectors || shape.length > 1 ? weightDecay : 0;

/** Who computes on WebGPU: a program of our own kernels, or onnxruntime-web. */
export type WebGpuPath = "program" | "onnxruntime";

export interface TrainerOptions {
  readonly device: "webgpu" | "wasm";
  /** Who computes on WebGPU; onnxruntime where absent. A program that cannot be had gives way to it, see `Trainer.note`. */
  readonly path?: WebGpuPath;
  /** `float16`: a program keeps what the forward pass stores in 16 bits. Nothing else does. */
  readonly activations?: "float32" | "float16";
  readonly graphs: TrainableGraphs;
  /** One for each parameter of the graphs; copied. See `fitWeights`. */
  readonly weights: Weights;
  /** Called before a session is made for a new use or shape of batch, which takes seconds. */
  readonly onCompile?: (tokens: number) => void;
}

export interface Trainer {
  readonly device: "webgpu" | "wasm";
  /** Who computes; on WASM it is onnxruntime. It may change once, with a note. */
  readonly path: WebGpuPath;
  /** Steps that are worth queueing before the numbers of an earlier one are there; 0 where each is computed as it is asked for. */
  readonly ahead: number;
  /** Sentence that says why onnxruntime computes where a program was asked for. */
  readonly note?: string | undefined;
  /**
   * Forward, backward, AdamW, in place. A batch may come in parts, whose
   * losses and gradients add up: their `scale` is the whole batch's. Calls are done in the order of asking, those of the other methods too.
   */
  step(batch: Feeds | readonly Feeds[], options: StepOptions): Promise<StepNumbers>;
  /** Has the numbers of held steps come back. Absent where none is ever held. */
  flush?(): Promise<void>;
  /** The head's logits. */
  infer(feeds: Feeds): Promise<HostTensor>;
  /** Outputs of the frozen part, [batch, tokens, width], to be fed to steps in the place of ids. For graphs that have one. */
  features(feeds: Feeds): Promise<HostTensor>;
  /** A copy of the current weights. */
  read(): Promise<Weights>;
  /** Replaces weights by name; resets the optimizer's moments and step count. */
  write(weights: Weights): Promise<void>;
  /** State to resume from: read it before the next step. */
  state(): Promise<TrainerState>;
  /** Goes back to a state of the same graphs; on WASM the steps after it are the same to the bit. Throws `model-unsupported` for one of others. */
  restore(state: TrainerState): Promise<void>;
  close(): Promise<void>;
}
