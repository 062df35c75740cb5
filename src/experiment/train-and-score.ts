// Section 4.3 and its scores: two stages of fine-tuning, the test set scored after each; stopped, it goes on. Knows no device and no storage.

import type { Classifier } from "../classifier/classifier.ts";
import { predict } from "../classifier/predict.ts";
import { readingRemarks } from "../classifier/reading.ts";
import { score } from "../evaluate/score.ts";
import type { ExampleOf, Task } from "../tasks/task.ts";
import { CheckpointPace, type Checkpoints, noCheckpoints } from "../train/checkpoint.ts";
import { train } from "../train/train.ts";
import type { Stage, StageId } from "../train/train-config.ts";
import type { TrainRequest, TrainRunEvent } from "./steps.ts";
import type { KeptTraining, TrainingKeeper } from "./training-keeper.ts";

/**
 * Trains the classifier in place. After each stage it holds that stage's best weights and scores the test set with them: few-shot
 * alone, then few-shot + synthetic. A run without synthetic examples ends after the first. With a keeper it goes on where the same
 * training was left, telling again what that told, and keeps itself on its way. Errors: train's and predict's.
 */
export async function* trainAndScore(
  classifier: Classifier,
  request: TrainRequest,
  signal: AbortSignal,
  keeper?: TrainingKeeper,
): AsyncGenerator<TrainRunEvent, void> {
  const remarked = [...classifier.remarks, ...(await readingRemarks(classifier, request, signal))];
  for (const text of remarked) yield { type: "remark", text };
  const kept = await keeper?.find();
  if (!kept) await keeper?.clear(); // another training's best epoch may bear the name of one of this
  const told: TrainRunEvent[] = kept ? [...kept.events] : [];
  yield* told;
  if (kept) yield { type: "resumed", stage: kept.checkpoint.position.stage, step: kept.checkpoint.position.step };
  const remarks: TrainRunEvent[] = [];
  const resume = {
    checkpoints: keeper ? keeping(keeper, told, remarks) : noCheckpoints,
    ...(kept ? { from: kept.checkpoint } : {}),
  };
  for await (const event of train(classifier, stagesOf(request), request.validation, request.config, signal, resume)) {
    if (isKept(event)) told.push(event);
    yield event;
    yield* remarks.splice(0);
    if (event.type !== "stage-finished") continue;
    for await (const found of scoreTest(classifier, request, event.stage, signal)) {
      if (isKept(found)) told.push(found);
      yield found;
    }
  }
}

/** What a kept training tells again: what its curve and its scores are made of. */
const isKept = ({ type }: TrainRunEvent) => type === "stage" || type === "step" || type === "epoch" || type === "scored";

/** A checkpoint that cannot be stored is a remark, and the training goes on: once, for the next ones would fail alike. */
function keeping(keeper: TrainingKeeper, told: readonly TrainRunEvent[], remarks: TrainRunEvent[]): Checkpoints {
  const pace = new CheckpointPace();
  let failed = false;
  return {
    due: (after) => !failed && pace.due(after),
    async save(checkpoint) {
      const start = performance.now();
      const kept: KeptTraining = { checkpoint, events: [...told] };
      const { stage, step } = checkpoint.position;
      try {
        const bytes = await keeper.save(kept);
        const milliseconds = performance.now() - start;
        pace.wrote(milliseconds);
        remarks.push({ type: "kept", stage, step, bytes, milliseconds });
      } catch (error) {
        failed = true;
        remarks.push({ type: "not-kept", why: error instanceof Error ? error.message : String(error) });
      }
    },
  };
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
