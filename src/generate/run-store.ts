// The port of the append-only log of a run.

import type { LogEntry } from "./events.ts";
import type { RunConfig } from "./run-config.ts";

export interface RunState {
  readonly id: string;
  readonly config: RunConfig;
  /** Index of the first attempt that is not in the log. */
  readonly next: number;
}

export interface RunStore {
  /** Creates the run or finds it; a larger size than before is kept as the new size. */
  open(config: RunConfig): Promise<RunState>;
  /** Appends entries whose indices follow each other from `next`, and moves `next`, in one transaction. */
  append(id: string, entries: readonly LogEntry[]): Promise<void>;
  /** All entries in order of index. */
  read(id: string): AsyncIterable<LogEntry>;
}
