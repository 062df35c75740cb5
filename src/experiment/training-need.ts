// Memory that a training will take, for the page to say before it starts. Pure.

import type { TrainConfig } from "../train/train-config.ts";
import {
  type EncoderShape,
  remedyThatFits,
  sessionLimit,
  type TrainingMemory,
  trainingMemory,
} from "../train/training-memory.ts";
import type { Training } from "../train/training-method.ts";
import { withRowsOf } from "../train/training-methods.ts";

/** Bytes. */
export interface TrainingNeed extends TrainingMemory {
  /** The most that one session can have. */
  readonly limit: number;
  /** The setting with which it would fit, as words of an order, for one that does not. */
  readonly remedy: string;
}

/** `training`: the way of training, whose batches may have more rows. */
export function trainingNeed(encoder: EncoderShape, config: TrainConfig, training?: Training): TrainingNeed {
  const widest = withRowsOf(training, config);
  return { ...trainingMemory(encoder, widest), limit: sessionLimit, remedy: remedyThatFits(encoder, widest) };
}
