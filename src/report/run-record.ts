// Everything that is kept of a run, together: what a capsule holds and what it gives back. Knows no file.

import type { Analysis } from "../analyse/analysis.ts";
import type { Notebook } from "../experiment/notebook.ts";
import type { LogEntry, RunState } from "../generate/log.ts";
import type { KeptAnswer } from "../knowledge/kept-answers.ts";

/** Parts that models play in a run. */
export const modelRoles = ["writer", "encoder", "embedder", "trained"] as const;
export type ModelRole = (typeof modelRoles)[number];

/** A model by its files: enough to tell whether another machine has the same. */
export interface RunModelFiles {
  readonly role: ModelRole;
  readonly id: string;
  readonly name: string;
  readonly licence?: string;
  /** Empty where the hashes could not be read. */
  readonly files: readonly { readonly name: string; readonly bytes?: number; readonly sha256: string }[];
}

export interface RunLogRecord {
  readonly state: RunState;
  readonly entries: readonly LogEntry[];
}

export interface RunRecord {
  readonly notebook: Notebook;
  /** The generation run that the notebook names. */
  readonly log?: RunLogRecord;
  /** Answers of the language model that knowledge is made of. */
  readonly answers?: readonly KeptAnswer[];
  readonly analysis?: Analysis;
  readonly models: readonly RunModelFiles[];
}
