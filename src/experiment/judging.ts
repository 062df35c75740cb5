// Judgement of synthetic examples by trainings of their own: stage I's answers, a head's data map, and the answers of all together. Knows no worker and no storage.

import type { EpochView } from "../analyse/cartography.ts";
import type { TaskRef } from "../tasks/catalogue.ts";
import type { Example } from "../tasks/example.ts";
import { type Answer, answerOf } from "./answer.ts";
import { decisionKey } from "./plan.ts";
import type { ExperimentPorts } from "./ports.ts";
import { productKey } from "./product.ts";
import type { FeaturesEvent, TrainRequest } from "./steps.ts";

/** Word of the few-shot model and of a head on its encoder. */
export interface Watched {
  /** The examples with the few-shot model's answers in place of their own. */
  readonly labelled: readonly Example[];
  /** The head's epochs. */
  readonly epochs: readonly EpochView[];
}

export interface Judged extends Watched {
  /** Answers to the test set of the model that was trained on all examples. */
  readonly baseline: readonly Answer[];
}

interface TrainingTold {
  readonly type: "training";
  readonly by: "few-shot" | "all";
  readonly event: FeaturesEvent;
}

/** An event of the few-shot model with the head on its features, or of the training with all examples; last, the judges' word. */
export type JudgingEvent = TrainingTold | { readonly type: "judged"; readonly judged: Judged };

type Trainer = Pick<ExperimentPorts["trainer"], "train" | "features" | "forgetTraining">;

/** The word of `watching`; then the training of the run itself scores the test set. Errors: the trainer's. */
export async function* judging(trainer: Trainer, request: TrainRequest, signal: AbortSignal): AsyncGenerator<JudgingEvent, void> {
  const watched = yield* watching(trainer, request, signal);
  let baseline: readonly Answer[] = [];
  try {
    for await (const event of trainer.train({ ...request, scored: ["few"] }, signal)) {
      if (event.type === "scored") baseline = event.predicted.map(answerOf);
      yield { type: "training", by: "all", event };
    }
  } finally {
    await forget(trainer, request);
  }
  yield { type: "judged", judged: { ...watched, baseline } };
}

/**
 * `request`: the training of the run, with the examples as its synthetic ones. Stage I answers them, for it never saw them; a linear head on its encoder is
 * trained on them and watched (head-map.ts). A way of training is the run's alone: the judge is the plain stage I, whatever the run begins with. Errors: the
 * trainer's.
 */
export async function* watching(
  trainer: Trainer,
  request: TrainRequest,
  signal: AbortSignal,
): AsyncGenerator<TrainingTold, Watched> {
  const examples = request.synthetic;
  let labelled: readonly Example[] = [];
  let epochs: readonly EpochView[] = [];
  try {
    const { training: _, ...plain } = request;
    const stage: TrainRequest = { ...plain, synthetic: [], test: examples, testName: "synthetic" };
    for await (const event of trainer.features({ stage, examples, wanted: "data-map" }, signal)) {
      if (event.type === "scored") labelled = event.predicted;
      if (event.type === "data-map") epochs = event.epochs;
      yield { type: "training", by: "few-shot", event };
    }
  } finally {
    await forget(trainer, request);
  }
  return { labelled, epochs };
}

/** A rest of the training that cannot be deleted is overwritten by the next. */
const forget = ({ forgetTraining }: Trainer, { save }: TrainRequest) => forgetTraining?.({ model: save }).catch(() => undefined);

/**
 * Keys of the judges' word, and those under which older versions kept it: of a map that read several labels as "any" where the task has "some", and of one
 * that was no head's.
 */
export async function trustKeys(
  task: TaskRef,
  inputs: readonly string[],
  own: object,
): Promise<{ readonly now: string; readonly before: readonly string[] }> {
  const reading = decisionKey(task);
  const [now, read, first] = await Promise.all(
    [{ ...own, map: "head", ...reading }, { ...own, map: "head" }, own].map((config) => productKey("trust", inputs, config)),
  );
  return { now: now as string, before: [read, first].filter((key) => key !== undefined && key !== now) as string[] };
}
