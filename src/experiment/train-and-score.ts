// Section 4.3 and its scores: two stages of fine-tuning, the test set scored after each. Knows no device and no storage.

import { score } from "../evaluate/score.ts";
import type { ExampleOf, Task } from "../tasks/task.ts";
import type { Classifier } from "../train/classifier.ts";
import { predict } from "../train/predict.ts";
import { train } from "../train/train.ts";
import type { Stage, StageId } from "../train/train-config.ts";
import type { TrainRequest, TrainRunEvent } from "./steps.ts";

/**
 * Trains the classifier in place. After each stage it holds that stage's best weights and scores the test set with them: few-shot
 * alone, then few-shot + synthetic. A run without synthetic examples ends after the first. Errors: train's and predict's.
 */
export async function* trainAndScore(
  classifier: Classifier,
  request: TrainRequest,
  signal: AbortSignal,
): AsyncGenerator<TrainRunEvent, void> {
  for await (const event of train(classifier, stagesOf(request), request.validation, request.config, signal)) {
    yield event;
    if (event.type === "stage-finished") yield* scoreTest(classifier, request, event.stage, signal);
  }
}

function stagesOf({ few, synthetic, fewEpochs, syntheticEpochs }: TrainRequest): Stage[] {
  const stages: Stage[] = [{ id: "few", examples: few, epochs: fewEpochs }]; // equation 1
  if (synthetic.length > 0) stages.push({ id: "synthetic", examples: synthetic, epochs: syntheticEpochs }); // equation 2
  return stages;
}

async function* scoreTest(
  classifier: Classifier,
  { test }: TrainRequest,
  stage: StageId,
  signal: AbortSignal,
): AsyncGenerator<TrainRunEvent, void> {
  for await (const event of predict(classifier, test, signal)) {
    if (event.type === "compiling") yield event;
    else if (event.type === "progress") yield { type: "scoring", stage, done: event.done, total: event.total };
    else {
      const ofTask = (examples: typeof test) => examples as readonly ExampleOf<Task>[]; // predict refused other kinds
      yield {
        type: "scored",
        stage,
        scores: score(classifier.task, ofTask(test), ofTask(event.examples)),
        predicted: event.examples,
      };
    }
  }
}
