// Requests and events of each step of a run: plain data that crosses a worker's border. The work itself is in the other rooms.

import type { EpochView } from "../analyse/cartography.ts";
import type { HeadData } from "../classifier/head-data.ts";
import type { Sure } from "../classifier/task-head.ts";
import type { Scores } from "../evaluate/scores.ts";
import type { GenerateEvent } from "../generate/log.ts";
import type { RunConfig } from "../generate/run-config.ts";
import type { Feedback, Turn } from "../generate/source.ts";
import type { KnowledgeData } from "../knowledge/topic.ts";
import type { Device } from "../runtime/device.ts";
import type { TaskRef } from "../tasks/catalogue.ts";
import type { Example } from "../tasks/example.ts";
import type { MaskedEvent } from "../train/masked.ts";
import type { StageId, TrainConfig, TrainEvent } from "../train/train-config.ts";
import type { Training } from "../train/training-method.ts";

export interface ModelInfo {
  readonly id: string; // LanguageModel.id: engine and model
  /** Id in engines/catalogue.ts of the engine that "auto" came to, or that was asked for. */
  readonly engine: string;
  readonly contextTokens: number;
  readonly slots: number;
  /** The rung of the ladder and its reason, for the header: "2 WASM threads". */
  readonly runsOn: string;
}

export interface OpenModelRequest {
  readonly model: string; // id in models/manifest.json, or "scripted"
  readonly engine: string; // id in engines/catalogue.ts, or "auto"
}

export type OpenModelEvent =
  | { readonly type: "progress"; readonly what: string; readonly done: number; readonly total: number } // bytes
  | { readonly type: "opened"; readonly model: ModelInfo };

export interface GenerateRequest {
  readonly config: RunConfig;
  readonly demonstrations: readonly Example[];
  /** For a source that needs it. */
  readonly gold?: readonly Example[];
  readonly knowledge: KnowledgeData;
  /** Test items without their labels, for a source that answers them. */
  readonly items?: readonly Example[];
  /** The answer to the run's last `wants-feedback`. */
  readonly feedback?: Feedback;
}

/** An attempt of the request's run made again. */
export interface WriteAgainRequest extends Omit<GenerateRequest, "items" | "feedback"> {
  readonly index: number;
  /** Texts that it must not be, the demonstrations apart. */
  readonly taken: readonly Example[];
}

/** A completion of an attempt of the request's run, to be looked at token by token. */
export interface WatchAttemptRequest extends Omit<GenerateRequest, "items" | "feedback"> {
  readonly index: number;
  readonly turns: readonly Turn[];
}

export interface TrainRequest {
  readonly task: TaskRef;
  readonly encoder: string; // id in models/manifest.json
  readonly device: Device | "auto";
  readonly few: readonly Example[]; // stage I
  readonly synthetic: readonly Example[]; // stage II
  /** The way of training that the source is; absent for one whose examples are trained on as usual. */
  readonly training?: Training;
  readonly validation: readonly Example[];
  readonly test: readonly Example[];
  /** Name of the rows of `test` in remarks; absent: "test". */
  readonly testName?: string;
  readonly config: TrainConfig;
  readonly fewEpochs: number;
  readonly syntheticEpochs: number;
  /** Name of the checkpoint, and of the trained model where that is kept. */
  readonly save: string;
  /** Keeps the trained model's files; absent, they are kept. */
  readonly keepModel?: boolean;
  /** Key of stage I's weights: they are taken where they are there, else kept under it. Absent: neither. */
  readonly stageOne?: string;
  /** Stages whose test scores the caller has: they are not scored again. */
  readonly scored?: readonly StageId[];
}

/** All of a request that decides what comes out. */
export function decisive({ save: _, keepModel: __, stageOne: ___, scored: ____, testName: _____, ...request }: TrainRequest) {
  return request;
}

/** After each stage the test set is scored: few-shot alone, then few-shot + synthetic. */
export type TrainRunEvent =
  | { readonly type: "device"; readonly device: Device; readonly reason: string }
  /** A sentence for the user about the checkpoint or the data set. */
  | { readonly type: "remark"; readonly text: string }
  /** A training that was left resumes after this step. Its earlier events came before this one. */
  | { readonly type: "resumed"; readonly stage: StageId; readonly step: number }
  /** A checkpoint after this step is on the disk. */
  | {
      readonly type: "kept";
      readonly stage: StageId;
      readonly step: number;
      readonly bytes: number;
      readonly milliseconds: number;
    }
  /** Checkpoints cannot be stored; the training continues without. */
  | { readonly type: "not-kept"; readonly why: string }
  /** Stage I was trained before, for another cell. Its events come before this one, and its weights are loaded. */
  | { readonly type: "stage-found"; readonly stage: StageId }
  /** Stage I cannot be kept for other cells; the training continues without. */
  | { readonly type: "stage-not-kept"; readonly stage: StageId; readonly why: string }
  /** The GPU went away; the training is set up anew and resumes. */
  | { readonly type: "device-lost"; readonly why: string }
  | TrainEvent
  | { readonly type: "scoring"; readonly stage: StageId; readonly done: number; readonly total: number } // test examples
  | {
      readonly type: "scored";
      readonly stage: StageId;
      readonly scores: Scores;
      readonly predicted: readonly Example[];
      /** Probabilities of each prediction's labels or spans. */
      readonly sure?: readonly Sure[];
    }
  | { readonly type: "saved"; readonly model: string; readonly bytes: number }
  /** The trained model cannot be stored; the worker holds it in memory until it is saved again or the tab closes. */
  | { readonly type: "not-saved"; readonly model: string; readonly code: string; readonly why: string };

/** Features of examples by the encoder of stage I, and what is made of them. */
export interface FeaturesRequest {
  /** Stage I: no synthetic examples. It is trained where it is not kept under `stageOne`. */
  readonly stage: TrainRequest;
  readonly examples: readonly Example[];
  /** `head-data`: the features. `data-map`: a head is trained on them and watched. */
  readonly wanted: "head-data" | "data-map";
}

export type FeaturesEvent = TrainRunEvent | HeadEvent;

export type HeadEvent =
  /** Examples whose features are there, of all. */
  | { readonly type: "reading"; readonly done: number; readonly total: number }
  | { readonly type: "head-data"; readonly data: HeadData }
  /** Epochs of the head that are over, of all. */
  | { readonly type: "mapping"; readonly done: number; readonly total: number }
  | { readonly type: "data-map"; readonly epochs: readonly EpochView[] };

const headEvents: Readonly<Record<HeadEvent["type"], true>> = {
  reading: true,
  "head-data": true,
  mapping: true,
  "data-map": true,
};

/** Tells the head's events from those of stage I. */
export const isOfHead = (event: FeaturesEvent): event is HeadEvent => event.type in headEvents;

/** A run whose source fills masked places by the encoder, which is fine-tuned on the few-shot set first. */
export interface FillRequest {
  readonly run: GenerateRequest;
  readonly encoder: string; // id in models/manifest.json
  readonly device: Device | "auto";
  readonly validation: readonly Example[];
  /** Seed of the fine-tuning. */
  readonly seed: number;
  /** Stage I: its classifier labels what is made. For a source that needs one. */
  readonly stage?: TrainRequest;
}

export type FillEvent =
  | { readonly type: "generate"; readonly event: GenerateEvent }
  /** An event of the masked model. */
  | { readonly type: "masked"; readonly event: MaskedRunEvent }
  /** An event of stage I's classifier. */
  | { readonly type: "train"; readonly event: TrainRunEvent };

export type MaskedRunEvent = MaskedEvent | Extract<TrainRunEvent, { type: "device" | "loading" }>;

export type PredictEvent =
  | { readonly type: "loading"; readonly done: number; readonly total: number }
  | {
      readonly type: "predicted";
      readonly done: number;
      readonly examples: readonly Example[];
      /** As `scored` has it. */
      readonly sure?: readonly Sure[];
      /** By example: a part of it was not read. */
      readonly cut?: readonly boolean[];
    };

/** State of a trained model's files. */
export type TrainedState =
  | { readonly kind: "whole" }
  /** Only this tab has it, in memory. */
  | { readonly kind: "unsaved" }
  | { readonly kind: "missing" }
  | { readonly kind: "damaged"; readonly files: readonly string[] };

export interface DeviceInfo {
  readonly device: Device;
  readonly available: boolean;
  readonly reason: string;
}
