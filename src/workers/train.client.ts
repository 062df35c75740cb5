// The page's side of the worker that owns the encoder: training, scoring, prediction, and the trained model's files.

import type { DeviceInfo, PredictEvent, TrainRequest, TrainRunEvent } from "../experiment/steps.ts";
import type { BertConfig } from "../nn/bert-config.ts";
import type { Device } from "../runtime/device.ts";
import type { Example } from "../tasks/example.ts";
import type { Position } from "../train/checkpoint.ts";
import type { TrainConfig } from "../train/train-config.ts";
import { type Client, connect } from "./rpc.ts";
import type { SeenRequest } from "./seen-requests.ts";

export type TrainProcedures = {
  /** What this worker asks of any network, as it does so. One reader; it ends with the worker. */
  requests(argument: null, signal: AbortSignal): AsyncGenerator<readonly SeenRequest[], void>;
  devices(argument: null, signal: AbortSignal): Promise<readonly DeviceInfo[]>;
  /**
   * Section 4.3 and its scores. The recipe's defaults for this encoder come from `recipe`. The same request goes on where it was left:
   * by a stop, a closed tab, or a GPU that went away.
   */
  train(argument: TrainRequest, signal: AbortSignal): AsyncGenerator<TrainRunEvent, void>;
  /** The step after which `train` would go on; undefined where it would begin. */
  leftOff(argument: TrainRequest, signal: AbortSignal): Promise<Pick<Position, "stage" | "step"> | undefined>;
  /** Forgets a training that was left, so that the next begins. The trained model stays. */
  forgetTraining(argument: { model: string }, signal: AbortSignal): Promise<void>;
  recipe(
    argument: { encoder: string; preset: "small" | "paper" },
    signal: AbortSignal,
  ): Promise<{ config: TrainConfig; fewEpochs: number; syntheticEpochs: number; encoder: BertConfig }>;
  /** With a model kept before, after a reload too. */
  predict(
    argument: { task: string; model: string; device: Device | "auto"; examples: readonly Example[] },
    signal: AbortSignal,
  ): AsyncGenerator<PredictEvent, void>;
  trainedModels(argument: null, signal: AbortSignal): Promise<readonly { id: string; bytes: number }[]>;
  /** The kept model's files by name, as blobs. */
  trainedFiles(argument: { model: string }, signal: AbortSignal): Promise<Readonly<Record<string, Blob>>>;
  /** The kept model as transformers.js and onnxruntime load it, in floats and in 8 bits: files by name, as blobs. */
  onnxFiles(argument: { model: string }, signal: AbortSignal): Promise<Readonly<Record<string, Blob>>>;
  deleteTrained(argument: { model: string }, signal: AbortSignal): Promise<void>;
};

export interface TrainClient {
  readonly procedures: Client<TrainProcedures>;
  /** Ends the worker, whatever it is doing. */
  readonly close: () => void;
}

export function trainClient(): TrainClient {
  const worker = new Worker(new URL("./train.worker.ts", import.meta.url), { type: "module", name: "train" });
  const client = connect<TrainProcedures>(worker, ["requests", "train", "predict"]);
  return { procedures: client, close: () => worker.terminate() };
}
