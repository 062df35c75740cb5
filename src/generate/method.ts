// The port of a conversation. It is a generator: prompts out, completions in, an example or a reason at the end.

import type { Message, SharedPrompt } from "../engines/language-model.ts";
import type { Knowledge, Topic } from "../knowledge/topic.ts";
import type { Example } from "../tasks/example.ts";
import type { Parsed, Writer } from "./source.ts";

export interface Prompt {
  readonly messages: readonly Message[];
  /** See CompletionRequest. */
  readonly shared?: SharedPrompt;
  readonly grammar?: string;
  /** What was drawn for it, kept with the example. */
  readonly topic?: Topic;
  readonly style?: string;
}

export interface Context<E extends Example> {
  readonly label: string;
  /** The few-shot training set. */
  readonly demonstrations: readonly E[];
  readonly knowledge: Knowledge;
  readonly config: { readonly demonstrations: Writer["demonstrations"]; readonly annotation: "model" | "graph" };
}

export type Conversation<E extends Example> = Generator<Prompt, Parsed<E>, string>;
