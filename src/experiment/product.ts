// Products of an experiment, each under a key that names all it follows from. Knows no storage but by its port.

import type { Analysis } from "../analyse/analysis.ts";
import { canonicalJson, sha256 } from "../base/hash.ts";
import type { Scores } from "../evaluate/scores.ts";
import type { NamedRequest } from "../generate/recorded-model.ts";
import type { RejectReason } from "../generate/source.ts";
import type { KeptAnswer } from "../knowledge/kept-answers.ts";
import type { KnowledgeData } from "../knowledge/topic.ts";
import type { Device } from "../runtime/device.ts";
import type { Answer } from "./answer.ts";
import type { BatchTold } from "./batch-file.ts";
import type { KeptBatch } from "./batch-store.ts";
import type { NotebookData } from "./notebook.ts";
import type { ModelInfo, TrainRunEvent } from "./steps.ts";
import type { Trust } from "./trust.ts";

/** Synthetic examples: the run's log holds them, the product says which run. */
export interface Made {
  /** Id of the generation run: its log lies under it. */
  readonly run: string;
  /** The language model that wrote; absent for a source without one. */
  readonly writer?: ModelInfo;
  /** Examples that were asked for. */
  readonly size: number;
  readonly accepted: number;
  /** Rejected attempts by reason, up to the last accepted one. */
  readonly rejected: Readonly<Partial<Record<RejectReason, number>>>;
  /** Tokens of the same attempts; absent in a product of an older version. */
  readonly tokens?: Tokens;
}

/** Tokens that a language model read and wrote, of all attempts and all candidates, as its own tokenizer counts. */
export interface Tokens {
  readonly prompt: number;
  readonly completion: number;
}

/** A trained classifier: its curve, and its files where they are kept. */
export interface TrainedModel {
  readonly device: Device;
  /** Name of the kept files; absent where only the scores are kept. */
  readonly name?: string;
  readonly history: readonly Extract<TrainRunEvent, { type: "step" | "epoch" }>[];
  /** As `TrainingResult` has them. */
  readonly remarks?: readonly string[];
  /** Key of the encoder's files that it was trained from. Absent in a product of an older version. */
  readonly weights?: string;
}

/** Embeddings of a set's texts, a row each in order: what a second look at the same texts is spared. */
export interface Embeddings {
  readonly columns: number;
  readonly data: Float32Array;
}

/** A batch without its turns, each of which is a product of its own: the first of them is written once, and read with every answer. */
export interface StoredBatch extends Omit<KeptBatch, "turns"> {
  readonly turns: number;
  /** Attempts of the run that was taken over from it: their outcome stays. */
  readonly settled: number;
  /** Examples wanted when it was told last. */
  readonly size: number;
  readonly told: BatchTold;
}

/** Figures are pure functions of these and drawn anew each time, so none is kept. */
export interface Products {
  readonly data: NotebookData;
  /** Answers of the language model that knowledge is made of, as they come. Begun, they resume a step that was killed. */
  readonly suggestions: readonly KeptAnswer[];
  readonly knowledge: KnowledgeData;
  readonly made: Made;
  readonly model: TrainedModel;
  /** In the order of the test set. */
  readonly predictions: readonly Answer[];
  readonly scores: Scores;
  /** Measures of the synthetic text beside the real (section 6). */
  readonly analysis: Analysis;
  readonly embeddings: Embeddings;
  /** Charges against each synthetic example, and what the reader decided. */
  readonly trust: Trust;
  /** Answers of another machine to this run's prompts, as far as they came. */
  readonly batch: StoredBatch;
  /** Prompts of one turn of a batch. */
  readonly turn: readonly NamedRequest[];
}

export type ProductKind = keyof Products;

/** Kinds that a product store keeps. Imported data are held by the caller. */
export type KeptKind = Exclude<ProductKind, "data">;

export interface Product<K extends KeptKind> {
  readonly kind: K;
  readonly key: string;
  /** `begun`: a sitting began it and none has ended it. */
  readonly state: "begun" | "whole";
  /** Milliseconds that it took, over all sittings. */
  readonly milliseconds: number;
  readonly value: Products[K];
}

export type AnyProduct = { readonly [K in KeptKind]: Product<K> }[KeptKind];

/** Answers: is the product of this key there, whole or begun? Resuming, extending and never computing twice follow from it. */
export interface ProductStore {
  find<K extends KeptKind>(kind: K, key: string): Promise<Product<K> | undefined>;
  /** All of them or none. */
  put(...products: readonly AnyProduct[]): Promise<void>;
}

/** 16 hex digits: hash of the kind, the keys of the inputs and the product's own config. A field that is undefined is none. */
export async function productKey(kind: ProductKind, inputs: readonly string[], config: unknown): Promise<string> {
  return contentKey({ kind, inputs, config });
}

/** 16 hex digits of plain data: a key by content, for data that come from outside or may be edited. */
export async function contentKey(value: unknown): Promise<string> {
  return (await sha256(canonicalJson(value))).slice(0, 16);
}
