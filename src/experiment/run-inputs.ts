// From the choices of a run to the config of its generation: names the inputs by their hashes, so that other inputs are another run.

import { canonicalJson, sha256 } from "../base/hash.ts";
import type { RunConfig } from "../generate/run-config.ts";
import { needs, sourceOf, withWriter } from "../generate/sources.ts";
import type { KnowledgeData } from "../knowledge/topic.ts";
import type { ExperimentConfig } from "./experiment-config.ts";
import type { NotebookData } from "./notebook.ts";

/** `model` is the open model's own id (engine and model), not the catalogue's. A source that takes real rows has them in its identity. */
export async function runConfigOf(
  { task, source, seed, size }: ExperimentConfig,
  model: string | undefined,
  { train, gold = [] }: Pick<NotebookData, "train" | "gold">,
  knowledge: KnowledgeData,
): Promise<RunConfig> {
  return {
    task,
    source: model === undefined ? source : withWriter(source, { model }),
    seed,
    size: sourceOf(source).extent(size, gold.length),
    examples: await hash(needs(source, "gold") ? { train, gold } : train),
    knowledge: await hash(knowledge),
  };
}

async function hash(value: unknown): Promise<string> {
  return (await sha256(canonicalJson(value))).slice(0, 16);
}
