// A run store in memory, for tests: what is appended is packed and copied as text, so that equal logs are equal bytes.

import { type LogFormat, logFormat, type Prefix, type RunState, type RunStore } from "../../../src/generate/log.ts";
import { type RunConfig, runId } from "../../../src/generate/run-config.ts";

export interface MemoryRunStore extends RunStore {
  /** Stored entries, a line each. */
  readonly lines: (id: string) => readonly string[];
  /** Stored prefixes, a line each. */
  readonly prefixes: (id: string) => readonly string[];
}

export function memoryRunStore(format: LogFormat = logFormat): MemoryRunStore {
  const logs = new Map<string, string[]>();
  const days = new Map<string, string>();
  const begun = new Map<string, string[]>();
  const prefixesOf = (id: string) => (begun.get(id) ?? []).map((line) => JSON.parse(line) as Prefix);
  return {
    async open(config: RunConfig): Promise<RunState> {
      const id = await runId(config);
      const log = logs.get(id) ?? [];
      logs.set(id, log);
      begun.set(id, begun.get(id) ?? []);
      const date = days.get(id) ?? config.date;
      if (date !== undefined) days.set(id, date);
      return {
        id,
        config: { ...config, ...(date === undefined ? {} : { date }) },
        next: log.filter((line) => !line.startsWith('{"type":"feedback"')).length,
      };
    },
    async append(id, entries) {
      const log = logs.get(id) as string[];
      for (const entry of entries) {
        const next = log.filter((line) => !line.startsWith('{"type":"feedback"')).length;
        if (entry.type !== "feedback" && entry.index !== next) throw new Error(`expected index ${next}, got ${entry.index}`);
        const { entry: stored, fresh } = format.pack(entry, prefixesOf(id));
        begun.get(id)?.push(...fresh.map((prefix) => JSON.stringify(prefix)));
        log.push(JSON.stringify(stored));
      }
    },
    async *read(id) {
      for (const line of [...(logs.get(id) ?? [])]) yield format.unpack(JSON.parse(line), prefixesOf(id));
    },
    lines: (id) => logs.get(id) ?? [],
    prefixes: (id) => begun.get(id) ?? [],
  };
}
