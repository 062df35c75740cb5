// The training recipe (App. C), its defaults, and the events of a training.

import type { Mixing } from "../classifier/mixed-feeds.ts";
import type { Input } from "../classifier/task-head.ts";
import type { Scores } from "../evaluate/scores.ts";
import type { Trains } from "../nn/trains.ts";
import type { Example } from "../tasks/example.ts";

export type StageId = "few" | "synthetic"; // equations 1 and 2

export interface Stage {
  readonly id: StageId;
  readonly examples: readonly Example[];
  readonly epochs: number;
  /** Inputs that are no examples: their targets are mixed. They stand behind the examples'. */
  readonly made?: readonly Input[];
  /** Batches of an epoch, in as many passes over the examples as they take. Absent: one pass. */
  readonly batches?: number;
  /** A recipe of its own, in the place of the config's. */
  readonly recipe?: Partial<Pick<TrainConfig, "learningRate" | "batchSize">>;
  /** Each batch is mixed with itself (TMix). */
  readonly mixing?: Mixing;
}

export interface TrainConfig {
  /** Peak rate. Paper: 2e-5 for PubMedBERT Base, 4e-5 for Large. */
  readonly learningRate: number;
  readonly batchSize: number;
  /** Parts that a batch is worked off in, for want of memory: the step is the same but for rounding, and for the draws of dropout. 1 where absent. */
  readonly accumulation?: number;
  /** Checkpointing: layer outputs are computed again in the backward pass, two layers at a time, to save memory. The step is the same but for rounding. */
  readonly checkpointing?: boolean;
  /**
   * `float16`: numbers that the forward pass stores have 16 bits, for less memory; sums are float32, and so are gradients, weights and moments. Only a
   * program on WebGPU can. A step's loss then is right to 0.1 %, its gradient to 1 %. Absent: float32.
   */
  readonly activations?: "float32" | "float16";
  /** Longer inputs are cut. Paper: 256. */
  readonly maxTokens: number;
  /** Share of the steps of a stage in which the rate rises linearly from 0. Paper: 0.05. */
  readonly warmup: number;
  /** Decay of the rate to 0 after the warm-up. Paper: linear. */
  readonly schedule?: "linear" | "cosine";
  /** Share of a target's weight that all outputs divide among them (Szegedy et al. 2016); 0 or absent for none. */
  readonly labelSmoothing?: number;
  /** `balanced`: a target counts by the inverse of its frequency in the stage, as scikit-learn has it. */
  readonly classWeights?: "none" | "balanced";
  /** Share of numbers that a step drops at BERT's sites; 0 or absent for none. BERT's own: 0.1. */
  readonly dropout?: number;
  /** Part of the encoder that trains, beside the head; everything where absent. */
  readonly trains?: Trains;
  /** A stage ends after so many epochs without a better one; 0 or absent for never. */
  readonly patience?: number;
  readonly weightDecay: number;
  /** Decays biases and LayerNorm's vectors too; absent, they decay, as PyTorch's AdamW has it. */
  readonly decayVectors?: boolean;
  /** Largest global norm of the gradient; 0 for no clipping. */
  readonly clipNorm: number;
  readonly seed: number;
  /** Tells after each epoch what the model makes of its training examples (cartography): one pass of prediction more an epoch. Changes no step. */
  readonly cartography?: boolean;
}

/** Scores of an epoch's weights on the validation examples. */
export interface Validated {
  readonly scores: Scores;
  /** The task's main metric. */
  readonly main: number;
  /** Mean cross-entropy in nats. */
  readonly loss: number;
}

export type TrainEvent =
  | { readonly type: "loading"; readonly what: string; readonly done: number; readonly total: number } // bytes
  | { readonly type: "compiling"; readonly tokens: number } // a session for one bucket of lengths
  /** Outputs of the frozen layers for the stage's examples: once, before its first step. */
  | { readonly type: "features"; readonly stage: StageId; readonly done: number; readonly total: number } // examples
  | {
      readonly type: "stage";
      readonly stage: StageId;
      readonly examples: number;
      readonly epochs: number;
      readonly steps: number;
    }
  | {
      readonly type: "step";
      readonly stage: StageId;
      readonly step: number; // from 1, within the stage
      readonly steps: number;
      readonly epoch: number; // from 1
      readonly loss: number;
      readonly learningRate: number;
      readonly gradientNorm: number;
      readonly milliseconds: number;
    }
  | {
      readonly type: "epoch";
      readonly stage: StageId;
      readonly epoch: number;
      readonly loss: number;
      readonly validation: Scores;
      /** Mean cross-entropy of the validation examples, in nats. It decides between equal scores. */
      readonly validationLoss: number;
      readonly best: boolean;
    }
  /**
   * After an epoch's last step, of each of the stage's examples in their order (Swayamdipta et al. 2020). `gold`: probability of its own label;
   * with several targets, of the least likely one. `right`: all of its targets are predicted.
   */
  | {
      readonly type: "dynamics";
      readonly stage: StageId;
      readonly epoch: number;
      readonly gold: readonly number[];
      readonly right: readonly boolean[];
    }
  | { readonly type: "stage-finished"; readonly stage: StageId; readonly bestEpoch: number };
