// What a training will take of memory, for the page to say before it starts. Pure.

import type { TrainConfig } from "../train/train-config.ts";
import { type EncoderShape, partsThatFit, sessionLimit, type TrainingMemory, trainingMemory } from "../train/training-memory.ts";

/** Bytes. */
export interface TrainingNeed extends TrainingMemory {
  /** What one session can have. */
  readonly limit: number;
  /** In how many parts a batch fits; undefined where no number of them does. */
  readonly parts: number | undefined;
}

export const trainingNeed = (encoder: EncoderShape, config: TrainConfig): TrainingNeed => ({
  ...trainingMemory(encoder, config),
  limit: sessionLimit,
  parts: partsThatFit(encoder, config),
});
