// The log of a run as lines of JSON: its config, then its entries in the form in which the app stores them. Knows no file.

import { ClinfuseError } from "../base/errors.ts";
import { type LogEntry, logFormat, type Prefix, type StoredEntry } from "./log.ts";
import type { RunConfig } from "./run-config.ts";

type StoredLine =
  | { readonly type: "run"; readonly config: RunConfig }
  | { readonly type: "prefix"; readonly messages: Prefix }
  | StoredEntry;

export interface StoredLog {
  readonly config: RunConfig;
  readonly entries: readonly LogEntry[];
}

/** Each prefix comes before the first entry that begins with it. */
export function storedLog({ config, entries }: StoredLog): string {
  const known: Prefix[] = [];
  const lines: StoredLine[] = [{ type: "run", config }];
  for (const entry of entries) {
    const { entry: stored, fresh } = logFormat.pack(entry, known);
    for (const messages of fresh) lines.push({ type: "prefix", messages });
    known.push(...fresh);
    lines.push(stored);
  }
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
}

/** Reads what `storedLog` wrote. Throws `file-malformed` with the line. */
export function readStoredLog(text: string, file: string): StoredLog {
  const prefixes: Prefix[] = [];
  const entries: LogEntry[] = [];
  let config: RunConfig | undefined;
  for (const [i, line] of text.split("\n").entries()) {
    if (line === "") continue;
    try {
      const read = JSON.parse(line) as StoredLine;
      if (read.type === "run") config = read.config;
      else if (read.type === "prefix") prefixes.push(read.messages);
      else entries.push(logFormat.unpack(read, prefixes));
    } catch (error) {
      throw new ClinfuseError(
        "file-malformed",
        `${file}, line ${i + 1}, is no entry of a log`,
        { file, line: i + 1 },
        { cause: error },
      );
    }
  }
  if (!config) throw new ClinfuseError("file-malformed", `${file} begins with no run`, { file, line: 1 });
  return { config, entries };
}
