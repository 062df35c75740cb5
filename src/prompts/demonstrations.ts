// Demonstrations in a prompt: JSON lines after the listing (released code), or turns in a prefix that all requests share.

import type { Rng } from "../base/rng.ts";
import type { Message } from "../engines/language-model.ts";
import type { Example } from "../tasks/example.ts";
import { labelsOf, textsOf } from "../tasks/shapes.ts";
import type { Task } from "../tasks/task.ts";
import type { Context } from "./conversation.ts";

/** `{"sentence":"..."}`, the released code's form: demonstrations as JSON lines between dashed separators, and the answer as one more. */
export const answerField = "sentence";

export function jsonLine(text: string): string {
  return JSON.stringify({ [answerField]: text });
}

/** The listing, then the demonstrations between dashed lines. Without any, the listing alone. */
export function withJsonLines(listing: string, demonstrations: readonly string[]): string {
  if (demonstrations.length === 0) return listing;
  const line = "-".repeat(20);
  return [listing, "Here are some examples:", line, ...demonstrations.map(jsonLine), line, "Answer with one such line."].join(
    "\n",
  );
}

/** Turns of a conversation that went well. */
export function turns(exchanges: readonly (readonly [user: string, assistant: string])[]): Message[] {
  return exchanges.flatMap(([user, assistant]): Message[] => [
    { role: "user", content: user },
    { role: "assistant", content: assistant },
  ]);
}

/** Released code: three demonstrations a prompt. */
const shuffledDemonstrations = 3;

export interface DemonstrationChoice<E extends Example> {
  /** Shuffles demonstrations of the prompt's label alone. */
  readonly sameLabel: boolean;
  /** Chooses those of the shared prefix from all, shortest first. */
  fixed(shortestFirst: readonly E[]): readonly E[];
}

/** Demonstrations of one prompt. `shuffled`: three, drawn anew. `fixed`: the same for each prompt, the shortest, which cost least to read. */
export function demonstrationsFor<E extends Example>(
  { label, config, demonstrations }: Context<E>,
  { sameLabel, fixed }: DemonstrationChoice<E>,
  stream: Rng,
): readonly E[] {
  switch (config.demonstrations) {
    case "none":
      return [];
    case "shuffled": {
      const pool = sameLabel ? demonstrations.filter((e) => labelsOf(e).includes(label)) : demonstrations;
      return stream.fork("demonstrations").sample(pool, shuffledDemonstrations);
    }
    case "fixed": {
      const length = (e: E) => textsOf(e).join("").length;
      return fixed([...demonstrations].sort((a, b) => length(a) - length(b)));
    }
    default:
      return config.demonstrations satisfies never;
  }
}

/** So many of each label: of those that carry it, the ones that carry no other come first. No example twice. */
export function ofEachLabel<E extends Example>(task: Task, examples: readonly E[], count: number): readonly E[] {
  const taken = new Set<E>();
  for (const { id } of task.labels) {
    const having = examples.filter((e) => labelsOf(e).includes(id) && !taken.has(e));
    const alone = having.filter((e) => labelsOf(e).length === 1);
    for (const e of [...alone, ...having.filter((other) => !alone.includes(other))].slice(0, count)) taken.add(e);
  }
  return [...taken];
}
