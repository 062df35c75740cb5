// Measurements of this device, kept until they are taken anew or forgotten. Knows no engine.

import type { EngineSpeed } from "../engines/measure-engine.ts";
import type { TrainingSpeed } from "../train/measure-training.ts";
import type { Db } from "./db.ts";
import { read, write } from "./transaction.ts";

export interface Measurements {
  readonly engines: readonly EngineSpeed[];
  readonly training: readonly TrainingSpeed[];
}

/** Throws `storage-unavailable`. */
export function readMeasurements(db: Db): Promise<Measurements> {
  return read("read the measurements", async () => {
    const all = await db.getAll("measurements");
    return {
      engines: all.filter((one): one is EngineSpeed => one.kind === "engine"),
      training: all.filter((one): one is TrainingSpeed => one.kind === "training"),
    };
  });
}

/** Takes the place of the one before, of the same engine and model or the same device and path. */
export function keepMeasurement(db: Db, one: EngineSpeed | TrainingSpeed): Promise<void> {
  const key =
    one.kind === "engine" ? `engine:${one.model}:${one.engine}` : `training:${one.device}${one.path ? `:${one.path}` : ""}`;
  return write(db, ["measurements"], "keep the measurement", async (tx) => {
    await tx.objectStore("measurements").put(one, key);
  });
}

export function forgetMeasurements(db: Db): Promise<void> {
  return write(db, ["measurements"], "forget the measurements", (tx) => tx.objectStore("measurements").clear());
}
