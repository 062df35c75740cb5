// Stage I of a few-shot set, kept for every cell that begins with it: its weights and its events. Knows no storage.

import { canonicalJson } from "../base/hash.ts";
import type { Classifier } from "../classifier/classifier.ts";
import type { Device } from "../runtime/device.ts";
import type { WebGpuPath } from "../runtime/trainer.ts";
import type { Folder } from "../train/checkpoint-files.ts";
import { readStage, writeStage } from "../train/stage-files.ts";
import type { TrainRunEvent } from "./steps.ts";

export interface KeptStage {
  /** Its curve. */
  readonly events: readonly TrainRunEvent[];
  /** Puts its weights in the place of the classifier's. */
  load(classifier: Classifier): Promise<void>;
}

export interface StageKeeper {
  /** Undefined where none is kept, where its file is damaged, and where it was trained on another device or from other weights. */
  find(): Promise<KeptStage | undefined>;
  /** The weights that the classifier holds now. Throws what storing throws. */
  save(classifier: Classifier, events: readonly TrainRunEvent[]): Promise<void>;
}

/** The key says which stage; the device, who computes there and the hashes of the encoder's files are held against what is there. */
export function stageKeeper(
  folder: Folder,
  key: string,
  { device, path }: { readonly device: Device; readonly path?: WebGpuPath },
  encoder: readonly string[],
): StageKeeper {
  const identity = canonicalJson({ key, device, ...(path === "program" ? { path } : {}), encoder });
  return {
    async find() {
      const found = await readStage(folder);
      const note = found?.note as { identity: string; events: readonly TrainRunEvent[] } | undefined;
      if (!found || note?.identity !== identity) return undefined;
      return { events: note.events, load: async ({ trainer }) => trainer.write(await found.weights()) };
    },
    async save({ trainer }, events) {
      await writeStage(folder, await trainer.read(), { identity, events });
    },
  };
}
