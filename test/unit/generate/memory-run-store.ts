// A run store in memory, for tests: what is appended is copied as text, so that equal logs are equal bytes.

import type { LogEntry } from "../../../src/generate/events.ts";
import { type RunConfig, runId } from "../../../src/generate/run-config.ts";
import type { RunStore } from "../../../src/generate/run-store.ts";

export function memoryRunStore(): RunStore & { readonly lines: (id: string) => readonly string[] } {
  const logs = new Map<string, string[]>();
  const configs = new Map<string, RunConfig>();
  return {
    async open(config) {
      const id = await runId(config);
      const log = logs.get(id) ?? [];
      logs.set(id, log);
      configs.set(id, config);
      return { id, config, next: log.length };
    },
    async append(id, entries) {
      const log = logs.get(id) as string[];
      for (const entry of entries) {
        if (entry.index !== log.length) throw new Error(`expected index ${log.length}, got ${entry.index}`);
        log.push(JSON.stringify(entry));
      }
    },
    async *read(id) {
      for (const line of [...(logs.get(id) ?? [])]) yield JSON.parse(line) as LogEntry;
    },
    lines: (id) => logs.get(id) ?? [],
  };
}
