// Every family's conversation. Sources differ in what they draw for it. Knows no engine.

import type { Rng } from "../base/rng.ts";
import type { Example } from "../tasks/example.ts";
import type { Family } from "../tasks/families.ts";
import type { ExampleOf, Task } from "../tasks/task.ts";
import { attribute } from "./attribute.ts";
import { classification } from "./classification.ts";
import type { Ask, Context, Conversation, Drawn, FamilyPrompts, FilledListing } from "./conversation.ts";
import { ner } from "./ner.ts";
import { nerTyped } from "./ner-typed.ts";
import { pair } from "./pair.ts";
import { relation } from "./relation.ts";
import { releasedConverse } from "./released/converse.ts";
import { verbatimTask } from "./verbatim.ts";

const rows: { readonly [F in Family]: FamilyPrompts<F> } = { ner, attribute, classification, relation, pair };

/** The row of a task's family, for examples of that task alone. Entities of several types are marked with their types. */
export function promptsOf<F extends Family>(task: Task<F>): FamilyPrompts<F> {
  const isTyped = task.family === "ner" && task.labels.length > 1;
  return (isTyped ? nerTyped : rows[task.family]) as unknown as FamilyPrompts<F>; // the compiler does not follow that the row is the task's own
}

/** The paper's prompts of one example, turn by turn, without demonstrations and without an answer form. */
export function listingsOf(task: Task, ask: Ask): readonly FilledListing[] {
  return promptsOf(task).listings(task, ask);
}

export function converse<T extends Task>(
  task: T,
  context: Context<ExampleOf<T>>,
  drawn: Drawn,
  stream: Rng,
): Conversation<ExampleOf<T>> {
  const own = context as unknown as Context<ExampleOf<Task>>;
  const { topic, style } = drawn;
  // The released code has no prompt without a topic and a style: there the paper's listings stand.
  const { fidelity = "paper" } = context.config;
  if (fidelity !== "paper" && topic && style !== undefined) {
    return releasedConverse(
      fidelity === "verbatim" ? verbatimTask(task) : task,
      own,
      { topic, style },
      stream,
    ) as Conversation<Example> as Conversation<ExampleOf<T>>;
  }
  return promptsOf(task as Task).converse(task, own, drawn, stream) as Conversation<Example> as Conversation<ExampleOf<T>>;
}
