// Opens a trainer on a device. Knows no task and no model: graphs and weights come in.

import { openWithFallback } from "./trainer/fallback-trainer.ts";
import { openWasmTrainer } from "./trainer/wasm-trainer.ts";
import { openWebGpuTrainer } from "./trainer/webgpu-trainer.ts";
import type { Trainer, TrainerOptions } from "./trainer.ts";

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
