// WebLLM's own list of models, as rows to read: what each needs, whose licence it has, and where its files are. Fetches nothing.

import type { StatedNeeds } from "../models/model-entry.ts";
import { prebuiltRecords } from "./webllm/vendor.ts";

export interface PrebuiltModel {
  readonly id: string;
  readonly memoryMegabytes: number;
  readonly features: readonly string[];
  readonly bufferBytes: number;
  readonly contextTokens: number;
  /** By the model's family, as its publisher states it. */
  readonly licence: string;
  /** Address of the folder of weights. */
  readonly weights: string;
  /** Address of the compiled library, which lies elsewhere. */
  readonly library: string;
}

/** The first that fits. A family that is not here has "see its page". */
const licences: readonly (readonly [RegExp, string])[] = [
  [/DeepSeek-R1-Distill/, "MIT, over the base model's"],
  [/^(Hermes|.*Hermes).*Llama-3/, "Llama 3 Community License"],
  [/Llama-3\.2/, "Llama 3.2 Community License"],
  [/Llama-3\.1/, "Llama 3.1 Community License"],
  [/Llama-3/, "Llama 3 Community License"],
  [/Llama-2/, "Llama 2 Community License"],
  [/^Qwen2\.5-(Coder-)?3B/, "Qwen Research License"],
  [/^Qwen/, "Apache-2.0"],
  [/^phi-|^Phi-/, "MIT"],
  [/^gemma-4/, "Apache-2.0"],
  [/^gemma/, "Gemma Terms of Use"],
  [/SmolLM|TinyLlama|Mistral|Ministral|RedPajama|WizardMath|OpenHermes|NeuralHermes|snowflake/, "Apache-2.0"],
];

const languageModel = 0; // ModelType.LLM; the list leaves it out

/** Language models alone, without the builds for a shorter context. */
export function prebuiltModels(): readonly PrebuiltModel[] {
  return prebuiltRecords
    .filter((record) => (record.model_type ?? languageModel) === languageModel && !record.model_id.endsWith("-1k"))
    .map((record) => ({
      id: record.model_id,
      memoryMegabytes: record.vram_required_MB ?? 0,
      features: featuresOf(record.model_id, record.required_features),
      bufferBytes: record.buffer_size_required_bytes ?? 0,
      contextTokens: record.overrides?.context_window_size ?? 4096,
      licence: licences.find(([family]) => family.test(record.model_id))?.[1] ?? "see its page",
      weights: record.model,
      library: record.model_lib,
    }));
}

/** The list names a feature for some models of 16-bit floats and forgets others. */
function featuresOf(id: string, listed: readonly string[] | undefined): readonly string[] {
  return listed ?? (/q\d+f16/.test(id) ? ["shader-f16"] : []);
}

/** Statement of the list on the model of that id. */
export function prebuiltNeeds(id: string): StatedNeeds | undefined {
  const record = prebuiltRecords.find((prebuilt) => prebuilt.model_id === id);
  if (!record) return undefined;
  return {
    ...(record.vram_required_MB === undefined ? {} : { memoryMegabytes: record.vram_required_MB }),
    features: featuresOf(id, record.required_features),
    ...(record.buffer_size_required_bytes === undefined ? {} : { bufferBytes: record.buffer_size_required_bytes }),
  };
}
