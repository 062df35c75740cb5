// Trained models that are kept: listed, read as files, saved again, deleted, and the trainings that were left on the way to them.

import { type Hold, trainedLock } from "../base/locks.ts";
import { onnxFiles } from "../classifier/onnx-files.ts";
import type { TrainedState } from "../experiment/steps.ts";
import { checkpointFolder, type Files, trainedFolder } from "../store/files.ts";
import type { NotebookHead } from "../store/notebook.ts";
import { placeOf, type Shelf } from "./trained-shelf.ts";

export type TrainedProcedures = {
  /** With the bytes of what is kept on the way to them. */
  trainedModels(argument: null, signal: AbortSignal): Promise<readonly { id: string; bytes: number }[]>;
  /** State of a kept model's files, without reading them. */
  trainedState(argument: { model: string }, signal: AbortSignal): Promise<TrainedState>;
  /** The kept model's files by name, as blobs, each held against its hash; from memory where it could not be stored. */
  trainedFiles(argument: { model: string }, signal: AbortSignal): Promise<Readonly<Record<string, Blob>>>;
  /** The kept model as transformers.js and onnxruntime load it, in floats and in 8 bits: files by name, as blobs. */
  onnxFiles(argument: { model: string }, signal: AbortSignal): Promise<Readonly<Record<string, Blob>>>;
  /** Stores the model that could not be stored before. Throws `trained-missing` where there is none, and the store's errors. */
  saveTrained(argument: { model: string }, signal: AbortSignal): Promise<{ model: string; bytes: number }>;
  deleteTrained(argument: { model: string }, signal: AbortSignal): Promise<void>;
  /** Deletes the models of these places that no notebook names any more; a place at work is left alone. */
  sweepTrained(argument: { models: readonly string[] }, signal: AbortSignal): Promise<void>;
  /** Forgets a training that was left, so that the next begins. The trained model stays. */
  forgetTraining(argument: { model: string }, signal: AbortSignal): Promise<void>;
};

export interface TrainedPorts {
  readonly disk: Files;
  readonly hold: Hold;
  readonly notebooks: () => Promise<{ list(): Promise<readonly NotebookHead[]> }>;
}

export function trainedProcedures({ disk, hold, notebooks }: TrainedPorts, shelf: Shelf): TrainedProcedures {
  const whileHeld = async (model: string, work: () => Promise<void>) => {
    const release = await hold(trainedLock(placeOf(model)));
    try {
      await work();
    } finally {
      release();
    }
  };
  return {
    async trainedModels() {
      const bytes = new Map<string, number>();
      for (const file of [...(await disk.list("trained")), ...(await disk.list("checkpoints"))]) {
        const id = file.path.split("/")[1] ?? "";
        bytes.set(id, (bytes.get(id) ?? 0) + file.bytes);
      }
      return [...bytes].map(([id, n]) => ({ id, bytes: n }));
    },

    trainedState: ({ model }) => shelf.state(model),
    trainedFiles: async ({ model }) => Object.fromEntries(await shelf.read(model)),
    onnxFiles: async ({ model }) => Object.fromEntries(await onnxFiles(await shelf.read(model))),
    saveTrained: ({ model }, signal) => shelf.saveAgain(model, signal),

    deleteTrained: ({ model }) =>
      whileHeld(model, async () => {
        await disk.delete(trainedFolder(model));
        await disk.delete(checkpointFolder(model));
      }),

    async sweepTrained({ models }) {
      for (const place of new Set(models.map(placeOf))) {
        const sweep = async () => {
          const named = new Set((await (await notebooks()).list()).map((notebook) => notebook.training?.model));
          for (const model of await shelf.modelsOf(place)) if (!named.has(model)) await disk.delete(trainedFolder(model));
        };
        // A training at work there sweeps it at its end.
        await whileHeld(place, sweep).catch((error: unknown) => {
          if (!isBusy(error)) throw error;
        });
      }
    },

    forgetTraining: ({ model }) => whileHeld(model, () => disk.delete(checkpointFolder(model))),
  };
}

const isBusy = (error: unknown) => error instanceof Error && "code" in error && error.code === "training-busy";
