// The driver's part for section 4.3: models, predictions and scores of both stages. Knows no worker and no storage.

import { score } from "../evaluate/score.ts";
import { taskOf } from "../tasks/catalogue.ts";
import type { ExampleOf, Task } from "../tasks/task.ts";
import type { StageId } from "../train/train-config.ts";
import { type Answer, answered, answerOf, answersOf } from "./answer.ts";
import { type Drive, isOf, type Part } from "./drive-cell.ts";
import { type Filtered, filteredBy } from "./drive-trust.ts";
import type { NotebookData, TrainingResult } from "./notebook.ts";
import { fewKeys, type StageKeys, syntheticKeys } from "./plan.ts";
import { type AnyProduct, contentKey, type Made, type Product, type TrainedModel } from "./product.ts";
import { readLog, trainRequestOf } from "./requests.ts";
import type { TrainRunEvent } from "./steps.ts";
import { type Stopwatch, stopwatch } from "./stopwatch.ts";
import { basisOf, type DataKeys, lastStageOf } from "./training-basis.ts";
import { untrained, withTrainEvent } from "./training-result.ts";

/** A training of one cell: its keys, and its results so far. */
interface Training {
  readonly work: Drive;
  readonly data: NotebookData;
  readonly keys: Readonly<Partial<Record<StageId, StageKeys>>>;
  /** The last stage: its model is the cell's. */
  readonly last: StageId;
  /** Key of the encoder's files; undefined where it is not here. */
  readonly weights: string | undefined;
  /** Predictions of the model that stood under the last stage's key, where other files gave it: they go as soon as this training's model takes its place. */
  readonly outdated: readonly AnyProduct[];
  result: TrainingResult;
  /** Stage I is counted in every cell that begins with it, whichever trained it: the time is the method's, wherever it stands in the plan. */
  readonly clock: Stopwatch;
  /** No earlier sitting of this training was counted. */
  readonly isFirst: boolean;
}

export async function* driveTraining(
  work: Drive,
  keys: DataKeys,
  data: NotebookData,
  made: Made | undefined,
): Part<{ training: TrainingResult; milliseconds: number; predictions: string }> {
  const { cell, store, again } = work;
  const config = { ...cell.config, seed: cell.seeds.training };
  const whole = basisOf(config, made?.run, made?.accepted ?? 0, keys);
  const few = await fewKeys(config.task, whole, keys);
  const weights = await weightsOf(work);
  const filtered = made && (yield* filteredBy({ work, data, keys, made, few: few.model, weights }));
  const filter = filtered && { by: filtered.by, of: whole.examples, kept: await contentKey(filtered.kept) };
  const basis = filter ? { ...whole, examples: filtered.kept.length, filter } : whole;
  const last: StageId = lastStageOf(basis);
  const stages = { few, ...(last === "synthetic" ? { synthetic: await syntheticKeys(config.task, basis, keys, few) } : {}) };
  const lastKeys = stages[last] as StageKeys;
  const stood = await store.find("model", lastKeys.model);
  const begun = stood && isOf(stood.value, weights) ? stood : undefined;
  const outdated = stood && !begun ? [noPredictions(lastKeys)] : [];
  const clock = stopwatch(again ? 0 : begun?.milliseconds);
  const isFirst = again || begun === undefined;
  const training: Training = {
    work,
    data,
    keys: stages,
    last,
    weights,
    outdated,
    result: untrained(basis, weights),
    clock,
    isFirst,
  };
  const model = again ? undefined : yield* foundModel(training, begun);
  if (!again) for (const stage of ["few", "synthetic"] as const) yield* findScores(training, stage, model !== undefined);
  if (model) yield* scoreKept(training, model);
  if (!model || !training.result.results[last]) yield* train(training, made, filtered);
  // The time that is stored, so that a cell which is found again tells the same.
  const kept = model ? begun : await store.find("model", lastKeys.model);
  const own = kept?.state === "whole" ? kept.milliseconds : clock();
  return { training: training.result, milliseconds: own + (filtered?.milliseconds ?? 0), predictions: lastKeys.predictions };
}

/** Key of the encoder's files; undefined where it is not here. */
async function weightsOf({ cell, ports }: Drive): Promise<string | undefined> {
  const { encoder, preset } = cell.config;
  return ports.trainer.recipe({ encoder, preset }).then(
    ({ weights }) => weights,
    () => undefined,
  );
}

/** Predictions that are not there, in the place of some that are. */
const noPredictions = ({ predictions }: StageKeys): Product<"predictions"> => ({
  kind: "predictions",
  key: predictions,
  state: "begun",
  milliseconds: 0,
  value: [],
});

/** The cell's model, where it is whole and its files are there if they are asked for. */
async function* foundModel(training: Training, found: Product<"model"> | undefined): Part<TrainedModel | undefined> {
  const { work } = training;
  if (found?.state !== "whole") return undefined;
  const { value, key } = found;
  if (work.cell.keepModel) {
    if (value.name === undefined) return undefined;
    const { kind } = await work.ports.trainer.trainedState({ model: value.name });
    if (kind !== "whole") return undefined;
  }
  const { name, ...told } = value;
  training.result = { ...training.result, ...told, ...(name === undefined ? {} : { model: name }) };
  yield { type: "found", kind: "model", key };
  return value;
}

/** Scores that are there, or that follow from predictions that are there. */
async function* findScores(training: Training, stage: StageId, whole: boolean): Part<void> {
  const { work, keys, last, weights } = training;
  const of = keys[stage];
  // Stage II is told again with its model, unless that is whole: scores without a model to go with them would lie.
  if (!of || (stage === last && !whole)) return;
  const predictions = await work.store.find("predictions", of.predictions);
  if (predictions?.state !== "whole") return;
  const model = await work.store.find("model", of.model);
  if (model && !isOf(model.value, weights)) return;
  const predicted = predictions.value;
  const found = await work.store.find("scores", of.scores);
  const scores = found?.state === "whole" ? found.value : scoresOf(training, predicted);
  if (!found) await work.store.put({ kind: "scores", key: of.scores, state: "whole", milliseconds: 0, value: scores });
  training.result = { ...training.result, results: { ...training.result.results, [stage]: { scores, predicted } } };
  yield { type: "found", kind: "scores", key: of.scores };
  yield { type: "training", training: training.result };
}

function scoresOf({ work, data }: Training, predicted: readonly Answer[]) {
  const task = taskOf(work.cell.config.task);
  const ofTask = (examples: NotebookData["test"]) => examples as readonly ExampleOf<Task>[];
  return score(task, ofTask(data.test), ofTask(answered(data.test, predicted)));
}

/** The model is kept and its test scores are not there: the tab was closed between. */
async function* scoreKept(training: Training, { name, device }: TrainedModel): Part<void> {
  const { work, data, last, result } = training;
  if (result.results[last] || name === undefined) return;
  yield { type: "step", step: "train" };
  const { task } = work.cell.config;
  const request = { task, model: name, device, examples: data.test };
  for await (const event of work.ports.trainer.predict(request, work.signal)) {
    if (event.type !== "predicted") yield { type: "train", event };
    else {
      const predicted = event.examples.map(answerOf);
      yield* keepScores(training, {
        type: "scored",
        stage: last,
        scores: scoresOf(training, predicted),
        predicted: event.examples,
        ...(event.sure ? { sure: event.sure } : {}),
      });
    }
  }
}

async function* train(training: Training, made: Made | undefined, filtered: Filtered | undefined): Part<void> {
  const { work, data, keys, last, clock } = training;
  const { cell, ports, store, signal, again, sharesStageOne } = work;
  yield { type: "step", step: "train" };
  const config = { ...cell.config, seed: cell.seeds.training };
  const written = made ? (await readLog(ports.pipeline.readRun, made.run, made.accepted)).synthetic : [];
  const synthetic = filtered ? filtered.kept.flatMap((i) => written[i] ?? []) : written;
  const known = training.result.results.few && last === "synthetic" ? (["few"] as const) : [];
  const request = {
    ...(await trainRequestOf(
      config,
      data,
      synthetic.map((s) => s.example),
      cell.place,
      ports.trainer.recipe,
    )),
    keepModel: cell.keepModel,
    ...(sharesStageOne && keys.few ? { stageOne: keys.few.model } : {}),
    ...(known.length > 0 ? { scored: known } : {}),
  };
  const results = known.length > 0 ? training.result.results : {};
  training.result = { ...untrained(training.result.basis, training.weights), results };
  yield { type: "training", training: training.result };
  const saveBegun = async () => {
    if (!again) await store.put(modelOf(training, "begun"), ...training.outdated); // what is to be made anew stays until the new one is whole
  };
  try {
    for await (const event of ports.trainer.train(request, signal)) {
      training.result = withTrainEvent(training.result, event);
      if (event.type === "device-lost") training.result = { ...training.result, results };
      if (event.type === "stage-found" && training.isFirst) await countStageOne(training);
      yield { type: "train", event };
      if (event.type === "device-lost") yield { type: "training", training: training.result };
      if (event.type === "saved") yield* keepModel(training, event.model);
      if (event.type === "scored") yield* keepScores(training, event);
      if (event.type === "kept" || (clock.due() && !isWhole(training))) await saveBegun();
    }
  } catch (error) {
    if (!isWhole(training)) await saveBegun().catch(() => undefined); // the error that ended the training is told
    throw error;
  }
}

async function countStageOne({ work, keys, clock }: Training): Promise<void> {
  const found = keys.few && (await work.store.find("model", keys.few.model));
  if (found?.state === "whole") clock.add(found.milliseconds);
}

/** Tells whether the model is as whole as it is asked for. */
const isWhole = ({ work, last, result }: Training): boolean =>
  work.cell.keepModel ? result.model !== undefined : result.results[last] !== undefined;

function modelOf(training: Training, state: "begun" | "whole", stage = training.last): Product<"model"> {
  const { keys, result, clock, weights } = training;
  const { device, model } = result;
  const history = state === "whole" ? result.history.filter((event) => stage === training.last || event.stage === stage) : [];
  const value: TrainedModel = {
    device,
    history,
    ...(result.remarks ? { remarks: result.remarks } : {}),
    ...(model !== undefined && stage === training.last ? { name: model } : {}),
    ...(weights === undefined ? {} : { weights }),
  };
  return { kind: "model", key: (keys[stage] as StageKeys).model, state, milliseconds: clock(), value };
}

async function* keepModel(training: Training, name: string): Part<void> {
  training.result = { ...training.result, model: name };
  const product = modelOf(training, "whole");
  await training.work.store.put(product, ...training.outdated);
  yield { type: "product", state: "whole", kind: "model", key: product.key };
  yield { type: "training", training: training.result };
}

type Scored = Extract<TrainRunEvent, { type: "scored" }>;

/** Predictions and scores of a stage, and its model where that is not kept as files: in one transaction. */
async function* keepScores(training: Training, { stage, scores, predicted, sure }: Scored): Part<void> {
  const of = training.keys[stage];
  if (!of) return;
  const answers = answersOf(predicted, sure);
  const alone = stage !== training.last || !training.work.cell.keepModel;
  const products: AnyProduct[] = [
    ...(alone ? [modelOf(training, "whole", stage)] : []),
    { kind: "predictions", key: of.predictions, state: "whole", milliseconds: 0, value: answers },
    { kind: "scores", key: of.scores, state: "whole", milliseconds: 0, value: scores },
  ];
  await training.work.store.put(...products);
  training.result = { ...training.result, results: { ...training.result.results, [stage]: { scores, predicted: answers } } };
  for (const { kind, key } of products) yield { type: "product", state: "whole", kind, key };
  yield { type: "training", training: training.result };
}
