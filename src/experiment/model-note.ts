// A sentence on what other programs make of a cell's trained model. Knows no file.

import { leavesAs } from "../classifier/variant.ts";
import { trainingMethodOf } from "../generate/sources.ts";
import { taskOf } from "../tasks/catalogue.ts";
import { methodRow } from "../train/training-methods.ts";
import type { ExperimentConfig } from "./experiment-config.ts";

/** Undefined where they read it as any other. */
export function modelNote({ source, task }: Pick<ExperimentConfig, "source" | "task">): string | undefined {
  const method = trainingMethodOf(source);
  const variant = method && methodRow({ method }).variant;
  return variant && leavesAs(variant, taskOf(task));
}
