// Requests to each step from a cell's choices. Pure but for hashing.

import { type Synthetic, turnsOf } from "../generate/log.ts";
import type { RejectReason } from "../generate/source.ts";
import { sourceOf } from "../generate/sources.ts";
import { type KnowledgeRequest, readsGraph } from "../knowledge/gather.ts";
import type { Example } from "../tasks/example.ts";
import type { ExperimentConfig } from "./experiment-config.ts";
import type { NotebookData } from "./notebook.ts";
import type { LogReader, RecipeReader } from "./ports.ts";
import type { Tokens } from "./product.ts";
import type { TrainRequest } from "./steps.ts";
import { trainingOf } from "./training-basis.ts";

/** Undefined for a source that works without knowledge. */
export function knowledgeRequestOf(config: ExperimentConfig, demonstrations: readonly Example[]): KnowledgeRequest | undefined {
  const { task, graph, source, topicCount, topicLists = "free", licences, seed } = config;
  const choice = sourceOf(source).knowledge?.(source);
  if (!choice) return undefined;
  const { topics, styles, names, alternatives } = choice;
  const own = {
    ...(styles === "none" ? { withoutStyles: true as const } : {}),
    ...(names ? { names } : {}),
    ...(alternatives ? { alternatives } : {}),
  };
  const request = { task, graph, topics, topicCount, topicLists, suggestStyles: styles === "llm", ...own, seed, demonstrations };
  if (!licences || !readsGraph(request)) return request;
  return { ...request, licences: [...licences].sort(), licensedNames: true };
}

/** The first `size` accepted examples of a run, how often each reason threw one away before them, and the tokens of all. */
export async function readLog(
  readRun: LogReader,
  run: string,
  size: number,
): Promise<{ synthetic: Synthetic[]; rejected: Partial<Record<RejectReason, number>>; tokens: Tokens }> {
  const synthetic: Synthetic[] = [];
  const rejected: Partial<Record<RejectReason, number>> = {};
  let [prompt, completion] = [0, 0];
  for await (const entry of readRun({ id: run })) {
    if (synthetic.length === size) break;
    if (entry.type === "feedback") continue;
    for (const turn of turnsOf(entry)) {
      prompt += turn.promptTokens;
      completion += turn.completionTokens;
    }
    if (entry.type === "accepted") synthetic.push(entry);
    else rejected[entry.reason] = (rejected[entry.reason] ?? 0) + 1;
  }
  return { synthetic, rejected, tokens: { prompt, completion } };
}

/** The recipe of the encoder and preset, with the config's changes. */
export async function trainRequestOf(
  config: ExperimentConfig,
  data: Pick<NotebookData, "train" | "validation" | "test">,
  synthetic: readonly Example[],
  save: string,
  recipeOf: RecipeReader,
): Promise<TrainRequest> {
  const recipe = await recipeOf({ encoder: config.encoder, preset: config.preset });
  const { fewEpochs = recipe.fewEpochs, syntheticEpochs = recipe.syntheticEpochs, ...changes } = config.train ?? {};
  const training = trainingOf(config);
  return {
    task: config.task,
    encoder: config.encoder,
    device: config.device,
    few: data.train,
    synthetic,
    ...(training ? { training } : {}),
    validation: data.validation,
    test: data.test,
    config: { ...recipe.config, seed: config.seed, ...changes },
    fewEpochs,
    syntheticEpochs,
    save,
  };
}
