// Training dynamics: what a model makes of its own training examples after an epoch. Knows no optimizer and no measure.

import type { Classifier } from "../classifier/classifier.ts";
import { infer } from "../classifier/predict.ts";
import type { Input } from "../classifier/task-head.ts";
import type { Stage, TrainEvent } from "./train-config.ts";

/**
 * One pass of prediction over the stage's examples, without dropout. A text counts by its least likely word, as in Wang and Mueller 2022: a mean
 * over some twenty words hides the one that is wrong. Inputs that are made of several examples are left out: they have no label of their own.
 */
export async function* dynamicsOf(
  classifier: Classifier,
  stage: Stage,
  epoch: number,
  inputs: readonly Input[],
  signal: AbortSignal,
): AsyncGenerator<TrainEvent, void> {
  const work = infer(classifier, inputs.slice(0, stage.examples.length), signal);
  let next = await work.next();
  for (; !next.done; next = await work.next()) if (next.value.type === "compiling") yield next.value;
  const gold = next.value.map(({ worst }) => Math.exp(-worst));
  yield { type: "dynamics", stage: stage.id, epoch, gold, right: next.value.map(({ right }) => right) };
}
