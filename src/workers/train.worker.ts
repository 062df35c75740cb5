// The worker that owns the encoder: training, scoring, prediction, and the trained model's files.

import { ClinfuseError } from "../base/errors.ts";
import { hold, trainedLock } from "../base/locks.ts";
import { reporting } from "../base/progress.ts";
import { type Classifier, openClassifier } from "../classifier/classifier.ts";
import { type ModelFiles, openEncoder } from "../classifier/encoder-files.ts";
import { onnxFiles } from "../classifier/onnx-files.ts";
import { predict } from "../classifier/predict.ts";
import { loadModel, saveModel } from "../classifier/saved-model.ts";
import type { DeviceInfo, TrainRequest, TrainRunEvent } from "../experiment/steps.ts";
import { throughLosses } from "../experiment/through-losses.ts";
import { trainAndScore } from "../experiment/train-and-score.ts";
import { type TrainingKeeper, trainingKeeper, trainingKey } from "../experiment/training-keeper.ts";
import { modelAccess } from "../models/access.ts";
import type { ModelEntry } from "../models/manifest.ts";
import { readBertConfig } from "../nn/bert-config.ts";
import type { Device } from "../runtime/device.ts";
import { devices } from "../runtime/device.ts";
import { type Db, openDb } from "../store/db.ts";
import { checkpointFolder, fileFolder, files, trainedFolder } from "../store/files.ts";
import { readMeasurements } from "../store/measurements.ts";
import { modelStore } from "../store/model-store.ts";
import { taskById } from "../tasks/catalogue.ts";
import { chooseDevice, type DeviceChoice, describeDevice } from "../train/choose-device.ts";
import type { TrainingSpeed } from "../train/measure-training.ts";
import { recipeFor } from "../train/recipe.ts";
import { requireTrainingMemory, withLessMemory } from "../train/training-memory.ts";
import { serve } from "./rpc.ts";
import { recordRequests } from "./seen-requests.ts";
import type { TrainProcedures } from "./train.client.ts";

const disk = files();
const library = modelAccess(modelStore());
let database: Promise<Db> | undefined;

async function deviceInfos(): Promise<DeviceInfo[]> {
  const found = await devices();
  return (["webgpu", "wasm"] as const).map((device) => ({ device, ...describeDevice(device, found[device]) }));
}

async function choose(wish: Device | "auto"): Promise<DeviceChoice> {
  const [found, measured] = await Promise.all([devices(), wish === "auto" ? trainingSpeeds() : []]);
  return chooseDevice(wish, found, measured);
}

/** What was measured on this device; nothing where the storage cannot be read. */
async function trainingSpeeds(): Promise<readonly TrainingSpeed[]> {
  try {
    database ??= openDb();
    return (await readMeasurements(await database)).training;
  } catch {
    database = undefined;
    return [];
  }
}

async function readTrained(model: string): Promise<Map<string, Blob>> {
  const folder = trainedFolder(model);
  const found = new Map<string, Blob>();
  for (const { path } of await disk.list(folder)) {
    const file = await disk.read(path);
    if (file) found.set(path.slice(folder.length + 1), file);
  }
  if (found.size === 0)
    throw new ClinfuseError("not-found", `there is no trained model "${model}" here any more`, { what: model });
  return found;
}

async function keeperOf(request: TrainRequest, device: Device, entry: ModelEntry): Promise<TrainingKeeper> {
  const weights = entry.files.map((file) => file.sha256);
  return trainingKeeper(fileFolder(disk, checkpointFolder(request.save)), await trainingKey(request, device, weights));
}

async function* trainAndKeep(request: TrainRequest, signal: AbortSignal): AsyncGenerator<TrainRunEvent, void> {
  const { device, reason } = await choose(request.device);
  yield { type: "device", device, reason };
  const entry = await library.find(request.encoder);
  const encoderFiles = yield* reporting((tell: (event: { type: "loading"; what: string; done: number; total: number }) => void) =>
    library.readAll(entry, signal, (done, total) => tell({ type: "loading", what: entry.name, done, total })),
  );
  const keeper = await keeperOf(request, device, entry);
  yield* throughLosses(() => trainOnce(request, device, encoderFiles, keeper, signal));
}

async function* trainOnce(
  request: TrainRequest,
  device: Device,
  encoderFiles: ModelFiles,
  keeper: TrainingKeeper,
  signal: AbortSignal,
): AsyncGenerator<TrainRunEvent, void> {
  const told = (error: unknown): never => {
    throw withLessMemory(error, request.config);
  };
  const classifier = await openFor(request, device, encoderFiles).catch(told);
  try {
    try {
      yield* trainAndScore(classifier, request, signal, keeper);
    } catch (error) {
      told(error);
    }
    let bytes = 0;
    await disk.delete(trainedFolder(request.save));
    for (const [name, blob] of await saveModel(classifier)) {
      bytes += await disk.write(`${trainedFolder(request.save)}/${name}`, blob, { signal });
    }
    yield { type: "saved", model: request.save, bytes };
    await keeper.clear();
  } finally {
    await classifier.close();
  }
}

/** A function of its own, so that nothing holds the checkpoint's arrays once they are on the device. */
async function openFor({ task, config }: TrainRequest, device: Device, encoderFiles: ModelFiles): Promise<Classifier> {
  const { maxTokens, seed, dropout = 0, checkpointing = false, trains } = config;
  const encoder = await openEncoder(encoderFiles);
  if (device === "wasm") requireTrainingMemory(encoder.config, config);
  const options = { device, maxTokens, seed, dropout, checkpointing, ...(trains ? { trains } : {}) };
  return openClassifier(taskById(task), encoder, options);
}

const procedures: TrainProcedures = {
  requests: recordRequests(),

  devices: deviceInfos,

  async recipe({ encoder, preset }, signal) {
    const entry = await library.find(encoder);
    const config = entry.files.find((file) => file.name === "config.json");
    if (!config)
      throw new ClinfuseError("model-unsupported", `${entry.name} has no config.json: it is no encoder`, { what: encoder });
    const blobs = await library.readAll({ ...entry, files: [config] }, signal, () => undefined);
    const read = readBertConfig(JSON.parse(await (blobs.get("config.json") as Blob).text()));
    if (!read.ok) throw new ClinfuseError("model-unsupported", `${entry.name}: ${read.why}`, { what: encoder });
    return { ...recipeFor(read.config, preset), encoder: read.config };
  },

  async *train(request, signal) {
    const release = await hold(trainedLock(request.save));
    try {
      yield* trainAndKeep(request, signal);
    } finally {
      release();
    }
  },

  async leftOff(request) {
    const { device } = await choose(request.device);
    const kept = await (await keeperOf(request, device, await library.find(request.encoder))).find();
    return kept && { stage: kept.checkpoint.position.stage, step: kept.checkpoint.position.step };
  },

  async forgetTraining({ model }) {
    const release = await hold(trainedLock(model));
    try {
      await disk.delete(checkpointFolder(model));
    } finally {
      release();
    }
  },

  async *predict({ task, model, device: wish, examples }, signal) {
    const { device } = await choose(wish);
    yield { type: "loading", done: 0, total: 1 };
    const classifier = await loadModel(await readTrained(model), device);
    try {
      if (classifier.task.id !== task) {
        throw new ClinfuseError("model-unsupported", `the model was trained for ${classifier.task.name}`, {
          what: model,
          expected: task,
        });
      }
      for await (const event of predict(classifier, examples, signal)) {
        if (event.type === "predicted") yield { type: "predicted", done: examples.length, examples: event.examples };
      }
    } finally {
      await classifier.close();
    }
  },

  async trainedModels() {
    const bytes = new Map<string, number>();
    for (const file of [...(await disk.list("trained")), ...(await disk.list("checkpoints"))]) {
      const id = file.path.split("/")[1] ?? "";
      bytes.set(id, (bytes.get(id) ?? 0) + file.bytes);
    }
    return [...bytes].map(([id, n]) => ({ id, bytes: n }));
  },

  async trainedFiles({ model }) {
    return Object.fromEntries(await readTrained(model));
  },

  async onnxFiles({ model }) {
    return Object.fromEntries(await onnxFiles(await readTrained(model)));
  },

  async deleteTrained({ model }) {
    const release = await hold(trainedLock(model));
    try {
      await disk.delete(trainedFolder(model));
      await disk.delete(checkpointFolder(model));
    } finally {
      release();
    }
  },
};

serve(self, procedures);
