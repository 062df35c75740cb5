// Prompts of the NER tasks: Listings 2 and 8, with demonstrations, and the grammar of the answer. Pure.

import type { Message, SharedPrompt } from "../engines/language-model.ts";
import type { TokenExample } from "../tasks/example.ts";
import type { Task } from "../tasks/task.ts";
import { answerField, turns, withJsonLines } from "./demonstrations.ts";
import { asJson, markedSentence, markedSentenceWithMark } from "./grammar.ts";
import { type Listing, listing2, listing8, whole } from "./listings.ts";
import { detokenised, markedText } from "./marked.ts";

export interface NerSlots {
  readonly demonstrations: readonly TokenExample[];
  readonly mode: "shuffled" | "fixed" | "none";
  /** ClinGen's; a baseline has neither. */
  readonly topic?: string;
  readonly style?: string;
}

export interface FilledPrompt {
  readonly messages: readonly Message[];
  /** What is the same for every prompt of the run. */
  readonly shared?: SharedPrompt;
  readonly grammar: string;
}

/** Item 2 of the listing in our answer form: the list of entities is the brackets. */
const answerForm = (domain: string) => `Write the sentence alone, with each ${domain} in square brackets.`;

export function nerPrompt(task: Task<"ner">, slots: NerSlots): FilledPrompt {
  const { mode, demonstrations, topic, style } = slots;
  const listing = listingOf(task, topic, style);
  const grammar = topic === undefined ? markedSentenceWithMark : markedSentence;
  const answers = demonstrations.map((d) => detokenised(markedText(d)));
  if (mode === "shuffled") {
    const content = withJsonLines(`${whole(listing)}\n${answerForm(task.domain)}`, answers);
    return { messages: [{ role: "user", content }], grammar: asJson(grammar, answerField) };
  }
  if (mode === "none" || listing.varying === "") {
    return { messages: [{ role: "user", content: `${whole(listing)}\n${answerForm(task.domain)}` }], grammar };
  }
  const exchanges = demonstrations.map((d, i) => [demonstratedItems(task, d), answers[i] as string] as const);
  const messages: Message[] = [
    { role: "system", content: `${listing.fixed}\n${answerForm(task.domain)}` },
    ...turns(exchanges),
    { role: "user", content: listing.varying },
  ];
  return { messages, shared: { messages: messages.length - 1, characters: listing.lead }, grammar };
}

function listingOf(task: Task<"ner">, topic: string | undefined, style: string | undefined): Listing {
  const { domain } = task;
  return topic === undefined || style === undefined ? listing8({ domain }) : listing2({ domain, topic, style });
}

/** The varying items as they would have asked for this demonstration. Its style is not known: the task's first one stands for all. */
function demonstratedItems(task: Task<"ner">, example: TokenExample): string {
  const span = example.spans[0];
  const topic = span ? example.text.slice(span.start, span.end).toLowerCase() : task.domain;
  return listing2({ domain: task.domain, style: task.styles[0] ?? "medical literature", topic }).varying;
}
