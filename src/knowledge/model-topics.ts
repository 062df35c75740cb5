// Topics queried from the language model (section 4.1.1): the same question again with another seed, until there are enough or nothing new comes.

import { ClinfuseError } from "../base/errors.ts";
import { type Rng, seedOf } from "../base/rng.ts";
import type { LanguageModel, Message, Sampling } from "../engines/language-model.ts";
import { families } from "../tasks/families.ts";
import { forAnyLabel, forLabel, type Task } from "../tasks/task.ts";
import { cleanName, longestTopic } from "./graph-topics.ts";
import { headOf, listGrammar, listItems } from "./list-answer.ts";
import { type SuggestEvent, verb } from "./styles.ts";
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
 * Settings for models of some hundred million parameters. At temperature 1 they list words that do not exist. After some twenty
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

/** Words with digits and signs in them: "COVID-19", "5-fluorouracil", "PI3K/AKT", "vitamin B12". A number alone at the end counts a list: "disease 1". */
const words = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}'’+/-]*( [\p{L}\p{N}][\p{L}\p{M}\p{N}'’+/-]*)*$/u;
const counted = / \p{N}+$/u;

/** Tells whether an item of a list is a topic: a name that a sentence can hold, or a subtopic of whole texts, which may be longer. No prose. */
function isTopic(item: string, { family }: Task): boolean {
  const most = family === "classification" ? 8 : 4;
  return words.test(item) && !counted.test(item) && /\p{L}/u.test(item) && !verb.test(item) && item.split(" ").length <= most;
}

const stumble = /(?<![\p{L}-])(\p{L}+)[ -]\1(?!\p{L})/u;

/** Names from an answer to `topicsPrompt`, cleaned as topics of a graph are, none twice. */
export function readTopics(answer: string, task: Task, cut = false): string[] {
  const longest = longestTopic(task);
  const names = listItems(answer, cut)
    .map((item) => headOf(item))
    .filter((item) => isTopic(item, task))
    .flatMap((name) => cleanName(name, longest) ?? []);
  // "physical symptoms" and "tests for diseases" repeat the question; "cancer cancer" is a model that stumbles.
  const types = [...new Set(forAnyLabel(task.entityTypes).flat())].map((type) => type.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&"));
  const asked = new RegExp(`\\b(${types.join("|")})\\b`);
  const each = new Map(names.toReversed().map((name) => [name.toLowerCase(), name])); // the first spelling of each
  return [...new Set(names)].filter((name) => each.get(name.toLowerCase()) === name && !asked.test(name) && !stumble.test(name));
}

/** Yields questions and answers, returns the topics of each label. Throws `no-topics` and the model's errors. */
export async function* suggestTopics(
  model: LanguageModel,
  task: Task,
  stream: Rng,
  signal: AbortSignal,
  suggestion: TopicSuggestion = paperTopics,
): AsyncGenerator<SuggestEvent, Record<string, Topic[]>> {
  const named = new Map<string, readonly string[]>();
  for (const type of new Set(forAnyLabel(task.entityTypes).flat())) {
    named.set(type, yield* suggestOfType(model, task, type, stream.fork("topics", type), signal, suggestion));
  }
  const topics = Object.fromEntries(
    task.labels.map(({ id }) => {
      const lists = forLabel(task.entityTypes, id).map((type) => ({ type, names: named.get(type) ?? [] }));
      return [id, topicKinds[families[task.family].topic](lists, stream.fork("pairs", id))];
    }),
  );
  for (const [label, found] of Object.entries(topics)) {
    if (found.length > 0) continue;
    const expected = forLabel(task.entityTypes, label).join(", ");
    const what = `the language model listed no usable topic for ${task.name}`;
    throw new ClinfuseError("no-topics", what, { what: task.name, expected });
  }
  return topics;
}

interface Listed {
  readonly type: string;
  readonly names: readonly string[];
}

const topicKinds: Readonly<Record<"entity" | "pair", (lists: readonly Listed[], stream: Rng) => Topic[]>> = {
  entity(lists) {
    const seen = new Set<string>();
    return lists.flatMap(({ type, names }) =>
      names.flatMap((name): Topic[] => {
        if (seen.has(name)) return []; // a symptom that was listed as a disease
        seen.add(name);
        return [{ entities: [{ name, type }], source: "llm" }];
      }),
    );
  },
  /** Every name of the longer list once, each with one of the other drawn at random. The model was not asked whether the two belong together. */
  pair([heads, tails], stream) {
    if (!heads || !tails || heads.names.length === 0 || tails.names.length === 0) return [];
    const count = Math.max(heads.names.length, tails.names.length);
    const drawn = ({ names }: Listed, name: string): string[] => {
      const rounds = Array.from({ length: Math.ceil(count / names.length) }, (_, i) => i);
      return rounds.flatMap((round) => stream.fork(name, round).sample(names, names.length)).slice(0, count);
    };
    const [ofHeads, ofTails] = [drawn(heads, "heads"), drawn(tails, "tails")];
    return ofHeads.flatMap((head, i): Topic[] => {
      const tail = ofTails[i] as string;
      if (head === tail) return [];
      const entities = [
        { name: head, type: heads.type },
        { name: tail, type: tails.type },
      ];
      return [{ entities, source: "llm" }];
    });
  },
};

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
