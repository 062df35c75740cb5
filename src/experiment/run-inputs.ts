// From the choices of a run to the config of its generation: names the inputs by their hashes, so that other inputs are another run.

import { canonicalJson, sha256 } from "../base/hash.ts";
import type { RunConfig } from "../generate/run-config.ts";
import { needs, sourceOf, withWriter } from "../generate/sources.ts";
import type { KnowledgeData } from "../knowledge/topic.ts";
import { taskOf } from "../tasks/catalogue.ts";
import { blankOf } from "../tasks/shapes.ts";
import type { ExperimentConfig } from "./experiment-config.ts";
import type { NotebookData } from "./notebook.ts";

/**
 * `model` is the open model's own id (engine and model), not the catalogue's. A source that takes real rows has them in its identity; one that
 * an encoder takes part in has that encoder's training in it, which draws by `trainingSeed`.
 */
export async function runConfigOf(
  config: ExperimentConfig,
  model: string | undefined,
  { train, validation, test, gold = [] }: Pick<NotebookData, "train" | "validation" | "test" | "gold">,
  knowledge: KnowledgeData,
  trainingSeed = config.seed,
): Promise<RunConfig> {
  const { task, source, seed, size, encoder, preset, train: recipe } = config;
  const inputs = {
    train,
    ...(needs(source, "gold") ? { gold } : {}),
    ...(needs(source, "test") ? { test: test.map(blankOf) } : {}),
    ...(needs(source, "masked") ? { validation, encoder, trainingSeed } : {}),
    ...(needs(source, "encoder") ? { validation, encoder, preset, recipe, trainingSeed } : {}),
  };
  const { wording } = taskOf(task);
  return {
    task,
    ...(wording === undefined ? {} : { wording }),
    source: model === undefined ? source : withWriter(source, { model }),
    seed,
    size: sourceOf(source).extent(size, gold.length, test.length),
    examples: await hash(Object.keys(inputs).length > 1 ? inputs : train),
    knowledge: await hash(knowledge),
  };
}

async function hash(value: unknown): Promise<string> {
  return (await sha256(canonicalJson(value))).slice(0, 16);
}
