// Feedback at a barrier (ProGen): the examples that helped most, of each label, by their influence on a head. Knows no worker and no storage.

import { rng } from "../base/rng.ts";
import { type HeadData, partOf } from "../classifier/head-data.ts";
import type { Feedback, FeedbackChoice } from "../generate/source.ts";
import { taskOf } from "../tasks/catalogue.ts";
import type { Example } from "../tasks/example.ts";
import { labelsOf } from "../tasks/shapes.ts";
import type { Task } from "../tasks/task.ts";
import { influences } from "../train/influence.ts";
import { trainHead } from "../train/linear-head.ts";
import type { Drive, Part } from "./drive-cell.ts";
import type { NotebookData } from "./notebook.ts";
import { fewKeys } from "./plan.ts";
import type { ExperimentPorts } from "./ports.ts";
import { trainRequestOf } from "./requests.ts";
import { isOfHead } from "./steps.ts";
import { basisOf, type DataKeys } from "./training-basis.ts";

/** Examples shown of each label (ProGen's ratio of 50). */
const perLabel = 50;
/** Validation examples taken of the synthetic ones: a share of them, and so many at most. */
const heldOut = { share: 0.2, most: 1000 } as const;
/** Examples whose influence is computed, at most. */
const mostTraining = 10_000;
/** Added to the Hessian's diagonal: what ProGen's damping of 5e-3 and scale of 1e4 amount to. */
const lambda = 50;
/** Decay of the head: ProGen adds 0.005 times the sum of squares to its loss. */
const decay = 0.01;

/** A run under way, for the part of its driver that answers its barriers. */
export type FeedbackWork = Pick<Drive, "cell" | "signal" | "sharesStageOne"> & {
  readonly ports: { readonly trainer: Pick<ExperimentPorts["trainer"], "recipe" | "features"> };
};

export interface AtBarrier {
  readonly choice: FeedbackChoice;
  /** Accepted examples, in their order. */
  readonly accepted: readonly Example[];
  readonly data: Pick<NotebookData, "train" | "validation" | "test">;
  readonly keys: DataKeys;
}

/** The same examples, data and seed give the same feedback, as far as the device does. */
export async function* feedbackAt(work: FeedbackWork, { choice, accepted, data, keys }: AtBarrier): Part<Feedback> {
  const { cell } = work;
  const task = taskOf(cell.config.task);
  const after = accepted.length;
  const shuffled = shuffledAt(cell.seeds.text, after, accepted);
  if (after < choice.influenceFrom) return chanceFeedback(task, cell.seeds.text, after, accepted);
  const held = choice.validation === "few-shot-ce" ? 0 : Math.max(1, Math.min(heldOut.most, Math.floor(heldOut.share * after)));
  const training = shuffled.slice(held, held + mostTraining);
  const validation = choice.validation === "few-shot-ce" ? data.validation : shuffled.slice(0, held);
  const found = yield* featuresOf(work, data, keys, [...training, ...validation]);
  const order = helpfulFirst(found, training.length, choice.validation === "few-shot-ce" ? "ce" : "rce");
  return {
    after,
    demonstrations: ofEachLabel(
      task,
      order.map((i) => training[i] as Example),
    ),
  };
}

const shuffledAt = (seed: number, after: number, accepted: readonly Example[]): Example[] =>
  rng("feedback", seed, after).sample(accepted, accepted.length);

/** Feedback before influence chooses: by chance, and of each label alike. */
export function chanceFeedback(task: Task, seed: number, after: number, accepted: readonly Example[]): Feedback {
  return { after, demonstrations: ofEachLabel(task, shuffledAt(seed, after, accepted)) };
}

/** Examples of the training part whose influence is below 0, the most helpful first. */
function helpfulFirst(data: HeadData, count: number, loss: "ce" | "rce"): number[] {
  const [training, validation] = [partOf(data, 0, count), partOf(data, count, data.examples)];
  const found = influences({ weights: trainHead(training, decay), training, validation, loss, lambda });
  const by = (i: number) => found[i] as number;
  return [...found.keys()].filter((i) => by(i) < 0).sort((a, b) => by(a) - by(b) || a - b);
}

/** The first of each label; an example of several labels stands once. */
function ofEachLabel(task: Task, examples: readonly Example[]): Example[] {
  const chosen = task.labels.flatMap(({ id }) => examples.filter((example) => labelsOf(example).includes(id)).slice(0, perLabel));
  return [...new Set(chosen)];
}

/** Features of the encoder that stage I leaves: that of the cell itself, which is trained here where it is not there yet. */
async function* featuresOf(
  work: FeedbackWork,
  data: AtBarrier["data"],
  keys: DataKeys,
  examples: readonly Example[],
): Part<HeadData> {
  const { cell, ports, signal, sharesStageOne } = work;
  const config = { ...cell.config, seed: cell.seeds.training };
  const few = await fewKeys(config.task, basisOf(config, undefined, 0, keys), keys);
  const request = await trainRequestOf(config, data, [], cell.place, ports.trainer.recipe);
  // Kept only where other cells begin with it too: a file that no cell's end deletes would stay for good.
  const stage = { ...request, keepModel: false, scored: ["few"] as const, ...(sharesStageOne ? { stageOne: few.model } : {}) };
  let found: HeadData | undefined;
  for await (const event of ports.trainer.features({ stage, examples, wanted: "head-data" }, signal)) {
    if (event.type === "head-data") found = event.data;
    else if (!isOfHead(event)) yield { type: "train", event };
  }
  if (!found) throw new Error("features ended without `head-data`");
  return found;
}
