// One attempt of a run made again, with random draws of its own: for a reader who wants another text in its place. Knows no store.

import { rng } from "../base/rng.ts";
import { datedModel } from "../engines/dated-model.ts";
import type { Knowledge } from "../knowledge/topic.ts";
import type { Example } from "../tasks/example.ts";
import type { Task } from "../tasks/task.ts";
import { sameForm } from "./run.ts";
import type { RunConfig } from "./run-config.ts";
import type { Feedback, Source, Tools } from "./source.ts";

export interface Again {
  /** Label of the attempt whose place is taken. */
  readonly index: number;
  /** Texts that it must not be, the demonstrations apart. */
  readonly taken: readonly Example[];
}

export interface AgainPorts {
  readonly task: Task;
  readonly source: Source;
  readonly tools: Tools;
  readonly demonstrations: readonly Example[];
  readonly gold: readonly Example[];
  readonly knowledge: Knowledge;
  /** Feedback that the run had when the attempt was made. */
  readonly feedback: readonly Feedback[];
}

/** Draws until one is accepted, at most so many. */
export const mostDraws = 12;

/**
 * Another example for an attempt of the run of `config`, by the rules of that run: nothing twice, and no demonstration given back. Undefined where no draw is accepted.
 * The run's log stays as it is. A pure function of its arguments for a model that is deterministic.
 */
export async function writeAgain(
  config: RunConfig,
  { source, tools, ...given }: AgainPorts,
  { index, taken }: Again,
  signal: AbortSignal,
): Promise<Example | undefined> {
  const form = sameForm(source);
  const known = new Set([...given.demonstrations, ...taken].map(form));
  const dated: Tools = tools.model ? { ...tools, model: datedModel(tools.model, config.date) } : tools;
  for (let draw = 1; draw <= mostDraws; draw++) {
    const stream = rng("again", config.seed, index, draw);
    const attempt = await source.attempt(index, { config: config.source, ...given }, dated, stream, signal);
    if (attempt?.parsed.ok && !known.has(form(attempt.parsed.value))) return attempt.parsed.value;
  }
  return undefined;
}
