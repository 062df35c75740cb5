// A run as a request asks for it, written with the tools that the worker at hand has. Knows no worker and no storage.

import type { GenerateRequest, WriteAgainRequest } from "../experiment/steps.ts";
import { writeAgain } from "../generate/again.ts";
import type { GenerateEvent, RunStore } from "../generate/log.ts";
import { generate } from "../generate/run.ts";
import { runId } from "../generate/run-config.ts";
import type { Feedback, Tools } from "../generate/source.ts";
import { sourceOf } from "../generate/sources.ts";
import { knowledgeOf } from "../knowledge/topic.ts";
import { taskInWords } from "../tasks/catalogue.ts";
import type { Example } from "../tasks/example.ts";

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

/** Another example for one attempt of the request's run, whose log gives the feedback and stays as it is. Errors: the model's and the store's. */
export async function writtenAgain(
  { config, demonstrations, gold = [], knowledge, index, taken }: WriteAgainRequest,
  tools: Tools,
  store: RunStore,
  signal: AbortSignal,
): Promise<Example | undefined> {
  const feedback: Feedback[] = [];
  if (sourceOf(config.source).feedback) {
    for await (const entry of store.read(await runId(config))) {
      if (entry.type !== "feedback" && entry.index >= index) break;
      if (entry.type === "feedback") feedback.push(entry);
    }
  }
  const given = {
    task: taskInWords(config.task, config.wording),
    source: sourceOf(config.source),
    tools,
    demonstrations,
    gold,
    knowledge: knowledgeOf(knowledge),
    feedback,
  };
  return writeAgain(config, given, { index, taken }, signal);
}
