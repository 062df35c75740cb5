// What a training was made of, and whether that is still what the run holds. Pure.

import { canonicalJson } from "../base/hash.ts";
import type { ExperimentConfig } from "./experiment-config.ts";

export interface TrainingBasis {
  /** Id of the generation run that its synthetic examples are of; "" where there was none. */
  readonly run: string;
  /** So many synthetic examples: the first accepted ones. */
  readonly examples: number;
  /** The choices that decide the recipe. The device is none: it decides the time alone. */
  readonly settings: Pick<ExperimentConfig, "encoder" | "preset" | "seed" | "train">;
}

export type Stale =
  | { readonly kind: "examples"; readonly trained: number; readonly now: number }
  | { readonly kind: "run" } // another set of examples
  | { readonly kind: "settings" };

export function basisOf(config: ExperimentConfig, run: string | undefined, examples: number): TrainingBasis {
  const { encoder, preset, seed, train } = config;
  return { run: run ?? "", examples, settings: { encoder, preset, seed, ...(train ? { train } : {}) } };
}

/** In what the run has gone on since it was trained; nothing when the scores are those of what it holds now. */
export function staleIn(trained: TrainingBasis, now: TrainingBasis): readonly Stale[] {
  const stale: Stale[] = [];
  if (trained.run !== now.run) stale.push({ kind: "run" });
  else if (trained.examples !== now.examples) stale.push({ kind: "examples", trained: trained.examples, now: now.examples });
  if (settingsOf(trained) !== settingsOf(now)) stale.push({ kind: "settings" });
  return stale;
}

/** No change of the recipe and an empty one are the same. */
const settingsOf = ({ settings }: TrainingBasis): string => canonicalJson({ ...settings, train: settings.train ?? {} });
