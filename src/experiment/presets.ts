// The two presets of a run and what they set. `paper` is the paper's protocol (4.1.1, 5.1, App. C); `small` is tuned for the small models.

import type { MethodId } from "../generate/run-config.ts";
import type { ExperimentConfig, Preset } from "./experiment-config.ts";

type Chosen = Pick<ExperimentConfig, "task" | "method"> & Partial<ExperimentConfig>;

/** A whole config from a task and a method; what `chosen` names wins over the preset. */
export function presetConfig(preset: Preset, chosen: Chosen): ExperimentConfig {
  return { ...(preset === "paper" ? paper(chosen.method) : small(chosen)), ...chosen, preset };
}

type Defaults = Omit<ExperimentConfig, "task" | "method" | "preset">;

function paper(method: MethodId): Defaults {
  return {
    topics: "kg",
    topicCount: 300, // 4.1.1
    topicLists: "free",
    suggestStyles: true, // 4.1.2
    graph: "starter",
    model: "smollm2-135m-instruct",
    engine: "auto",
    encoder: "all-minilm-l6-v2",
    device: "auto",
    size: 5000, // App. C
    seed: 1,
    sampling: { temperature: 1, topP: 1, maxTokens: 512 }, // App. C; 512 is the released code's
    demonstrations: method === "zerogen" ? "none" : "shuffled",
    annotation: "model",
    grammar: true,
  };
}

function small({ method, topics = "kg" }: Chosen): Defaults {
  return {
    ...paper(method),
    topicCount: topics === "llm" ? 100 : 600, // a small model lists hardly more before it repeats itself
    topicLists: "held",
    suggestStyles: false, // a model of 135M parameters suggests none worth having
    size: 60,
    sampling: { temperature: 0.7, topP: 0.95, maxTokens: 48 },
    demonstrations: method === "zerogen" ? "none" : "fixed",
    annotation: method === "zerogen" ? "model" : "graph",
  };
}
