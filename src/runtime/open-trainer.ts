// Opens a trainer on a device. Knows no task and no model: graphs and weights come in.

import type { TrainableGraphs, Trainer, Weights } from "./trainer.ts";

export interface TrainerOptions {
  readonly device: "webgpu" | "wasm";
  readonly graphs: TrainableGraphs;
  /** One for each parameter of the graphs; copied. See `fitWeights`. */
  readonly weights: Weights;
  /** Called before a session is made for a new number of tokens, which takes seconds. */
  readonly onCompile?: (tokens: number) => void;
}

/** Throws ClinfuseError `no-webgpu`, `out-of-memory` or `device-lost`; so do the trainer's methods. */
export async function openTrainer(options: TrainerOptions): Promise<Trainer> {
  throw new Error(`no trainer yet for ${options.device}`);
}
