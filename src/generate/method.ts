// The port of a generation method. A conversation is a generator: prompts out, completions in, an example or a reason at the end.

import type { Rng } from "../base/rng.ts";
import type { Message, SharedPrompt } from "../engines/language-model.ts";
import type { Knowledge, Topic } from "../knowledge/topic.ts";
import type { Example } from "../tasks/example.ts";
import type { ExampleOf, Task } from "../tasks/task.ts";
import type { Parsed } from "./events.ts";
import type { MethodId, RunConfig } from "./run-config.ts";

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
  readonly config: RunConfig;
}

export type Conversation<E extends Example> = Generator<Prompt, Parsed<E>, string>;

export interface Method<T extends Task> {
  readonly id: MethodId;
  converse(task: T, context: Context<ExampleOf<T>>, rng: Rng): Conversation<ExampleOf<T>>;
}
