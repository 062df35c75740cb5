// Styles suggested by the language model: section 4.1.2 and Listing 1 (F.1). What it cannot answer is filled up aloud with the paper's own.

import type { Rng } from "../base/rng.ts";
import { seedOf } from "../base/rng.ts";
import type { LanguageModel, Message, Sampling } from "../engines/language-model.ts";
import type { Example } from "../tasks/example.ts";
import { textsOf } from "../tasks/shapes.ts";
import type { Task } from "../tasks/task.ts";
import { headOf, listGrammar, listItems } from "./list-answer.ts";
import type { Style } from "./topic.ts";

export interface SuggestEvents {
  readonly asking: { readonly type: "asking"; readonly what: "styles" | "topics"; readonly prompt: string };
  /** `found`: of this answer, new ones only. */
  readonly answered: {
    readonly type: "answered";
    readonly what: "styles" | "topics";
    readonly text: string;
    readonly found: number;
  };
  /** A decision made on the way, for the user to read. */
  readonly remark: { readonly type: "remark"; readonly text: string };
}

export type SuggestEvent = SuggestEvents[keyof SuggestEvents];

export interface StyleSuggestion {
  /** Styles wanted; the model is asked for three at a time. */
  readonly count: number;
  /** Questions at most. */
  readonly rounds: number;
  readonly sampling: Sampling;
  /** Hold the model to a numbered list. Not in the paper, whose model needs no such help. */
  readonly grammar: boolean;
}

/** Enough for variety, and few enough that each is seen often. Paper: three a question, and no number of questions. */
const enough = { count: 6, rounds: 3 } as const;

/** Listing 1 at the sampling of appendix C. */
export const paperStyles: StyleSuggestion = {
  ...enough,
  sampling: { temperature: 1, topP: 1, maxTokens: 512 },
  grammar: false,
};

/** Settings for models of some hundred million parameters, as those of `smallTopics`. */
export const smallStyles: StyleSuggestion = {
  ...enough,
  sampling: { temperature: 0.7, topP: 0.95, maxTokens: 160 },
  grammar: true,
};

const threeStyles = listGrammar({ from: 3, to: 3, words: 5 });

/** Demonstrations that enter the question. */
const shown = 5;

/** Listing 1. `demonstrations` are the few-shot examples, a line each. */
export function stylesPrompt(task: Task, demonstrations: readonly Example[]): Message[] {
  const content = [
    `Suppose you need to generate a synthetic clinical text dataset on ${task.taskName} tasks. Here are a few examples from the original training set:`,
    ...demonstrations.map(demonstrationLine),
    "Please write three potential sources, speakers or authors of the sentences.",
  ].join("\n");
  return [{ role: "user", content }];
}

function demonstrationLine(example: Example): string {
  return textsOf(example).join(" / ");
}

/** Words that name the question's own parts rather than a style. */
const noStyle =
  /^(here|sure|these|the following|possible|potential|example|sentence|text|question|answer|note)\b|\b(sentences?|examples?|datasets?|training set|includes?)$/i;

/** Words of a sentence: a name has no verb, and a line that has one is prose. "Bipolar I disorder" and "May-Hegglin anomaly" have none. */
export const verb =
  /\b(?:is|are|am|was|were|be|has|have|had|can|cannot|can't|will|would|should|could|may|might|do|does|did|i'm|you|we|they|it)\b(?!-)|^i\b(?!-)/i;

/** Up to six words that can follow "in the style of", from an answer to `stylesPrompt`. */
export function readStyles(answer: string, cut = false): string[] {
  const found = new Map<string, string>();
  for (const item of listItems(answer, cut)) {
    // "Source 1: medical journals" names a slot and then fills it.
    const filled = item.replace(/^(potential\s+)?(sources?|speakers?|authors?)(\s*\d+)?\s*[:-]\s*/i, "");
    const head = headOf(filled).replace(/^(an?|the|from|by)\s+/i, "");
    const words = head.split(/\s+/).length;
    if (head.length < 4 || head.length > 60 || words > 6 || noStyle.test(head) || verb.test(head)) continue;
    if (/^(sources?|speakers?|authors?)$/i.test(head)) continue;
    const style = head.replace(/(?<!\p{L})\p{Lu}(?=\p{Ll}+(?!\p{L}))/gu, (letter) => letter.toLowerCase()); // acronyms stay
    if (!found.has(style.toLowerCase())) found.set(style.toLowerCase(), style);
  }
  return [...found.values()];
}

/** Yields questions and answers, returns the styles: never none. Throws the model's errors. */
export async function* suggestStyles(
  model: LanguageModel,
  task: Task,
  demonstrations: readonly Example[],
  stream: Rng,
  signal: AbortSignal,
  { count, rounds, sampling, grammar }: StyleSuggestion = paperStyles,
): AsyncGenerator<SuggestEvent, Style[]> {
  const styles = new Map<string, Style>();
  for (let round = 0; round < rounds && styles.size < count; round++) {
    const turn = stream.fork("styles", round);
    const messages = stylesPrompt(task, turn.sample(demonstrations, shown));
    yield { type: "asking", what: "styles", prompt: (messages[0] as Message).content };
    const request = { messages, sampling, seed: seedOf(turn.fork("seed")), ...(grammar ? { grammar: threeStyles } : {}) };
    const { text, finish } = await model.complete(request, signal);
    const fresh = readStyles(text, finish === "length").filter((name) => !styles.has(name.toLowerCase()));
    for (const name of fresh.slice(0, count - styles.size)) styles.set(name.toLowerCase(), { name, source: "llm" });
    yield { type: "answered", what: "styles", text, found: fresh.length };
  }
  const suggested = styles.size;
  // One style is no choice: below two the paper's examples join.
  if (suggested < 2) {
    for (const name of task.styles) if (!styles.has(name)) styles.set(name, { name, source: "paper" });
    const how = suggested === 0 ? "no style" : "one style only";
    yield { type: "remark", text: `The model suggested ${how}: the paper's own were added (${task.styles.join(", ")}).` };
  }
  return [...styles.values()];
}
