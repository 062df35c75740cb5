// The encoder at work: devices, recipe, training with its scores, prediction. Knows no worker, no storage and no page.

import { cleanAfterStream } from "../base/async.ts";
import { ClinfuseError, isAbort } from "../base/errors.ts";
import { trainedLock } from "../base/locks.ts";
import { reporting } from "../base/progress.ts";
import type { Classifier, openClassifier } from "../classifier/classifier.ts";
import { type Encoder, type ModelFiles, openEncoder, parseConfig } from "../classifier/encoder-files.ts";
import { mergedLora } from "../classifier/merged-lora.ts";
import { predict } from "../classifier/predict.ts";
import { type loadModel, saveModel } from "../classifier/saved-model.ts";
import { contentKey } from "../experiment/product.ts";
import { type StageKeeper, stageKeeper } from "../experiment/stage-keeper.ts";
import type {
  DeviceInfo,
  FeaturesEvent,
  FeaturesRequest,
  FillEvent,
  FillRequest,
  PredictEvent,
  TrainRequest,
  TrainRunEvent,
} from "../experiment/steps.ts";
import { throughLosses } from "../experiment/through-losses.ts";
import { type TrainKeepers, trainAndScore } from "../experiment/train-and-score.ts";
import { type TrainingKeeper, trainingKeeper, trainingKey } from "../experiment/training-keeper.ts";
import type { ModelEntry } from "../models/manifest.ts";
import { findModel, type ModelReader, readModel } from "../models/reader.ts";
import { type BertConfig, readBertConfig } from "../nn/bert-config.ts";
import type { Rounding } from "../report/model-page.ts";
import type { Device } from "../runtime/device.ts";
import { checkpointFolder, fileFolder, stageFolder } from "../store/files.ts";
import { type TaskRef, taskIdOf, taskOf } from "../tasks/catalogue.ts";
import type { Example } from "../tasks/example.ts";
import type { Position } from "../train/checkpoint.ts";
import { chooseDevice, type DeviceChoice, describeDevice, type Found, forActivations } from "../train/choose-device.ts";
import { recipeFor } from "../train/recipe.ts";
import type { TrainConfig } from "../train/train-config.ts";
import { requireTrainingMemory, withLessMemory } from "../train/training-memory.ts";
import type { Prepared } from "../train/training-method.ts";
import { methodRow, withRowsOf } from "../train/training-methods.ts";
import { type FillPorts, filledRun } from "./filled-run.ts";
import { readFeatures } from "./head-reading.ts";
import { pageModel } from "./page-model.ts";
import { type SpeedPorts, trainingSpeeds } from "./speeds.ts";
import { type TrainedPorts, type TrainedProcedures, trainedProcedures } from "./trained.ts";
import { type Shelf, trainedShelf } from "./trained-shelf.ts";

export type TrainProcedures = TrainedProcedures & {
  devices(argument: null, signal: AbortSignal): Promise<readonly DeviceInfo[]>;
  /**
   * Section 4.3 and its scores. The recipe's defaults for this encoder come from `recipe`. The same request resumes where it was left:
   * by a stop, a closed tab, or a GPU that went away.
   */
  train(argument: TrainRequest, signal: AbortSignal): AsyncGenerator<TrainRunEvent, void>;
  /** The step after which `train` would resume; undefined where it would begin. Throws `training-busy` where it is at work. */
  leftOff(argument: TrainRequest, signal: AbortSignal): Promise<Pick<Position, "stage" | "step"> | undefined>;
  recipe(
    argument: { encoder: string; preset: "small" | "paper" },
    signal: AbortSignal,
  ): Promise<{
    config: TrainConfig;
    fewEpochs: number;
    syntheticEpochs: number;
    encoder: BertConfig;
    /** As PlainRecipe has it. */
    weights?: string;
    /** The checkpoint has its masked-language-model head, by the class that config.json names. Absent where it names none: the weights will tell. */
    maskedHead?: boolean;
  }>;
  /** Stage I, trained where it is not kept, and what its encoder gives for the examples, for a head to learn from. */
  features(argument: FeaturesRequest, signal: AbortSignal): AsyncGenerator<FeaturesEvent, void>;
  /** A run whose source fills masked places, on the device that trains. */
  fill(argument: FillRequest, signal: AbortSignal): AsyncGenerator<FillEvent, void>;
  /**
   * With a model kept before, after a reload too. `inParts`: `predicted` comes again and again, with the next examples each time, so that a stop
   * keeps those before; otherwise it comes once, with all.
   */
  predict(
    argument: { task: TaskRef; model: string; device: Device | "auto"; examples: readonly Example[]; inParts?: boolean },
    signal: AbortSignal,
  ): AsyncGenerator<PredictEvent, void>;
  /** A kept model's files for one page that runs it: see `pageModel`. */
  pageModel(
    argument: { model: string; device: Device | "auto"; examples: readonly Example[] },
    signal: AbortSignal,
  ): Promise<{ readonly files: Readonly<Record<string, Blob>>; readonly rounding: Rounding }>;
};

export interface TrainPorts extends SpeedPorts, TrainedPorts, FillPorts {
  readonly models: Pick<ModelReader, "manifest" | "read">;
  readonly devices: () => Promise<Found>;
  readonly openClassifier: typeof openClassifier;
  readonly loadModel: typeof loadModel;
}

export function trainProcedures(ports: TrainPorts): TrainProcedures {
  const shelf = trainedShelf(ports.disk);
  return {
    ...trainedProcedures(ports, shelf),

    async devices() {
      const found = await ports.devices();
      return (["webgpu", "wasm"] as const).map((device) => ({ device, ...describeDevice(device, found[device]) }));
    },

    recipe: (argument, signal) => recipe(ports, argument, signal),

    async *train(request, signal) {
      const release = await ports.hold(trainedLock(request.save));
      try {
        yield* trainAndKeep(ports, shelf, request, signal);
      } finally {
        release();
      }
    },

    async leftOff(request) {
      (await ports.hold(trainedLock(request.save)))(); // one that is at work was not left
      const { device } = await choose(ports, request.device);
      const kept = await (await keeperOf(ports, request, device, await findModel(ports.models, request.encoder))).find();
      return kept && { stage: kept.checkpoint.position.stage, step: kept.checkpoint.position.step };
    },

    async *features(request, signal) {
      const release = await ports.hold(trainedLock(request.stage.save));
      try {
        yield* featuresOf(ports, request, signal);
      } finally {
        release();
      }
    },

    async *fill(request, signal) {
      const on = await choose(ports, request.device);
      const openStage = async (stage: TrainRequest, files: ModelFiles) =>
        (await openFor(ports, stage, on, files, signal)).classifier;
      yield* filledRun(ports, request, { ...on, openStage }, signal);
    },

    async *predict({ task, model, device: wish, examples, inParts = false }, signal) {
      const { device } = await choose(ports, wish);
      yield { type: "loading", done: 0, total: 1 };
      const classifier = await ports.loadModel(await shelf.read(model), device);
      const atOnce = inParts ? answeredAtOnce : Number.POSITIVE_INFINITY;
      yield* cleanAfterStream(predictAll(classifier, { task, model, examples, atOnce }, signal), () => classifier.close());
    },

    async pageModel({ model, device: wish, examples }, signal) {
      const { device } = await choose(ports, wish);
      const load = (files: ModelFiles) => ports.loadModel(files, device);
      const { files, rounding } = await pageModel(await shelf.read(model), examples, load, signal);
      return { files: Object.fromEntries(files), rounding };
    },
  };
}

async function choose(ports: TrainPorts, wish: Device | "auto"): Promise<DeviceChoice> {
  const [found, measured] = await Promise.all([ports.devices(), wish === "wasm" ? [] : trainingSpeeds(ports)]);
  return chooseDevice(wish, found, measured);
}

async function recipe(
  { models }: TrainPorts,
  { encoder, preset }: { encoder: string; preset: "small" | "paper" },
  signal: AbortSignal,
) {
  const entry = await findModel(models, encoder);
  const config = entry.files.find((file) => file.name === "config.json");
  if (!config)
    throw new ClinfuseError("model-unsupported", `${entry.name} has no config.json: it is no encoder`, { what: encoder });
  const json = parseConfig(await (await models.read(entry, config, { signal })).text());
  const read = readBertConfig(json);
  if (!read.ok) throw new ClinfuseError("model-unsupported", `${entry.name}: ${read.why}`, { what: encoder });
  const { architectures } = json;
  const maskedHead = Array.isArray(architectures) ? { maskedHead: architectures.some(hasMaskedHead) } : {};
  const weights = await contentKey(entry.files.map(({ sha256 }) => sha256));
  return { ...recipeFor(read.config, preset), encoder: read.config, weights, ...maskedHead };
}

/** transformers' classes that are saved with the masked head. */
const hasMaskedHead = (architecture: unknown) => architecture === "BertForMaskedLM" || architecture === "BertForPreTraining";

async function keeperOf({ disk }: TrainPorts, request: TrainRequest, device: Device, entry: ModelEntry): Promise<TrainingKeeper> {
  const weights = entry.files.map((file) => file.sha256);
  return trainingKeeper(fileFolder(disk, checkpointFolder(request.save)), await trainingKey(request, device, weights));
}

/** Stage I under the key that the request gives it; undefined where it gives none. */
function stageOneOf(
  { disk }: TrainPorts,
  { stageOne }: TrainRequest,
  on: DeviceChoice,
  entry: ModelEntry,
): StageKeeper | undefined {
  const weights = entry.files.map((file) => file.sha256);
  return stageOne === undefined ? undefined : stageKeeper(fileFolder(disk, stageFolder(stageOne)), stageOne, on, weights);
}

async function* trainAndKeep(
  ports: TrainPorts,
  shelf: Shelf,
  request: TrainRequest,
  signal: AbortSignal,
): AsyncGenerator<TrainRunEvent, void> {
  const on = await choose(ports, request.device);
  const { device, reason } = on;
  yield { type: "device", device, reason };
  const entry = await findModel(ports.models, request.encoder);
  type Loading = { type: "loading"; what: string; done: number; total: number };
  const encoderFiles = yield* reporting((tell: (event: Loading) => void) => {
    const onBytes = (done: number, total: number) => tell({ type: "loading", what: entry.name, done, total });
    return readModel(ports.models, entry, { signal, onBytes });
  });
  const training = await keeperOf(ports, request, device, entry);
  const stageOne = stageOneOf(ports, request, on, entry);
  const keepers = { training, ...(stageOne ? { stageOne } : {}) };
  yield* throughLosses(async function* () {
    const told = (error: unknown): never => {
      throw withLessMemory(error, request.config);
    };
    const opened = await openFor(ports, request, on, encoderFiles, signal).catch(told);
    yield* cleanAfterStream(trainOnce(shelf, opened, request, keepers, signal), () => opened.classifier.close());
  });
  await training.clear();
}

/** Two classifiers, one after the other: the graphs of stage I, then those that end at the encoder. */
async function* featuresOf(
  ports: TrainPorts,
  { stage, examples, wanted }: FeaturesRequest,
  signal: AbortSignal,
): AsyncGenerator<FeaturesEvent, void> {
  const on = await choose(ports, stage.device);
  const { device, reason } = on;
  yield { type: "device", device, reason };
  const entry = await findModel(ports.models, stage.encoder);
  const encoderFiles = await readModel(ports.models, entry, { signal });
  const training = await keeperOf(ports, stage, device, entry);
  const stageOne = stageOneOf(ports, stage, on, entry);
  let trained: Encoder | undefined;
  yield* throughLosses(async function* () {
    const { classifier } = await openFor(ports, stage, on, encoderFiles, signal);
    const work = async function* () {
      yield* trainAndScore(classifier, stage, signal, { training, ...(stageOne ? { stageOne } : {}) });
      const weights = mergedLora(await classifier.trainer.read(), classifier.trains);
      trained = { ...classifier.encoder, weights };
    };
    yield* cleanAfterStream(work(), () => classifier.close());
  });
  await training.clear();
  if (!trained) throw new Error("features: stage I ended without its weights");
  const { maxTokens, seed } = stage.config;
  const frozen = await ports.openClassifier(taskOf(stage.task), trained, { device, maxTokens, seed, trains: { kind: "head" } });
  yield* cleanAfterStream(readFeatures(frozen, { examples, wanted, seed }, signal), () => frozen.close());
}

async function* trainOnce(
  shelf: Shelf,
  { classifier, prepared }: Opened,
  request: TrainRequest,
  keepers: TrainKeepers,
  signal: AbortSignal,
): AsyncGenerator<TrainRunEvent, void> {
  const model = () => keepModel(shelf, classifier, request.save, signal);
  try {
    yield* trainAndScore(classifier, request, signal, request.keepModel === false ? keepers : { ...keepers, model }, prepared);
  } catch (error) {
    throw withLessMemory(error, request.config);
  }
}

/** Stores the model. One that cannot be stored is told and held in memory, and the training continues to its scores. */
async function* keepModel(
  shelf: Shelf,
  classifier: Classifier,
  place: string,
  signal: AbortSignal,
): AsyncGenerator<TrainRunEvent, void> {
  const files = await saveModel(classifier);
  try {
    yield { type: "saved", ...(await shelf.save(place, files, signal)) };
  } catch (error) {
    if (isAbort(error)) throw error;
    const code = error instanceof ClinfuseError ? error.code : "failed";
    yield { type: "not-saved", model: place, code, why: error instanceof Error ? error.message : String(error) };
  }
}

interface Opened {
  readonly classifier: Classifier;
  /** Stage II, of a source that is a way of training. */
  readonly prepared?: Prepared;
}

/** A function of its own, so that nothing holds the checkpoint's arrays once they are on the device. */
async function openFor(
  ports: TrainPorts,
  request: TrainRequest,
  on: DeviceChoice,
  encoderFiles: ModelFiles,
  signal: AbortSignal,
): Promise<Opened> {
  const { config, training, few, synthetic, syntheticEpochs: epochs } = request;
  const { maxTokens, seed, dropout = 0, checkpointing = false, trains, activations } = config;
  const { device, path } = forActivations(on, activations);
  const encoder = await openEncoder(encoderFiles);
  const task = taskOf(request.task);
  const row = training && methodRow(training);
  if (device === "wasm") requireTrainingMemory(encoder.config, withRowsOf(training, config));
  const material = training && { task, encoder, few, synthetic, size: training.size, epochs, config };
  const prepared = material && (await row?.prepare(training.method, material, signal));
  const options = {
    ...{ device, ...(path ? { path } : {}), maxTokens, seed, dropout, checkpointing, ...(trains ? { trains } : {}) },
    ...(activations ? { activations } : {}),
    ...(training ? row?.classifier(training.method, encoder.config) : {}),
  };
  return { classifier: await ports.openClassifier(task, encoder, options), ...(prepared ? { prepared } : {}) };
}

/** Examples of a part: four batches, so that each holds like lengths. */
const answeredAtOnce = 64;

async function* predictAll(
  classifier: Classifier,
  {
    task,
    model,
    examples,
    atOnce,
  }: { readonly task: TaskRef; readonly model: string; readonly examples: readonly Example[]; readonly atOnce: number },
  signal: AbortSignal,
): AsyncGenerator<PredictEvent, void> {
  if (classifier.task.id !== taskIdOf(task)) {
    const what = `the model was trained for ${classifier.task.name}`;
    throw new ClinfuseError("model-unsupported", what, { what: model, expected: taskIdOf(task) });
  }
  for (let done = 0; done === 0 || done < examples.length; ) {
    const part = examples.slice(done, done + atOnce);
    done += Math.max(1, part.length);
    for await (const event of predict(classifier, part, signal)) {
      if (event.type !== "predicted") continue;
      const { examples: answered, sure, cut } = event;
      yield { type: "predicted", done: Math.min(done, examples.length), examples: answered, sure, cut };
    }
  }
}
