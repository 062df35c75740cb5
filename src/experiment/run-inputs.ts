// From the choices of a run to the config of its generation: names the inputs by their hashes, so that other inputs are another run.

import { canonicalJson, sha256 } from "../base/hash.ts";
import type { RunConfig } from "../generate/run-config.ts";
import { needs, sourceOf, withWriter } from "../generate/sources.ts";
import type { KnowledgeData } from "../knowledge/topic.ts";
import { taskOf } from "../tasks/catalogue.ts";
import { blankOf } from "../tasks/shapes.ts";
import type { ExperimentConfig } from "./experiment-config.ts";
import type { NotebookData } from "./notebook.ts";
import type { Cell } from "./plan.ts";
import { productKey } from "./product.ts";
import type { DataKeys } from "./training-basis.ts";

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

/** Key of a cell's synthetic examples, by its choices and not by the model that wrote, and how many are wanted; 0 for a source that makes none. */
export async function madeKey(
  { config, seeds }: Pick<Cell, "config" | "seeds">,
  { train }: Pick<DataKeys, "train">,
  data: Pick<NotebookData, "train" | "validation" | "test" | "gold">,
  knowledge: KnowledgeData,
): Promise<{ readonly key: string; readonly size: number }> {
  const choices = await runConfigOf({ ...config, seed: seeds.text }, undefined, data, knowledge, seeds.training);
  const key = await productKey("made", [train, choices.knowledge], { ...choices, size: undefined });
  return { key, size: choices.size };
}

async function hash(value: unknown): Promise<string> {
  return (await sha256(canonicalJson(value))).slice(0, 16);
}
