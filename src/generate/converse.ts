// The conversations of the task families, which all methods share: they differ in what they put into the slots. Knows no engine.

import type { Rng } from "../base/rng.ts";
import { annotate, type Lexicon, lexiconOf } from "../knowledge/lexicon.ts";
import type { Topic } from "../knowledge/topic.ts";
import { nerPrompt } from "../prompts/ner.ts";
import { firstPrompt, secondPrompt } from "../prompts/pair.ts";
import type { Example, PairExample, TokenExample } from "../tasks/example.ts";
import type { ExampleOf, Task } from "../tasks/task.ts";
import type { Context, Conversation } from "./method.ts";
import { parseMarkedSentence, parsePair, parseSentence } from "./parse.ts";

/** What a method draws for one prompt (section 4.2); a baseline draws nothing. */
export interface Drawn {
  readonly topic?: Topic;
  readonly style?: string;
}

/** Released code: three demonstrations a prompt. */
const shuffledDemonstrations = 3;

/** In a shared prefix: for each label so many, the shortest, which cost least to read. */
const fixedPerLabel = { token: 5, pair: 2 } as const;

export function converse(task: Task, context: Context<Example>, drawn: Drawn, stream: Rng): Conversation<ExampleOf<Task>> {
  switch (task.family) {
    case "ner":
      return converseNer(task, context as Context<TokenExample>, drawn, stream);
    case "pair":
      return conversePair(task, context as Context<PairExample>, drawn, stream);
    default:
      throw new Error(`converse: ${task.family} has no conversation`);
  }
}

function* converseNer(task: Task<"ner">, context: Context<TokenExample>, drawn: Drawn, stream: Rng): Conversation<TokenExample> {
  const topic = drawn.topic?.entities[0]?.name;
  const text = yield { ...nerPrompt(task, { ...slotsOf(task, context, drawn, stream), ...(topic ? { topic } : {}) }), ...drawn };
  const parsed = parseMarkedSentence(text, context.label, topic);
  if (!parsed.ok || context.config.annotation === "model" || context.knowledge.lexicon.length === 0) return parsed;
  const lexicons = [lexiconFor(context.knowledge.lexicon), lexiconOf(topic ? [topic] : [])];
  const value = annotate(parsed.value.text, lexicons, context.label);
  return value.spans.length > 0 ? { ok: true, value } : { ok: false, reason: "no-entity" };
}

function* conversePair(task: Task<"pair">, context: Context<PairExample>, drawn: Drawn, stream: Rng): Conversation<PairExample> {
  const topic = drawn.topic?.entities[0]?.name;
  const slots = { ...slotsOf(task, context, drawn, stream), label: context.label, ...(topic ? { topic } : {}) };
  const first = parseSentence(yield { ...firstPrompt(task, slots), ...drawn });
  if (!first.ok) return first;
  return parsePair(first.value, yield secondPrompt(task, slots, first.value), context.label);
}

function slotsOf<E extends Example>(task: Task, context: Context<E>, drawn: Drawn, stream: Rng) {
  const mode = context.config.demonstrations;
  const style = drawn.style === undefined ? {} : { style: drawn.style };
  return { mode, demonstrations: demonstrationsFor(task, context, stream), ...style };
}

function demonstrationsFor<E extends Example>(task: Task, { config, demonstrations }: Context<E>, stream: Rng): readonly E[] {
  switch (config.demonstrations) {
    case "none":
      return [];
    case "shuffled":
      return stream.fork("demonstrations").sample(demonstrations, shuffledDemonstrations);
    case "fixed": {
      const length = (e: Example) => (e.kind === "pair" ? e.first.length + e.second.length : e.text.length);
      const shortest = [...demonstrations].sort((a, b) => length(a) - length(b));
      if (task.shape !== "pair") return shortest.slice(0, fixedPerLabel.token * task.labels.length);
      return task.labels.flatMap(({ id }) =>
        shortest.filter((e) => e.kind === "pair" && e.label === id).slice(0, fixedPerLabel.pair),
      );
    }
    default:
      return config.demonstrations satisfies never;
  }
}

/** The index over a run's lexicon is made once, not for each prompt. */
const indexed = new WeakMap<readonly string[], Lexicon>();

function lexiconFor(names: readonly string[]): Lexicon {
  const lexicon = indexed.get(names) ?? lexiconOf(names);
  indexed.set(names, lexicon);
  return lexicon;
}
