// A run's config and log entries by index, for tests of the log; imported by a worker, so it knows no test runner.

import type { LogEntry } from "../../../src/generate/events.ts";
import type { RunConfig } from "../../../src/generate/run-config.ts";

export const runConfig: RunConfig = {
  task: "bc5cdr-disease",
  method: "clingen",
  model: "scripted/x",
  seed: 1,
  size: 10,
  sampling: { temperature: 1, topP: 1, maxTokens: 64 },
  demonstrations: "none",
  annotation: "model",
  grammar: false,
  examples: "e",
  knowledge: "k",
};

export function entry(index: number): LogEntry {
  const turns = [
    { messages: [{ role: "user", content: `prompt ${index}` }], text: "text", promptTokens: 3, completionTokens: 2 },
  ] as const;
  return index % 3 === 2
    ? { type: "rejected", index, label: "Disease", turns, reason: "malformed" }
    : { type: "accepted", index, label: "Disease", turns, example: { kind: "token", text: `gout ${index}`, spans: [] } };
}

export const entries = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => entry(from + i));
