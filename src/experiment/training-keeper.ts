// A training kept on its way with all its events, and found again by the request that began it. Knows no storage.

import { canonicalJson, sha256 } from "../base/hash.ts";
import type { Device } from "../runtime/device.ts";
import type { WebGpuPath } from "../runtime/trainer.ts";
import type { Checkpoint } from "../train/checkpoint.ts";
import { clearCheckpoint, type Folder, readCheckpoint, writeCheckpoint } from "../train/checkpoint-files.ts";
import { decisive, type TrainRequest, type TrainRunEvent } from "./steps.ts";

/** A checkpoint with the events before it, so that a resume shows the whole curve. */
export interface KeptTraining {
  readonly checkpoint: Checkpoint;
  readonly events: readonly TrainRunEvent[];
  /** Who computed up to here; absent in what older versions kept. */
  readonly path?: WebGpuPath;
}

export interface TrainingKeeper {
  /** The training of this request; undefined where none was begun, where it was another's, or where its files are damaged. */
  find(): Promise<KeptTraining | undefined>;
  /** In place of the one before, which stays until this one is whole. Resolves to the bytes of both files. Throws what storing throws. */
  save(kept: KeptTraining): Promise<number>;
  clear(): Promise<void>;
}

/** All that a training follows from. `weights` are the hashes of the encoder's files; the device counts, for its sums differ. */
export function trainingKey(request: TrainRequest, device: Device, weights: readonly string[]): Promise<string> {
  return sha256(canonicalJson({ ...decisive(request), device, weights }));
}

export function trainingKeeper(folder: Folder, key: string): TrainingKeeper {
  return {
    async find() {
      const found = await readCheckpoint(folder);
      const note = found?.note as (Omit<KeptTraining, "checkpoint"> & { key: string }) | undefined;
      if (!found || note?.key !== key) return undefined;
      return { checkpoint: found.checkpoint, events: note.events, ...(note.path ? { path: note.path } : {}) };
    },
    save: ({ checkpoint, ...note }) => writeCheckpoint(folder, checkpoint, { key, ...note }),
    clear: () => clearCheckpoint(folder),
  };
}
