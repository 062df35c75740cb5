// The basis of a training: what it was made of, compared with what the run holds now. Pure.

import { canonicalJson } from "../base/hash.ts";
import { trainingMethodOf } from "../generate/sources.ts";
import type { StageId } from "../train/train-config.ts";
import type { Training } from "../train/training-method.ts";
import type { ExperimentConfig } from "./experiment-config.ts";

/** Hashes of the rows that a training reads. */
export interface DataKeys {
  readonly train: string;
  readonly validation: string;
  readonly test: string;
}

export interface TrainingBasis {
  /** Id of the generation run that its synthetic examples are of; "" where there was none. */
  readonly run: string;
  /** So many synthetic examples: the first accepted ones. */
  readonly examples: number;
  /** The choices that decide the recipe. The device is none: it decides the time alone. */
  readonly settings: Pick<ExperimentConfig, "encoder" | "preset" | "seed" | "train">;
  /** The way of training, for a source that is one. */
  readonly training?: Training;
  /**
   * The judge whose doubts left examples out, and of how many. `kept`: key of the positions that stay, for the same judge may doubt others, as another graph
   * does; absent in a training of an older version. Absent: none.
   */
  readonly filter?: { readonly by: string; readonly of: number; readonly kept?: string };
  /** Absent in a training of an older version. */
  readonly data?: DataKeys;
}

export type Stale =
  | { readonly kind: "examples"; readonly trained: number; readonly now: number }
  | { readonly kind: "run" } // another set of examples, or another way of training
  | { readonly kind: "settings" }
  | { readonly kind: "encoder" } // other files bear its name
  | { readonly kind: "data" }; // other rows to learn from, to choose by or to score

/** The keys of a training's products follow from it (plan.ts): an equal basis is an equal key. */
export function basisOf(config: ExperimentConfig, run: string | undefined, examples: number, data?: DataKeys): TrainingBasis {
  const { encoder, preset, seed, train } = config;
  const settings = { encoder, preset, seed, ...(train ? { train } : {}) };
  const training = trainingOf(config);
  return { run: run ?? "", examples, settings, ...(training ? { training } : {}), ...(data ? { data } : {}) };
}

/** The way of training that the config's source is, as a request and a basis name it. */
export function trainingOf({ source, size }: Pick<ExperimentConfig, "source" | "size">): Training | undefined {
  const method = trainingMethodOf(source);
  return method && { method, size };
}

/** The last stage of a training of this basis: stage II where there is something to train it on, or a way of training. */
export const lastStageOf = ({ examples, training }: Pick<TrainingBasis, "examples" | "training">): StageId =>
  examples > 0 || training !== undefined ? "synthetic" : "few";

/** Keys of the encoder's files; undefined where they are not known. */
export interface EncoderKeys {
  readonly trained: string | undefined;
  readonly now: string | undefined;
}

/** Differences between the run now and when it was trained; none where the scores are up to date. */
export function staleIn(trained: TrainingBasis, now: TrainingBasis, encoder?: EncoderKeys): readonly Stale[] {
  const stale: Stale[] = [];
  if (trained.run !== now.run || trainingKey(trained) !== trainingKey(now)) stale.push({ kind: "run" });
  else if (trained.examples !== now.examples) stale.push({ kind: "examples", trained: trained.examples, now: now.examples });
  if (settingsOf(trained) !== settingsOf(now)) stale.push({ kind: "settings" });
  const isNamed =
    trained.settings.encoder === now.settings.encoder && encoder?.trained !== undefined && encoder.now !== undefined;
  if (isNamed && encoder.trained !== encoder.now) stale.push({ kind: "encoder" });
  if (trained.data && now.data && canonicalJson(trained.data) !== canonicalJson(now.data)) stale.push({ kind: "data" });
  return stale;
}

const trainingKey = ({ training }: TrainingBasis): string => canonicalJson({ training });

/** No change of the recipe and an empty one are the same. */
const settingsOf = ({ settings }: TrainingBasis): string => canonicalJson({ ...settings, train: settings.train ?? {} });
