// Ways of training that are no set of texts (App. E): what each is made with, and what its row declares. Knows no source and no device.

import type { ClassifierOptions } from "../classifier/classifier.ts";
import type { Encoder } from "../classifier/encoder-files.ts";
import type { Variant } from "../classifier/variant.ts";
import type { BertConfig } from "../nn/bert-config.ts";
import type { Example } from "../tasks/example.ts";
import type { LearnableTask } from "../tasks/task.ts";
import type { Stage, TrainConfig } from "./train-config.ts";

/** A union: no field that means nothing for its kind. A new kind is a row here and in training-methods.ts. */
export type TrainingMethod =
  /** Hidden states and labels of two examples mixed in a layer (Chen et al. 2020). */
  | {
      readonly kind: "tmix";
      /** Both parameters of the Beta distribution of the share. */
      readonly alpha: number;
      /** Layers that a batch may be mixed after, of an encoder of twelve. */
      readonly layers: readonly number[];
    }
  /** Embeddings and tags of two sequences mixed, and read as the nearest tokens (Zhang et al. 2020). */
  | {
      readonly kind: "seqmix";
      readonly variant: SeqMixVariant;
      readonly alpha: number;
      /** Tokens of a window that is mixed. */
      readonly window: number;
    }
  /** A frozen encoder behind a trained prefix, with label words for its head (Chen et al. 2022). It has a recipe of its own. */
  | { readonly kind: "lightner"; readonly learningRate: number; readonly batchSize: number; readonly epochs: number }
  /** A question behind each text, and a contrast of it with the words (Chen et al. 2023). */
  | { readonly kind: "kgpc" };

/** Whole sequences of one length; a window of each; or windows with the same tags. */
export type SeqMixVariant = "whole" | "window" | "same-tags";

export type TrainingMethodKind = TrainingMethod["kind"];
export type MethodOf<K extends TrainingMethodKind> = Extract<TrainingMethod, { kind: K }>;

/** A method, as a request for a training and its basis name it. */
export interface Training {
  readonly method: TrainingMethod;
  /** Examples that a stage II on made texts would have: they decide its number of steps. */
  readonly size: number;
}

/** All that stage II may follow from. */
export interface Material {
  readonly task: LearnableTask;
  /** As it was opened, weights included: stage I has not touched it. */
  readonly encoder: Encoder;
  /** The few-shot set. */
  readonly few: readonly Example[];
  /** Examples that the source made; empty for one that makes none. */
  readonly synthetic: readonly Example[];
  readonly size: number;
  readonly epochs: number;
  readonly config: TrainConfig;
}

export interface Prepared {
  readonly stage: Stage;
  /** Remarks for the user, a sentence each. */
  readonly remarks: readonly string[];
}

export interface TrainingMethodRow<M extends TrainingMethod = TrainingMethod> {
  /** `stage-one`: stage II goes on with the weights of stage I, which all cells share. `encoder`: a model of its own, with stage II alone. */
  readonly begins: "stage-one" | "encoder";
  /** Rows that it puts through the encoder for each example of a batch. */
  readonly rows: number;
  /** Examples of a batch, for a method whose recipe is its own. */
  batchSize?(method: M): number;
  /** Variant of the classifier, where it is another than the plain one. */
  readonly variant?: Variant;
  /** Options that its classifier is opened with, beside those of every classifier: graphs, head, what trains. */
  classifier(method: M, encoder: BertConfig): Partial<ClassifierOptions>;
  /** A pure function of its material: a training that resumes prepares the same again. */
  prepare(method: M, material: Material, signal: AbortSignal): Promise<Prepared>;
}
