// The port of a generation method: which conversation it has for an attempt.

import type { Rng } from "../base/rng.ts";
import type * as prompts from "../prompts/conversation.ts";
import type { Example } from "../tasks/example.ts";
import type { ExampleOf, Task } from "../tasks/task.ts";
import type { MethodId, RunConfig } from "./run-config.ts";

export interface Context<E extends Example> extends prompts.Context<E> {
  readonly config: RunConfig;
}

export interface Method<T extends Task> {
  readonly id: MethodId;
  converse(task: T, context: Context<ExampleOf<T>>, rng: Rng): prompts.Conversation<ExampleOf<T>>;
}
