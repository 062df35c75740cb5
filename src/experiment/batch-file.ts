// Writing past this machine from a run: its choices, what the page is told of it, and the words for its writer. Knows no storage.

import type { FaultyLine, GrammarForm } from "../generate/batch-lines.ts";
import { withWriter, writerOf } from "../generate/sources.ts";
import type { KnowledgeData } from "../knowledge/topic.ts";
import type { BatchCounts } from "./batch-step.ts";
import type { ExperimentConfig } from "./experiment-config.ts";
import type { NotebookData } from "./notebook.ts";
import type { ModelInfo } from "./steps.ts";

/** `ExperimentConfig.engine` of a run that another machine wrote: no engine of this browser opens its model. */
export const batchFile = "batch-file";

/** Id of the language model in such a run's config. */
export const batchWriter = (model: string): string => `${batchFile}/${model}`;

/** That writer, as a product names the language model that wrote: nothing is known of what it ran on. */
export const writerElsewhere = (id: string, engine: string = batchFile): ModelInfo => ({
  id,
  engine,
  contextTokens: 0,
  slots: 0,
  runsOn: "another machine",
});

/** Tells whether the model of a run's config wrote on another machine. */
export const isBatchWriter = (id: string): boolean => id.startsWith(`${batchFile}/`);

export const isByBatchFile = ({ engine }: Pick<ExperimentConfig, "engine">): boolean => engine === batchFile;

/** The writer in words, for a report; undefined for a source without one. `named` is its name where it is known by another than its id. */
export function writerWords(
  config: Pick<ExperimentConfig, "source" | "engine">,
  named: (id: string) => string = (id) => id,
): string | undefined {
  const model = writerOf(config.source)?.model;
  if (model === undefined) return undefined;
  return isByBatchFile(config) ? `${model}, on another machine` : named(model);
}

/** Choices of the panel: how another machine is asked. */
export interface BatchChoices {
  /** The name by which the server knows its language model. */
  readonly model: string;
  readonly grammar: GrammarForm;
  /** Attempts at first for each example wanted. */
  readonly ratio: number;
}

/** The choices of a run as another machine would write it. */
export const configBy = (config: ExperimentConfig, { model, grammar }: BatchChoices): ExperimentConfig => ({
  ...config,
  source: withWriter(config.source, { model, grammar: grammar !== "none" }),
  engine: batchFile,
});

export interface BatchRequest {
  /** With the choices of the batch in it (`configBy`). */
  readonly config: ExperimentConfig;
  readonly choices: BatchChoices;
  readonly data: NotebookData;
  /** Absent: the batch gathers it. */
  readonly knowledge?: KnowledgeData;
}

/** The last turn: its requests, and those of them that no line answered. */
export interface LastTurn {
  readonly requests: number;
  readonly waiting: number;
}

export interface BatchTold {
  readonly counts: BatchCounts;
  readonly last: LastTurn;
  /** Requests that failed or have no answer, and could still have one. */
  readonly again: number;
  /** The first faulty lines of the last reading, and how many there were. */
  readonly faults: readonly FaultyLine[];
  readonly faulty: number;
  readonly remarks: readonly string[];
  /** Accepted examples at which it waits for the feedback of a trained encoder. Absent: it does not. */
  readonly barrier?: number;
}

export interface BatchState {
  /** Keys of its products. */
  readonly products: readonly string[];
  /** Absent: nothing was asked under these choices. */
  readonly told?: BatchTold;
  /** Knowledge that its answers gave. */
  readonly knowledge?: KnowledgeData;
}

export interface BatchTaken {
  readonly run: string;
  readonly knowledge: KnowledgeData;
  /** Keys of products of the run that was taken over. */
  readonly products: readonly string[];
}
