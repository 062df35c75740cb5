// Opens a trainer on a device. Knows no task and no model: graphs and weights come in.

import type { Weights } from "../weights/weight.ts";
import { openWithFallback } from "./trainer/fallback-trainer.ts";
import { openWasmTrainer } from "./trainer/wasm-trainer.ts";
import { openWebGpuTrainer } from "./trainer/webgpu-trainer.ts";
import type { TrainableGraphs, Trainer, WebGpuPath } from "./trainer.ts";

export interface TrainerOptions {
  readonly device: "webgpu" | "wasm";
  /** Who computes on WebGPU; onnxruntime where absent. A program that cannot be had gives way to it, see `Trainer.note`. */
  readonly path?: WebGpuPath;
  readonly graphs: TrainableGraphs;
  /** One for each parameter of the graphs; copied. See `fitWeights`. */
  readonly weights: Weights;
  /** Called before a session is made for a new use or shape of batch, which takes seconds. */
  readonly onCompile?: (tokens: number) => void;
}

/** Throws ClinfuseError `no-webgpu`, `out-of-memory`, `device-lost` or `engine-failed`; so do the trainer's methods. */
export function openTrainer(options: TrainerOptions): Promise<Trainer> {
  switch (options.device) {
    case "wasm":
      return openWasmTrainer(options);
    case "webgpu":
      return options.path === "program" ? openWithFallback(options) : openWebGpuTrainer(options);
    default:
      return options.device satisfies never;
  }
}
