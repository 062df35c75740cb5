// The log of a run in memory, for a run that is computed anew from its answers each time. Knows no storage.

import type { LogEntry, RunState, RunStore } from "./log.ts";
import { type RunConfig, runId } from "./run-config.ts";

export interface MemoryLog extends RunStore {
  readonly entries: readonly LogEntry[];
}

/** Holds one run alone. */
export function memoryLog(before: readonly LogEntry[] = []): MemoryLog {
  const entries = [...before];
  return {
    entries,
    async open(config: RunConfig): Promise<RunState> {
      const feedback = entries.filter((entry) => entry.type === "feedback").length;
      const state = { id: await runId(config), config, next: entries.length - feedback };
      return feedback > 0 ? { ...state, feedback } : state;
    },
    async append(_, more) {
      entries.push(...more);
    },
    async *read() {
      yield* [...entries];
    },
  };
}
