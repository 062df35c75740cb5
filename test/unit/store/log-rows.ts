// A run's config and log entries by index, for tests of the log; imported by a worker, so it knows no test runner.

import type { AttemptEntry } from "../../../src/generate/log.ts";
import type { RunConfig } from "../../../src/generate/run-config.ts";

export const runConfig: RunConfig = {
  task: "bc5cdr-disease",
  source: {
    kind: "clingen",
    topics: "kg",
    styles: "paper",
    marks: "model",
    writer: {
      model: "scripted/x",
      sampling: { temperature: 1, topP: 1, maxTokens: 64 },
      demonstrations: "none",
      grammar: false,
    },
  },
  seed: 1,
  size: 10,
  examples: "e",
  knowledge: "k",
};

export function entry(index: number): AttemptEntry {
  const messages = [
    { role: "system", content: "the same for all" },
    { role: "user", content: `prompt ${index}` },
  ] as const;
  const origin = {
    kind: "prompted",
    turns: [{ messages, shared: 1, text: "text", promptTokens: 3, completionTokens: 2 }],
  } as const;
  return index % 3 === 2
    ? { type: "rejected", index, label: "Disease", origin, reason: "malformed" }
    : { type: "accepted", index, label: "Disease", origin, example: { kind: "token", text: `gout ${index}`, spans: [] } };
}

export const entries = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => entry(from + i));
