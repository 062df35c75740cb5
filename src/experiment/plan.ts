// A plan: cells of task, source, encoder and seeds, and the keys of the products that each is made of. Pure.

import { canonicalJson } from "../base/hash.ts";
import { type TaskRef, taskOf } from "../tasks/catalogue.ts";
import type { ExperimentConfig } from "./experiment-config.ts";
import type { NotebookData } from "./notebook.ts";
import { contentKey, productKey } from "./product.ts";
import type { DataKeys, TrainingBasis } from "./training-basis.ts";

/** One draws the data, one the texts (knowledge and prompts), one trains: each can vary while the others stay. */
export interface Seeds {
  readonly data: number;
  readonly text: number;
  readonly training: number;
}

export interface Cell {
  /** Its `seed` is the one of `seeds` that a step asks for. */
  readonly config: ExperimentConfig;
  readonly seeds: Seeds;
  /** Keeps the trained model's files; the scores are kept always. */
  readonly keepModel: boolean;
  /** Name of the trainer's files for the cell: its checkpoint, and its model. */
  readonly place: string;
}

export interface Plan {
  readonly cells: readonly Cell[];
}

export const sameSeeds = (seed: number): Seeds => ({ data: seed, text: seed, training: seed });

/** Examples in a share of a set, in percent: shares of one set are each the beginning of the next. */
export const sharedExamples = (examples: number, share: number): number =>
  examples === 0 ? 0 : Math.max(1, Math.round((examples * share) / 100));

/** A notebook is a plan of one cell, whose model is kept. */
export const planOfOne = (config: ExperimentConfig, place: string): Plan => ({
  cells: [{ config, seeds: sameSeeds(config.seed), keepModel: true, place }],
});

export async function dataKeys({
  train,
  validation,
  test,
}: Pick<NotebookData, "train" | "validation" | "test">): Promise<DataKeys> {
  const [ofTrain, ofValidation, ofTest] = await Promise.all([train, validation, test].map(contentKey));
  return { train: ofTrain as string, validation: ofValidation as string, test: ofTest as string };
}

/** Keys of a stage's products. */
export interface StageKeys {
  readonly model: string;
  readonly predictions: string;
  readonly scores: string;
}

/** Stage I follows from the few-shot set, the encoder, the seed and the recipe, whatever the source. */
export async function fewKeys(task: TaskRef, basis: TrainingBasis, data: DataKeys): Promise<StageKeys> {
  const { train = {}, ...settings } = basis.settings;
  const { syntheticEpochs: _, ...recipe } = train;
  const config = { task, ...settings, train: recipe, ...decisionKey(task) };
  return stageKeys(await productKey("model", [data.train, data.validation], config), task, data);
}

/** The rule by which a task's outputs are read decides the best epoch, and what a map calls right. Absent for the rules that there were from the start. */
export function decisionKey(ref: TaskRef): { readonly decision?: "some" } {
  const task = taskOf(ref);
  return task.shape === "sentence" && task.carries === "some" ? { decision: task.carries } : {};
}

/** Stage II follows from stage I and from the first so many examples of a run; and from its method, for a source that is a way of training. */
export async function syntheticKeys(task: TaskRef, basis: TrainingBasis, data: DataKeys, few: StageKeys): Promise<StageKeys> {
  const { examples, training, filter } = basis;
  const epochs = basis.settings.train?.syntheticEpochs;
  const own = { examples, epochs, ...(training ? { training } : {}), ...(filter ? { filter } : {}) };
  return stageKeys(await productKey("model", [few.model, basis.run], own), task, data);
}

/** Answers of a source itself follow from its run and the test set. */
export async function answerKeys(task: TaskRef, run: string, data: DataKeys): Promise<Omit<StageKeys, "model">> {
  const { predictions, scores } = await stageKeys(run, task, data);
  return { predictions, scores };
}

async function stageKeys(model: string, task: TaskRef, data: DataKeys): Promise<StageKeys> {
  const predictions = await productKey("predictions", [model, data.test], { task });
  return { model, predictions, scores: await productKey("scores", [predictions], { metrics: taskOf(task).metrics }) };
}

/** Name of a cell's stage I by its choices, before any data is read: cells of equal names share it. */
export function stageOneName({ config, seeds }: Cell): string {
  const { task, encoder, preset, train = {} } = config;
  const { syntheticEpochs: _, ...recipe } = train;
  return canonicalJson({ task, encoder, preset, recipe, data: seeds.data, training: seeds.training });
}
