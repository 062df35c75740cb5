// One config for the whole flow of section 5, and its presets. The app's steps edit it part by part; a headless run takes it whole.

import type { Sampling } from "../engines/language-model.ts";
import type { MethodId, RunConfig } from "../generate/run-config.ts";
import type { TopicLists } from "../knowledge/gather.ts";
import type { Device } from "../runtime/device.ts";
import type { TrainConfig } from "../train/train-config.ts";

/** `paper`: the paper's protocol. `small`: what serves models of some hundred million parameters on a laptop without a GPU. */
export type Preset = "small" | "paper";

export interface ExperimentConfig {
  readonly task: string; // task id
  readonly preset: Preset;
  readonly method: MethodId;
  /** ClinGen w/ KG or w/ LLM (section 4.1.1). */
  readonly topics: "kg" | "llm";
  /** Topics drawn for each label. Paper: 300 per entity type from a language model; all of the graph's. */
  readonly topicCount: number;
  /** Ask the language model for styles (F.1), or keep the paper's examples. */
  readonly suggestStyles: boolean;
  /** How a language model is asked for topics; absent, as the paper asks. */
  readonly topicLists?: TopicLists;
  readonly graph: string; // id of an imported graph; "starter" is the one that ships
  readonly model: string; // language model, id in the catalogue; "scripted" for the tour without a model
  readonly engine: string; // id in engines/catalogue.ts, or "auto": the first that reads the model
  readonly encoder: string; // encoder, id in models/manifest.json
  readonly device: Device | "auto";
  readonly size: number; // accepted examples
  readonly seed: number;
  readonly sampling: Sampling;
  readonly demonstrations: RunConfig["demonstrations"];
  readonly annotation: RunConfig["annotation"];
  readonly grammar: boolean;
  /** The encoder's own recipe where absent. */
  readonly train?: Partial<TrainConfig> & { readonly fewEpochs?: number; readonly syntheticEpochs?: number };
}
