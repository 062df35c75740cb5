// Topics queried from the language model (section 4.1.1): the same question again with another seed, until there are enough or nothing new comes.

import { ClinfuseError } from "../base/errors.ts";
import { type Rng, seedOf } from "../base/rng.ts";
import type { LanguageModel, Message, Sampling } from "../engines/language-model.ts";
import type { Task } from "../tasks/task.ts";
import { cleanName, isNatural, longestTopic } from "./graph-topics.ts";
import { headOf, listGrammar, listItems } from "./list-answer.ts";
import type { SuggestEvent } from "./styles.ts";
import type { Topic } from "./topic.ts";

export interface TopicSuggestion {
  /** Topics wanted of each entity type. Paper: 300. */
  readonly perType: number;
  /** Answers in a row without anything new after which an entity type is left as it is. */
  readonly patience: number;
  readonly sampling: Sampling;
  /** Hold the model to a numbered list. Not in the paper, whose model needs no such help. */
  readonly grammar: boolean;
}

/** Section 4.1.1 and appendix C. */
export const paperTopics: TopicSuggestion = {
  perType: 300,
  patience: 3,
  sampling: { temperature: 1, topP: 1, maxTokens: 512 },
  grammar: false,
};

/**
 * For models of some hundred million parameters: at temperature 1 they list words that do not exist, and after some twenty
 * items they repeat themselves (SmolLM2-135M, read by eye). So: cooler, short answers, a numbered list by grammar.
 */
export const smallTopics: TopicSuggestion = {
  perType: 100,
  patience: 2,
  sampling: { temperature: 0.7, topP: 0.95, maxTokens: 160 },
  grammar: true,
};

const hundred = listGrammar({ from: 1, to: 100, words: 4 });

/** Section 4.1.1's question, word for word. */
export function topicsPrompt(entityType: string): Message[] {
  const content = `Suppose you are a clinician and want to collect a set of ${entityType}. Could you list 100 entities about ${entityType}?`;
  return [{ role: "user", content }];
}

const stumble = /(?<![\p{L}-])(\p{L}+)[ -]\1(?!\p{L})/u;

/** Names from an answer to `topicsPrompt`, cleaned as topics of a graph are, none twice. */
export function readTopics(answer: string, task: Task, cut = false): string[] {
  const longest = longestTopic(task);
  const names = listItems(answer, cut)
    .map((item) => headOf(item))
    .filter(isNatural)
    .flatMap((name) => cleanName(name, longest) ?? []);
  // "physical symptoms" and "tests for diseases" repeat the question; "cancer cancer" is a model that stumbles.
  const asked = new RegExp(`\\b(${task.entityTypes.join("|")})\\b`);
  return [...new Set(names)].filter((name) => !asked.test(name) && !stumble.test(name));
}

/** Yields what is asked and answered, returns the topics of each label. Throws `no-topics` and what the model throws. */
export async function* suggestTopics(
  model: LanguageModel,
  task: Task,
  stream: Rng,
  signal: AbortSignal,
  suggestion: TopicSuggestion = paperTopics,
): AsyncGenerator<SuggestEvent, Record<string, Topic[]>> {
  const topics: Topic[] = [];
  const seen = new Set<string>();
  for (const type of task.entityTypes) {
    const names = yield* suggestOfType(model, task, type, stream.fork("topics", type), signal, suggestion);
    for (const name of names) {
      if (seen.has(name)) continue; // a symptom that was listed as a disease
      seen.add(name);
      topics.push({ entities: [{ name, type }], source: "llm" });
    }
  }
  if (topics.length === 0) {
    const what = `the language model listed no usable topic for ${task.name}`;
    throw new ClinfuseError("no-topics", what, { what: task.name, expected: task.entityTypes.join(", ") });
  }
  return Object.fromEntries(task.labels.map(({ id }) => [id, topics]));
}

async function* suggestOfType(
  model: LanguageModel,
  task: Task,
  type: string,
  stream: Rng,
  signal: AbortSignal,
  { perType, patience, sampling, grammar }: TopicSuggestion,
): AsyncGenerator<SuggestEvent, string[]> {
  const names = new Set<string>();
  const messages = topicsPrompt(type);
  for (let round = 0, idle = 0; names.size < perType && idle < patience; round++) {
    yield { type: "asking", what: "topics", prompt: (messages[0] as Message).content };
    const request = { messages, sampling, seed: seedOf(stream.fork(round)), ...(grammar ? { grammar: hundred } : {}) };
    const { text, finish } = await model.complete(request, signal);
    const fresh = readTopics(text, task, finish === "length").filter((name) => !names.has(name));
    for (const name of fresh.slice(0, perType - names.size)) names.add(name);
    idle = fresh.length > 0 ? 0 : idle + 1;
    yield { type: "answered", what: "topics", text, found: fresh.length };
  }
  if (names.size < perType) {
    yield {
      type: "remark",
      text: `The model listed ${names.size} of ${perType} ${type}: nothing new came in ${patience} answers.`,
    };
  }
  return [...names];
}
