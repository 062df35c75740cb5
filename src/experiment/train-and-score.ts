// Section 4.3 and its scores: two stages of fine-tuning, the test set scored after each, and the resume. Knows no device and no storage.

import { isAbort } from "../base/errors.ts";
import type { Classifier } from "../classifier/classifier.ts";
import { predict } from "../classifier/predict.ts";
import { readingRemarks } from "../classifier/reading.ts";
import { headOf } from "../classifier/task-head.ts";
import { score } from "../evaluate/score.ts";
import type { Trainer, WebGpuPath } from "../runtime/trainer.ts";
import type { ExampleOf, Task } from "../tasks/task.ts";
import { CheckpointPace, type Checkpoints, noCheckpoints } from "../train/checkpoint.ts";
import { type Resume, train } from "../train/train.ts";
import type { Stage, StageId } from "../train/train-config.ts";
import type { Prepared } from "../train/training-method.ts";
import { methodRow } from "../train/training-methods.ts";
import type { StageKeeper } from "./stage-keeper.ts";
import type { TrainRequest, TrainRunEvent } from "./steps.ts";
import type { KeptTraining, TrainingKeeper } from "./training-keeper.ts";

/** Keepers of a training on its way. Nothing is kept where one is absent. */
export interface TrainKeepers {
  /** The training under way. */
  readonly training?: TrainingKeeper;
  /** Stage I, for every cell that begins with it. */
  readonly stageOne?: StageKeeper;
  /** The trained model, before the test set is scored: what is trained is never lost to a kill while it is scored. */
  readonly model?: (classifier: Classifier) => AsyncGenerator<TrainRunEvent, void>;
}

/**
 * Trains the classifier in place. After each stage it holds that stage's best weights and scores the test set with them: few-shot
 * alone, then few-shot + synthetic. A run without synthetic examples ends after the first. It resumes where the same training was
 * left, and tells its events again. It begins with stage II where stage I is kept. Errors: those of train and predict.
 */
export async function* trainAndScore(
  classifier: Classifier,
  request: TrainRequest,
  signal: AbortSignal,
  keepers: TrainKeepers = {},
  prepared?: Prepared,
): AsyncGenerator<TrainRunEvent, void> {
  const remarked = [
    ...classifier.remarks,
    ...recipeRemarks(classifier, request),
    ...(await readingRemarks(classifier, request, signal)),
  ];
  const { trainer } = classifier;
  for (const text of [...remarked, ...pathRemarks(trainer)]) yield { type: "remark", text };
  let noted = trainer.note;
  const told: TrainRunEvent[] = [];
  const remarks: TrainRunEvent[] = [];
  const stages = stagesOf(request, prepared);
  const last = stages.at(-1)?.id;
  const ofSecond = (prepared?.remarks ?? []).map((text): TrainRunEvent => ({ type: "remark", text }));
  const { stageOne, ...others } = keepers;
  const shared = stages[0]?.id === "few" && stageOne ? { stageOne } : {}; // a model of its own has no part in what cells share
  const begun = yield* begin(classifier, request, { ...others, ...shared }, told, remarks, signal);
  for await (const event of train(
    classifier,
    stages.slice(begun.stage),
    request.validation,
    request.config,
    signal,
    begun.resume,
  )) {
    if (isKept(event)) told.push(event); // before anything is yielded: a reader may leave at a remark too
    // Told with stage II: what is kept of stage I is other cells' too.
    if ("stage" in event && event.stage === "synthetic") yield* ofSecond.splice(0);
    yield event;
    if (trainer.note !== noted) yield* noteOf((noted = trainer.note));
    yield* remarks.splice(0);
    if (event.type !== "stage-finished") continue;
    if (event.stage === "few") yield* keepStage(classifier, keepers.stageOne, told);
    if (event.stage === last && keepers.model) yield* keepers.model(classifier);
    yield* scoreTest(classifier, request, event.stage, told, signal);
  }
}

/** A remark on a setting that the task's loss does not know. */
function recipeRemarks({ task }: Classifier, { config }: TrainRequest): string[] {
  if (config.classWeights !== "balanced" || headOf(task) !== "multi") return [];
  return [`Balanced class weights count for nothing here: ${task.name} asks of each label by itself whether a text has it.`];
}

const pathNames: Readonly<Record<WebGpuPath, string>> = {
  program: "a program of Clinfuse's own kernels",
  onnxruntime: "onnxruntime",
};

/** The record of who computes, where there is a choice. */
function pathRemarks({ device, path, note }: Trainer): string[] {
  return device === "webgpu" ? [`Training on WebGPU was computed by ${pathNames[path]}.`, ...(note ? [sentence(note)] : [])] : [];
}

function* noteOf(note: string | undefined): Generator<TrainRunEvent> {
  if (note) yield { type: "remark", text: sentence(note) };
}

const sentence = (note: string) => `${note[0]?.toUpperCase()}${note.slice(1)}${note.endsWith(".") ? "" : "."}`;

/** A remark where another one computes than the one that began. */
function* movedFrom(path: WebGpuPath | undefined, trainer: Trainer): Generator<TrainRunEvent> {
  if (path === undefined || path === trainer.path) return;
  const text = `The training was begun by ${pathNames[path]} and resumes by ${pathNames[trainer.path]}: their numbers differ by rounding.`;
  yield { type: "remark", text };
}

interface Begun {
  /** Position of the first stage that is trained. */
  readonly stage: number;
  readonly resume: Resume;
}

/** Begins the training: at its checkpoint, after a stage I that is kept, or from the start. */
async function* begin(
  classifier: Classifier,
  request: TrainRequest,
  { training, stageOne, model }: TrainKeepers,
  told: TrainRunEvent[],
  remarks: TrainRunEvent[],
  signal: AbortSignal,
): AsyncGenerator<TrainRunEvent, Begun> {
  const checkpoints = training ? keeping(training, classifier.trainer, told, remarks) : noCheckpoints;
  const kept = await training?.find();
  if (kept) {
    told.push(...kept.events);
    yield* told;
    yield* movedFrom(kept.path, classifier.trainer);
    yield { type: "resumed", stage: kept.checkpoint.position.stage, step: kept.checkpoint.position.step };
    return { stage: 0, resume: { checkpoints, from: kept.checkpoint } };
  }
  await training?.clear(); // another training's best epoch may bear the name of one of this
  const stage = await stageOne?.find();
  if (!stage) return { stage: 0, resume: { checkpoints } };
  told.push(...stage.events);
  yield* told;
  await stage.load(classifier);
  yield { type: "stage-found", stage: "few" };
  if (stagesOf(request).length === 1 && model) yield* model(classifier);
  yield* scoreTest(classifier, request, "few", told, signal);
  return { stage: 1, resume: { checkpoints } };
}

/** Events that a kept training tells again: its curve, its scores and its cartography are made of them. */
const isKept = ({ type }: TrainRunEvent) =>
  type === "stage" || type === "step" || type === "epoch" || type === "dynamics" || type === "scored";

/** Stores stage I. One that cannot be stored is a remark, and the training continues. */
async function* keepStage(
  classifier: Classifier,
  keeper: StageKeeper | undefined,
  told: readonly TrainRunEvent[],
): AsyncGenerator<TrainRunEvent, void> {
  if (!keeper) return;
  try {
    await keeper.save(
      classifier,
      told.filter(({ type }) => type !== "scored"),
    );
  } catch (error) {
    if (isAbort(error)) throw error;
    yield { type: "stage-not-kept", stage: "few", why: error instanceof Error ? error.message : String(error) };
  }
}

/** Stores checkpoints. The first that cannot be stored is a remark, and the training continues: the next ones would fail alike. */
function keeping(
  keeper: TrainingKeeper,
  trainer: Trainer,
  told: readonly TrainRunEvent[],
  remarks: TrainRunEvent[],
): Checkpoints {
  const pace = new CheckpointPace();
  let failed = false;
  return {
    due: (after) => !failed && pace.due(after),
    async save(checkpoint) {
      const start = performance.now();
      const kept: KeptTraining = { checkpoint, events: [...told], path: trainer.path };
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

function stagesOf({ few, synthetic, training, fewEpochs, syntheticEpochs }: TrainRequest, prepared?: Prepared): Stage[] {
  const first: Stage = { id: "few", examples: few, epochs: fewEpochs }; // equation 1
  const second: Stage = prepared?.stage ?? { id: "synthetic", examples: synthetic, epochs: syntheticEpochs }; // equation 2
  if (training) return methodRow(training).begins === "encoder" ? [second] : [first, second];
  return synthetic.length > 0 ? [first, second] : [first];
}

async function* scoreTest(
  classifier: Classifier,
  { test, scored = [] }: TrainRequest,
  stage: StageId,
  told: TrainRunEvent[],
  signal: AbortSignal,
): AsyncGenerator<TrainRunEvent, void> {
  if (scored.includes(stage)) return;
  for await (const event of predict(classifier, test, signal)) {
    if (event.type === "compiling") yield event;
    else if (event.type === "progress") yield { type: "scoring", stage, done: event.done, total: event.total };
    else {
      const ofTask = (examples: typeof test) => examples as readonly ExampleOf<Task>[]; // predict refused other kinds
      const scores = score(classifier.task, ofTask(test), ofTask(event.examples));
      const found: TrainRunEvent = {
        type: "scored",
        stage,
        scores,
        predicted: event.examples,
        sure: event.sure,
      };
      told.push(found);
      yield found;
    }
  }
}
