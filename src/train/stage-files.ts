// The weights after a stage as one safetensors file of a folder, with a note beside. Knows no storage.

import { isAbort } from "../base/errors.ts";
import { openSafetensors, streamSafetensors } from "../weights/safetensors.ts";
import type { Weights } from "../weights/weight.ts";
import { lazyWeights, readAll } from "./checkpoint.ts";
import type { Folder } from "./checkpoint-files.ts";

const fileName = "stage.safetensors";

export interface StageFile {
  /** Plain data, as it was written. */
  readonly note: unknown;
  /** Reads them from the disk. */
  weights(): Promise<Weights>;
}

/** Undefined where there is none and where the file is damaged. */
export async function readStage(folder: Folder): Promise<StageFile | undefined> {
  const file = await folder.read(fileName);
  try {
    const opened = file && (await openSafetensors(file, fileName));
    const note = opened?.metadata.clinfuse;
    if (!opened || note === undefined) return undefined;
    return { note: JSON.parse(note) as unknown, weights: () => readAll(opened.tensors) };
  } catch (error) {
    if (isAbort(error)) throw error;
    return undefined; // damaged
  }
}

/** In place of the one before, which stays until this one is whole. Throws what the folder throws. */
export function writeStage(folder: Folder, weights: Weights, note: unknown): Promise<number> {
  return folder.write(fileName, streamSafetensors(lazyWeights(weights), { clinfuse: JSON.stringify(note) }));
}
