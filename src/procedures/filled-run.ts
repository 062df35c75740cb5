// A run whose source fills masked places: the encoder with its masked head, fine-tuned on the few-shot set, then the run itself. Knows no page.

import { cleanAfterStream } from "../base/async.ts";
import { ClinfuseError } from "../base/errors.ts";
import { type Hold, runLock } from "../base/locks.ts";
import { reporting } from "../base/progress.ts";
import type { Classifier } from "../classifier/classifier.ts";
import { type ModelFiles, openEncoder } from "../classifier/encoder-files.ts";
import { maskFiller } from "../classifier/masked-filler.ts";
import { type MaskedModel, maskedRows, type openMaskedModel, requireMaskedHead } from "../classifier/masked-model.ts";
import { predict } from "../classifier/predict.ts";
import type { FillEvent, FillRequest, TrainRequest } from "../experiment/steps.ts";
import { trainAndScore } from "../experiment/train-and-score.ts";
import type { RunStore } from "../generate/log.ts";
import { runId } from "../generate/run-config.ts";
import type { MaskedChoice, Tools } from "../generate/source.ts";
import { sourceOf } from "../generate/sources.ts";
import { findModel, type ModelReader, readModel } from "../models/reader.ts";
import type { BertConfig } from "../nn/bert-config.ts";
import { taskOf } from "../tasks/catalogue.ts";
import type { Example } from "../tasks/example.ts";
import type { DeviceChoice } from "../train/choose-device.ts";
import { tuneMasked } from "../train/masked.ts";
import { sessionLimit, trainingMemory } from "../train/training-memory.ts";
import { writtenRun } from "./written-run.ts";

export interface FillPorts {
  readonly models: Pick<ModelReader, "manifest" | "read">;
  readonly hold: Hold;
  readonly runs: () => Promise<RunStore>;
  readonly openMaskedModel: typeof openMaskedModel;
}

export interface FillOn extends DeviceChoice {
  /** A classifier of stage I, before its training. */
  readonly openStage: (stage: TrainRequest, files: ModelFiles) => Promise<Classifier>;
}

/**
 * Fine-tunes the models that the source needs, then writes its run. Nothing of the models is kept: a run that was left makes them again, by the
 * same draws in the same order, and goes on as it would have. Errors: `no-masked-head` before anything is trained, those of training, of the
 * run, and `run-busy`.
 */
export async function* filledRun(
  ports: FillPorts,
  request: FillRequest,
  on: FillOn,
  signal: AbortSignal,
): AsyncGenerator<FillEvent, void> {
  const release = await ports.hold(runLock(await runId(request.run.config)));
  try {
    yield { type: "masked", event: { type: "device", device: on.device, reason: on.reason } };
    const files = yield* encoderFiles(ports, request.encoder, signal);
    const model = await openModel(ports, request, on, files);
    yield* cleanAfterStream(tunedRun(ports, request, on, files, model, signal), () => model.close());
  } finally {
    release();
  }
}

async function* encoderFiles({ models }: FillPorts, encoder: string, signal: AbortSignal): AsyncGenerator<FillEvent, ModelFiles> {
  const entry = await findModel(models, encoder);
  return yield* reporting((tell: (event: FillEvent) => void) => {
    const onBytes = (done: number, total: number) =>
      tell({ type: "masked", event: { type: "loading", what: entry.name, done, total } });
    return readModel(models, entry, { signal, onBytes });
  });
}

function choiceOf({ run }: FillRequest): MaskedChoice {
  const { source } = run.config;
  const choice = sourceOf(source).masked?.(source);
  if (!choice) throw new Error(`filledRun: the source ${source.kind} fills no masked places`);
  return choice;
}

/** A function of its own, so that nothing holds the checkpoint's arrays once they are on the device. */
async function openModel(
  ports: FillPorts,
  request: FillRequest,
  { device, path }: FillOn,
  files: ModelFiles,
): Promise<MaskedModel> {
  const { sight, tuning } = choiceOf(request);
  const encoder = await openEncoder(files);
  requireMaskedHead(encoder);
  const { maxTokens, dropout } = tuning;
  if (device === "wasm") requireMemory(encoder.config, tuning);
  const options = { device, ...(path ? { path } : {}), sight, maxTokens, dropout, seed: request.seed };
  return ports.openMaskedModel(taskOf(request.run.config.task), encoder, options);
}

/** Throws `out-of-memory` with the numbers, before anything is loaded. */
function requireMemory(config: BertConfig, { batchSize, maxTokens }: MaskedChoice["tuning"]): void {
  const rows = Math.min(batchSize, maskedRows(config, maxTokens));
  const { session } = trainingMemory(config, { batchSize: rows, maxTokens });
  if (session <= sessionLimit) return;
  const [got, expected] = [session, sessionLimit].map((n) => `${(n / 2 ** 30).toFixed(1)} GiB`) as [string, string];
  const sentence = `fine-tuning the masked model takes about ${got} of the ${expected} that a session can have`;
  const remedy = "Choose a smaller encoder, or the graphics processor (WebGPU) where there is one.";
  throw new ClinfuseError("out-of-memory", sentence, { got, expected, remedy });
}

async function* tunedRun(
  ports: FillPorts,
  request: FillRequest,
  on: FillOn,
  files: ModelFiles,
  model: MaskedModel,
  signal: AbortSignal,
): AsyncGenerator<FillEvent, void> {
  const { run, validation, seed, stage } = request;
  const { tuning, masks } = choiceOf(request);
  for await (const event of tuneMasked(model, run.demonstrations, validation, { ...tuning, masks, seed }, signal))
    yield { type: "masked", event };
  const write = async function* (tools: Tools): AsyncGenerator<FillEvent, void> {
    for await (const event of writtenRun(run, tools, await ports.runs(), signal)) yield { type: "generate", event };
  };
  const fill = maskFiller(model);
  if (!stage) return yield* write({ fill });
  const classifier = await on.openStage(stage, files);
  const filtered = async function* (): AsyncGenerator<FillEvent, void> {
    for await (const event of trainAndScore(classifier, { ...stage, scored: ["few"] }, signal)) yield { type: "train", event };
    yield* write({ fill, label: (example) => labelled(classifier, example, signal) });
  };
  yield* cleanAfterStream(filtered(), () => classifier.close());
}

async function labelled(classifier: Classifier, example: Example, signal: AbortSignal): Promise<Example> {
  for await (const event of predict(classifier, [example], signal)) {
    if (event.type === "predicted") return event.examples[0] as Example;
  }
  throw new Error("predict ended without `predicted`");
}
