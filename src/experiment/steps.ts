// What each step of a run takes and tells: plain data that crosses a worker's border. The work itself is in the other rooms.

import type { Scores } from "../evaluate/scores.ts";
import type { RunConfig } from "../generate/run-config.ts";
import type { KnowledgeData } from "../knowledge/topic.ts";
import type { Example } from "../tasks/example.ts";
import type { Device, StageId, TrainConfig, TrainEvent } from "../train/train-config.ts";

export interface GraphInfo {
  readonly id: string;
  readonly name: string;
  readonly nodes: Readonly<Record<string, number>>; // by type
  readonly edges: Readonly<Record<string, number>>; // by relation
  /** Source and licence of its rows, with counts. */
  readonly provenance: readonly { readonly source: string; readonly licence: string; readonly rows: number }[];
}

export type ImportEvent =
  | { readonly type: "progress"; readonly done: number; readonly total: number } // bytes
  | { readonly type: "imported"; readonly graph: GraphInfo };

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

export type KnowledgeEvent =
  | { readonly type: "asking"; readonly what: "styles" | "topics"; readonly prompt: string }
  | { readonly type: "answered"; readonly what: "styles" | "topics"; readonly text: string; readonly found: number }
  | { readonly type: "remark"; readonly text: string } // what was decided on the way, for the user to read
  | { readonly type: "gathered"; readonly knowledge: KnowledgeData };

/**
 * `free`: as the paper asks, at length and at temperature 1. `held`: short, cooler lists, numbered by a grammar, for models that
 * otherwise ramble (knowledge/suggest-topics.ts).
 */
export type TopicLists = "free" | "held";

export interface KnowledgeRequest {
  readonly task: string;
  readonly graph: string;
  readonly topics: "kg" | "llm";
  readonly topicCount: number;
  readonly suggestStyles: boolean;
  /** How topics are asked of the language model. */
  readonly topicLists: TopicLists;
  readonly demonstrations: readonly Example[];
  readonly seed: number;
}

export interface GenerateRequest {
  readonly config: RunConfig;
  readonly demonstrations: readonly Example[];
  readonly knowledge: KnowledgeData;
}

export interface TrainRequest {
  readonly task: string;
  readonly encoder: string; // id in models/manifest.json
  readonly device: Device | "auto";
  readonly few: readonly Example[]; // stage I
  readonly synthetic: readonly Example[]; // stage II
  readonly validation: readonly Example[];
  readonly test: readonly Example[];
  readonly config: TrainConfig;
  readonly fewEpochs: number;
  readonly syntheticEpochs: number;
  /** Name under which the trained model is kept. */
  readonly save: string;
}

/** After each stage the test set is scored: few-shot alone, then few-shot + synthetic. */
export type TrainRunEvent =
  | { readonly type: "device"; readonly device: Device; readonly reason: string }
  /** It goes on after this step of a training that was left; what that told came before. */
  | { readonly type: "resumed"; readonly stage: StageId; readonly step: number }
  /** A checkpoint after this step is on the disk. */
  | {
      readonly type: "kept";
      readonly stage: StageId;
      readonly step: number;
      readonly bytes: number;
      readonly milliseconds: number;
    }
  /** Checkpoints cannot be stored; the training goes on without. */
  | { readonly type: "not-kept"; readonly why: string }
  /** The GPU went away; the training is set up anew and goes on. */
  | { readonly type: "device-lost"; readonly why: string }
  | TrainEvent
  | { readonly type: "scoring"; readonly stage: StageId; readonly done: number; readonly total: number } // test examples
  | { readonly type: "scored"; readonly stage: StageId; readonly scores: Scores; readonly predicted: readonly Example[] }
  | { readonly type: "saved"; readonly model: string; readonly bytes: number };

export type PredictEvent =
  | { readonly type: "loading"; readonly done: number; readonly total: number }
  | { readonly type: "predicted"; readonly done: number; readonly examples: readonly Example[] };

export interface DeviceInfo {
  readonly device: Device;
  readonly available: boolean;
  readonly reason: string;
}
