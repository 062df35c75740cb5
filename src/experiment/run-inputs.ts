// From the choices of a run to the config of its generation: names the inputs by their hashes, so that other inputs are another run.

import { canonicalJson, sha256 } from "../base/hash.ts";
import type { RunConfig } from "../generate/run-config.ts";
import type { KnowledgeData } from "../knowledge/topic.ts";
import type { Example } from "../tasks/example.ts";
import type { ExperimentConfig } from "./experiment-config.ts";

/** `model` is the open model's own id (engine and model), not the catalogue's. */
export async function runConfigOf(
  config: ExperimentConfig,
  model: string,
  demonstrations: readonly Example[],
  knowledge: KnowledgeData,
): Promise<RunConfig> {
  const { task, method, seed, size, sampling, annotation, grammar } = config;
  return {
    task,
    method,
    model,
    seed,
    size,
    sampling,
    demonstrations: config.demonstrations,
    annotation,
    grammar,
    examples: await hash(demonstrations),
    knowledge: await hash(knowledge),
  };
}

async function hash(value: unknown): Promise<string> {
  return (await sha256(canonicalJson(value))).slice(0, 16);
}
