// A run as a request asks for it, written with the tools that the worker at hand has. Knows no worker and no storage.

import type { GenerateRequest } from "../experiment/steps.ts";
import type { GenerateEvent, RunStore } from "../generate/log.ts";
import { generate } from "../generate/run.ts";
import type { Tools } from "../generate/source.ts";
import { sourceOf } from "../generate/sources.ts";
import { knowledgeOf } from "../knowledge/topic.ts";
import { taskInWords } from "../tasks/catalogue.ts";

/** Resumes or extends the run of the request's config. Whoever calls it holds the run's lock. Errors: those of `generate`. */
export function writtenRun(
  { config, demonstrations, gold = [], knowledge, items, feedback }: GenerateRequest,
  tools: Tools,
  store: RunStore,
  signal: AbortSignal,
): AsyncGenerator<GenerateEvent, void> {
  const given = {
    task: taskInWords(config.task, config.wording),
    source: sourceOf(config.source),
    tools,
    store,
    demonstrations,
    gold,
    knowledge: knowledgeOf(knowledge),
    ...(items ? { items } : {}),
    ...(feedback ? { feedback } : {}),
  };
  return generate(config, given, signal);
}
