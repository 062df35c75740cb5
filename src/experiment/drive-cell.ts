// Types and functions that the driver's parts share: target, events, and how a product is put. Knows no step.

import { ClinfuseError, type ErrorCode, type Place } from "../base/errors.ts";
import type { GenerateEvent } from "../generate/log.ts";
import type { KnowledgeEvent } from "../knowledge/gather.ts";
import type { ImportEvent } from "../knowledge/graphs.ts";
import type { KnowledgeData } from "../knowledge/topic.ts";
import type { NotebookData, StageResult, Step, TrainingResult } from "./notebook.ts";
import type { Cell } from "./plan.ts";
import type { ExperimentPorts } from "./ports.ts";
import type { KeptKind, Made, Product, ProductStore } from "./product.ts";
import type { MaskedRunEvent, OpenModelEvent, PredictEvent, TrainRunEvent } from "./steps.ts";
import type { DataKeys } from "./training-basis.ts";

/** The last product that a cell is driven to. */
export type Target = "knowledge" | "made" | "scores";

/** Events of a cell, flat: `cell` is its position in the plan. */
export type CellEvent =
  /** A step begins to compute. */
  /** No cell is analysed: its texts are measured where they are looked at. */
  | { readonly type: "step"; readonly step: Exclude<Step, "analyse"> }
  /** A product was there already. */
  | { readonly type: "found"; readonly kind: KeptKind; readonly key: string }
  /** A product was begun, or is whole now; it is in the store. */
  | { readonly type: "product"; readonly state: "begun" | "whole"; readonly kind: KeptKind; readonly key: string }
  | { readonly type: "knowledge"; readonly event: KnowledgeEvent | ImportEvent | OpenModelEvent }
  | { readonly type: "generate"; readonly event: GenerateEvent }
  /** The masked model that a source fills places by. */
  | { readonly type: "masked"; readonly event: MaskedRunEvent }
  | { readonly type: "train"; readonly event: TrainRunEvent | Exclude<PredictEvent, { type: "predicted" }> }
  /** The training so far, where it is more than its last event: results found in the store, then those that became whole. */
  | { readonly type: "training"; readonly training: TrainingResult }
  | { readonly type: "result"; readonly result: CellResult };

/** Why a cell has no result. */
export interface Failure {
  /** "failed" for what nobody foresaw. */
  readonly code: ErrorCode | "failed";
  readonly message: string;
  readonly place?: Place;
}

export type DriveEvent = { readonly cell: number } & (
  | CellEvent
  | { readonly type: "cell"; readonly cells: number; readonly of: Cell }
  /** With `keepGoing`, in place of a `result`. What the cell made before is in the store. */
  | { readonly type: "failed"; readonly failure: Failure }
);

export interface CellResult {
  readonly data: NotebookData;
  readonly keys: DataKeys;
  readonly knowledge: KnowledgeData;
  /** Absent where the target came before it, and for a source that makes nothing. */
  readonly made?: Made;
  /** Absent where the target came before it. */
  readonly training?: TrainingResult;
  /** The test set as the source itself answered it: there in place of a training. */
  readonly answered?: StageResult;
  /** Key of the last stage's predictions on the test set. Absent where the target came before them. */
  readonly predictions?: string;
  /** Milliseconds of each step, over all sittings. */
  readonly spent: Readonly<Partial<Record<Step, number>>>;
}

export interface DriveOptions {
  readonly until?: Target;
  /** Compute the target's product although it is there; it stays until the new one is whole. */
  readonly again?: boolean;
  /** Knowledge that is given, so that none is gathered: the user may have edited it. */
  readonly knowledge?: KnowledgeData;
  /** A cell that fails is told as `failed`, and the next begins. Absent: it ends the plan. */
  readonly keepGoing?: boolean;
}

/** A cell under way, for each part of the driver. */
export interface Drive {
  readonly cell: Cell;
  readonly store: ProductStore;
  readonly ports: ExperimentPorts;
  readonly signal: AbortSignal;
  readonly until: Target;
  readonly again: boolean;
  /** Another cell of the plan begins with the same stage I. */
  readonly sharesStageOne: boolean;
}

export type Part<T> = AsyncGenerator<CellEvent, T>;

/** Puts a product into the store, then tells it. */
export async function* put<K extends KeptKind>(store: ProductStore, product: Product<K>): Part<Product<K>> {
  await store.put(product as unknown as Parameters<ProductStore["put"]>[0]);
  yield { type: "product", state: product.state, kind: product.kind, key: product.key };
  return product;
}

/** Tells whether the encoder's files of this key gave a product, as far as both are known: an encoder that is not here gave what stands. */
export const isOf = (made: { readonly weights?: string }, weights: string | undefined): boolean =>
  weights === undefined || made.weights === undefined || made.weights === weights;

export function failureOf(error: unknown): Failure {
  if (error instanceof ClinfuseError) return { code: error.code, message: error.message, place: error.place };
  return { code: "failed", message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}
