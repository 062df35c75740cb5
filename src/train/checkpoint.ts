// A checkpoint: enough to resume a training at the same step and to end with the same weights. Knows no storage.

import type { TrainerState } from "../runtime/trainer.ts";
import type { LazyWeight, Weights } from "../weights/weight.ts";
import type { StageId, TrainEvent, Validated } from "./train-config.ts";

/** The best epoch of a stage so far. */
export interface BestEpoch extends Validated {
  readonly epoch: number;
}

/** Position of a training between two steps. The data's order and dropout's seeds follow from it, by the config's seed. */
export interface Position {
  readonly stage: StageId;
  /** Taken in the stage. */
  readonly step: number;
  /** Epochs of the stage that are over, validation included. */
  readonly epochs: number;
  /** Losses of the epoch under way, a step each. */
  readonly losses: readonly number[];
  readonly best?: BestEpoch;
  /** Steps that were taken, but not told: who resumes tells them first. */
  readonly untold?: readonly Extract<TrainEvent, { type: "step" }>[];
}

export interface Checkpoint {
  readonly position: Position;
  readonly trainer: TrainerState;
  /** Weights of the best epoch. */
  readonly best?: readonly LazyWeight[];
}

/** The port of where checkpoints go. */
export interface Checkpoints {
  /** Tells whether it is time for one. Asked after each step and after each epoch. */
  due(after: "step" | "epoch"): boolean;
  /** Keeps it in place of the one before. Does not throw for want of space: a training that cannot be kept continues all the same. */
  save(checkpoint: Checkpoint): Promise<void>;
}

/** Checkpoints of a training that nobody resumes. */
export const noCheckpoints: Checkpoints = { due: () => false, save: async () => undefined };

/** Steps between two checkpoints, beside those after an epoch. */
const stepsBetween = 50;

/** Share of a training's time that checkpoints may take. */
const timeShare = 0.05;

/** Milliseconds that the first one is taken to cost: none is due in a training's first ten seconds. */
const firstCost = 500;

/** Decides when a checkpoint is due: after each epoch and each 50 steps, unless writing would take over 5 % of the time. */
export class CheckpointPace {
  #steps = 0;
  #at: number;
  #cost = firstCost;
  readonly #now: () => number;

  /** `now` in milliseconds. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#at = now();
  }

  due(after: "step" | "epoch"): boolean {
    if (after === "step" && ++this.#steps < stepsBetween) return false;
    return this.#now() - this.#at >= this.#cost / timeShare;
  }

  /** Told of each one written, and how many milliseconds that took. */
  wrote(milliseconds: number): void {
    this.#steps = 0;
    this.#at = this.#now();
    this.#cost = milliseconds;
  }
}

/** Weights as they are held, to be written. */
export function lazyWeights(weights: Weights): LazyWeight[] {
  return [...weights].map(([name, { shape, data }]) => ({
    name,
    shape,
    read: async () => data as Float32Array<ArrayBuffer>,
  }));
}

/** Reads every one. */
export async function readAll(tensors: readonly LazyWeight[]): Promise<Weights> {
  const weights = new Map();
  for (const { name, shape, read } of tensors) weights.set(name, { shape, data: await read() });
  return weights;
}
