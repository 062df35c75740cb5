// A run as its reader sees it, from task to report: everything but the log of generation (the run store's) and the weights (OPFS).

import type { Scores } from "../evaluate/scores.ts";
import type { KnowledgeData } from "../knowledge/topic.ts";
import type { Device } from "../runtime/device.ts";
import type { Example } from "../tasks/example.ts";
import type { StageId, TrainEvent } from "../train/train-config.ts";
import type { Answer } from "./answer.ts";
import type { BatchChoices } from "./batch-file.ts";
import { type ExperimentConfig, type FlatExperimentConfig, upgradedExperiment } from "./experiment-config.ts";
import type { TrainingBasis } from "./training-basis.ts";

export const steps = ["task", "knowledge", "generate", "train", "evaluate", "analyse"] as const;
export type Step = (typeof steps)[number];

export interface NotebookData {
  /** "sample" or the name of the folder that the user picked. */
  readonly source: string;
  readonly remarks: readonly string[];
  readonly train: readonly Example[];
  readonly validation: readonly Example[];
  readonly test: readonly Example[];
  /** Real training rows beyond these, for a source that needs them. */
  readonly gold?: readonly Example[];
}

export interface StageResult {
  readonly scores: Scores;
  /** In the order of the test set. */
  readonly predicted: readonly Answer[];
}

export interface TrainingResult {
  readonly device: Device;
  /** Name of the kept model (train worker's `predict`): there once it is stored, and only then is the run trained. */
  readonly model?: string;
  /** Data and settings that it was trained on, to tell when the run has gone on since. */
  readonly basis: TrainingBasis;
  /** Key of the encoder's files that it was trained from. Absent where it is not known, and in a training of an older version. */
  readonly weights?: string;
  /** Steps and epochs, in order: the loss curve. */
  readonly history: readonly Extract<TrainEvent, { type: "step" | "epoch" }>[];
  /** Remarks on the checkpoint and on what could not be read, a sentence each. Absent: none. */
  readonly remarks?: readonly string[];
  readonly results: Readonly<Partial<Record<StageId, StageResult>>>;
}

/** Tells data from those of a capsule that left the real rows out. */
export const hasRows = (data: NotebookData | undefined): boolean =>
  data !== undefined && data.train.length + data.validation.length + data.test.length > 0;

/** Tells whether the scores are those of the validation set, because there were no test examples. */
export const isValidationScored = ({ validation, test }: Pick<NotebookData, "validation" | "test">): boolean =>
  test.length > 0 && test.length === validation.length && JSON.stringify(test) === JSON.stringify(validation);

/** Validation and test rows, each once also where the validation set is the test set. */
export const evaluationRows = (data: Pick<NotebookData, "validation" | "test">): readonly Example[] =>
  isValidationScored(data) ? data.validation : [...data.validation, ...data.test];

/** Origin of a run that came here as a capsule. */
export interface CapsuleOrigin {
  /** Name of its file. */
  readonly file: string;
  /** As the capsule states it; absent where it does not. */
  readonly writtenAt?: string;
  /** The real rows were left out of it. */
  readonly withoutRows: boolean;
  /** Accepted examples that went with them. Absent: none, or not stated. */
  readonly examplesLeftOut?: number;
  /** Faults that were found when it was opened, a sentence each. */
  readonly faults: readonly string[];
  /** Key of the analysis that came with it. */
  readonly analysis?: string;
  /** Models that took part in it, by the parts that they play. */
  readonly models: readonly { readonly role: string; readonly id: string; readonly name: string }[];
}

export interface Notebook {
  readonly id: string;
  readonly createdAt: number; // milliseconds since the epoch
  readonly updatedAt: number;
  /** Grows with each change that is stored; absent in one of an older version. */
  readonly version?: number;
  readonly title: string;
  readonly config: ExperimentConfig;
  readonly data?: NotebookData;
  readonly knowledge?: KnowledgeData;
  /** Id of the generation run that the config, data and knowledge name. */
  readonly run?: string;
  /** Ids of every generation run that was begun under it, this one included: they go when it goes. */
  readonly logs?: readonly string[];
  readonly training?: TrainingResult;
  /** How another machine is asked to write. Absent: none was. */
  readonly batch?: BatchChoices;
  /** Keys of the products that were begun under it: they go when it goes. */
  readonly products?: readonly string[];
  /** Absent in a run of this browser. */
  readonly capsule?: CapsuleOrigin;
  /** Milliseconds spent in each step. */
  readonly spent: Readonly<Partial<Record<Step, number>>>;
}

/** A stored notebook, of this version or the one before, in the present form. */
export function upgradedNotebook<N extends { readonly config: ExperimentConfig }>(
  stored: Omit<N, "config"> & { readonly config: ExperimentConfig | FlatExperimentConfig },
): N {
  return { ...stored, config: upgradedExperiment(stored.config) } as N;
}
