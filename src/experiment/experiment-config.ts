// One config for the whole flow of section 5. The app's steps edit it part by part; a headless run takes it whole. Reads the form of 0.1.0 too.

import type { FlatRunConfig } from "../generate/run-config.ts";
import type { SourceConfig } from "../generate/source.ts";
import type { TopicLists } from "../knowledge/gather.ts";
import type { Device } from "../runtime/device.ts";
import type { TaskRef } from "../tasks/catalogue.ts";
import type { TrainConfig } from "../train/train-config.ts";
import type { TrustFilter } from "./trust.ts";

/** `paper`: the paper's protocol. `small`: settings for models of some hundred million parameters, on a laptop without a GPU. */
export type Preset = "small" | "paper";

/** Most examples that can be asked for: twenty times the paper's. */
export const mostExamples = 100_000;

/** Filters that need no reader. */
export type JudgeFilter = Exclude<TrustFilter, "hand">;

/** Id of the graph that ships, which is imported by its first use. */
export const starterGraph = "starter";

export interface ExperimentConfig {
  readonly task: TaskRef;
  readonly preset: Preset;
  /** Source of the training data. Its writer's model is an id in the catalogue, or "scripted" for the tour without a model. */
  readonly source: SourceConfig;
  /** Topics drawn for each label. Paper: 300 per entity type from a language model; all of the graph's. */
  readonly topicCount: number;
  /** Licences under which the graph's topics and names must be. Absent: any. */
  readonly licences?: readonly string[] | undefined;
  /** Form of the question for topics, where a language model is asked. Absent: the paper's. */
  readonly topicLists?: TopicLists;
  readonly graph: string; // id of an imported graph; `starterGraph` is the one that ships
  readonly engine: string; // id in engines/catalogue.ts, "auto": the first that reads the writer's model, or "batch-file": another machine wrote
  readonly encoder: string; // encoder, id in models/manifest.json
  readonly device: Device | "auto";
  readonly size: number; // accepted examples
  /** Percent of them that stage II learns from: the first ones of the run, which is made whole. Absent: all. */
  readonly share?: number;
  /** Judge whose doubts leave examples out of stage II. Absent: none. */
  readonly filter?: JudgeFilter;
  readonly seed: number;
  /** The encoder's own recipe where absent. */
  readonly train?: Partial<TrainConfig> & { readonly fewEpochs?: number; readonly syntheticEpochs?: number };
}

/** The form of 0.1.0: the source's choices beside the others, whatever the method. */
export interface FlatExperimentConfig
  extends Omit<ExperimentConfig, "source">,
    Pick<FlatRunConfig, "method" | "model" | "sampling" | "demonstrations" | "annotation" | "grammar"> {
  readonly topics: "kg" | "llm";
  readonly suggestStyles: boolean;
}

/** A stored config in the present form. */
export function upgradedExperiment(stored: ExperimentConfig | FlatExperimentConfig): ExperimentConfig {
  if (!("method" in stored)) return stored;
  const { method, topics, suggestStyles, model, sampling, demonstrations, annotation, grammar, ...kept } = stored;
  const writer = { model, sampling, demonstrations, grammar };
  const source: SourceConfig =
    method === "clingen"
      ? { kind: method, topics, styles: suggestStyles ? "llm" : "paper", marks: annotation, writer }
      : { kind: method, writer, ...(annotation === "graph" ? { marks: annotation } : {}) };
  return { ...kept, source };
}
