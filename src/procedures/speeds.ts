// Measured speeds of this device, as far as they can be read: a choice is made without them too. Knows no storage.

import type { Speeds } from "../engines/catalogue.ts";
import type { Measurements } from "../store/measurements.ts";
import type { TrainingSpeed } from "../train/measure-training.ts";

export interface SpeedPorts {
  /** Throws `storage-unavailable`. */
  readonly measurements: () => Promise<Measurements>;
}

/** Tokens per second of each engine with that model; empty where the storage cannot be read. */
export async function engineSpeeds({ measurements }: SpeedPorts, model: string): Promise<Speeds> {
  const measured = await measurements().catch(() => undefined);
  const ofModel = measured?.engines.filter((speed) => speed.model === model) ?? [];
  return Object.fromEntries(ofModel.map(({ engine, tokensPerSecond }) => [engine, tokensPerSecond]));
}

/** Training speed of each device; empty where the storage cannot be read. */
export async function trainingSpeeds({ measurements }: SpeedPorts): Promise<readonly TrainingSpeed[]> {
  return (await measurements().catch(() => undefined))?.training ?? [];
}
