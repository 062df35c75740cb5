// Trained models that are kept: listed, read as files, deleted, and the trainings that were left on the way to them. Knows no storage.

import { ClinfuseError } from "../base/errors.ts";
import { type Hold, trainedLock } from "../base/locks.ts";
import { onnxFiles } from "../classifier/onnx-files.ts";
import { checkpointFolder, type Files, trainedFolder } from "../store/files.ts";
import type { Answers } from "./procedure.ts";

export type TrainedProcedures = {
  /** With the bytes of what is kept on the way to them. */
  trainedModels(argument: null, signal: AbortSignal): Promise<readonly { id: string; bytes: number }[]>;
  /** The kept model's files by name, as blobs. */
  trainedFiles(argument: { model: string }, signal: AbortSignal): Promise<Readonly<Record<string, Blob>>>;
  /** The kept model as transformers.js and onnxruntime load it, in floats and in 8 bits: files by name, as blobs. */
  onnxFiles(argument: { model: string }, signal: AbortSignal): Promise<Readonly<Record<string, Blob>>>;
  deleteTrained(argument: { model: string }, signal: AbortSignal): Promise<void>;
  /** Forgets a training that was left, so that the next begins. The trained model stays. */
  forgetTraining(argument: { model: string }, signal: AbortSignal): Promise<void>;
};

export const trainedAnswers: Answers<TrainedProcedures> = {
  trainedModels: "promise",
  trainedFiles: "promise",
  onnxFiles: "promise",
  deleteTrained: "promise",
  forgetTraining: "promise",
};

export interface TrainedPorts {
  readonly disk: Pick<Files, "list" | "read" | "delete">;
  readonly hold: Hold;
}

export function trainedProcedures({ disk, hold }: TrainedPorts): TrainedProcedures {
  const deleteAll = async (model: string, folders: readonly string[]) => {
    const release = await hold(trainedLock(model));
    try {
      for (const folder of folders) await disk.delete(folder);
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

    trainedFiles: async ({ model }) => Object.fromEntries(await readTrained(disk, model)),
    onnxFiles: async ({ model }) => Object.fromEntries(await onnxFiles(await readTrained(disk, model))),
    deleteTrained: ({ model }) => deleteAll(model, [trainedFolder(model), checkpointFolder(model)]),
    forgetTraining: ({ model }) => deleteAll(model, [checkpointFolder(model)]),
  };
}

/** Files of a kept model by name. Throws `not-found`. */
export async function readTrained(disk: Pick<Files, "list" | "read">, model: string): Promise<Map<string, Blob>> {
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
