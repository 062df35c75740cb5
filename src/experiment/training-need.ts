// Memory that a training will take, for the page to say before it starts. Pure.

import type { TrainConfig } from "../train/train-config.ts";
import {
  type EncoderShape,
  remedyThatFits,
  sessionLimit,
  type TrainingMemory,
  trainingMemory,
} from "../train/training-memory.ts";

/** Bytes. */
export interface TrainingNeed extends TrainingMemory {
  /** The most that one session can have. */
  readonly limit: number;
  /** The setting with which it would fit, as words of an order, for one that does not. */
  readonly remedy: string;
}

export const trainingNeed = (encoder: EncoderShape, config: TrainConfig): TrainingNeed => ({
  ...trainingMemory(encoder, config),
  limit: sessionLimit,
  remedy: remedyThatFits(encoder, config),
});
