// A run as a request asks for it, written with the tools that the worker at hand has. Knows no worker and no storage.

import type { GenerateRequest, WatchAttemptRequest, WriteAgainRequest } from "../experiment/steps.ts";
import { type AgainPorts, writeAgain } from "../generate/again.ts";
import type { GenerateEvent, RunStore } from "../generate/log.ts";
import { requestsOf, type WatchedAttempt } from "../generate/requests-of.ts";
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
  const given = await portsAt({ config, demonstrations, gold, knowledge, index }, tools, store);
  return writeAgain(config, given, { index, taken }, signal);
}

/** The last completion of an attempt, with what could have come at each of its tokens. Errors: the model's and the store's. */
export async function watchedAttempt(
  { config, demonstrations, gold = [], knowledge, index, turns }: WatchAttemptRequest,
  tools: Tools,
  store: RunStore,
  signal: AbortSignal,
): Promise<WatchedAttempt> {
  if (!tools.model?.watch) return { kind: "unable" };
  const given = await portsAt({ config, demonstrations, gold, knowledge, index }, tools, store);
  const last = (await requestsOf(config, given, { index, turns }, signal))?.at(-1);
  if (!last) return { kind: "other-words" };
  const { messages, shared, date, grammar } = last.request;
  const asked = {
    messages,
    text: last.text,
    ...(shared ? { shared } : {}),
    ...(date === undefined ? {} : { date }),
    ...(grammar === undefined ? {} : { grammar }),
  };
  return { kind: "watched", tokens: await tools.model.watch(asked, signal) };
}

/** Ports of an attempt as they were when it was made: the run's log gives the feedback. */
async function portsAt(
  { config, demonstrations, gold, knowledge, index }: Required<Omit<WatchAttemptRequest, "turns">>,
  tools: Tools,
  store: RunStore,
): Promise<AgainPorts> {
  const feedback: Feedback[] = [];
  if (sourceOf(config.source).feedback) {
    for await (const entry of store.read(await runId(config))) {
      if (entry.type !== "feedback" && entry.index >= index) break;
      if (entry.type === "feedback") feedback.push(entry);
    }
  }
  return {
    task: taskInWords(config.task, config.wording),
    source: sourceOf(config.source),
    tools,
    demonstrations,
    gold,
    knowledge: knowledgeOf(knowledge),
    feedback,
  };
}
