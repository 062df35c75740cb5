// The conversation runner that all prompted sources share: they differ in what they put into the slots. Knows no engine and no family.

import { type Rng, seedOf } from "../base/rng.ts";
import type { CompletionRequest, LanguageModel } from "../engines/language-model.ts";
import type { Topic } from "../knowledge/topic.ts";
import { isUnfinishedThought } from "../prompts/answer.ts";
import type { Prompt } from "../prompts/conversation.ts";
import { converse } from "../prompts/families.ts";
import { rejected } from "../prompts/rejections.ts";
import type { Task } from "../tasks/task.ts";
import type { Attempt, Context, SourceConfig, Tools, Turn, Writer } from "./source.ts";

export type Prompted = Extract<SourceConfig, { readonly writer: Writer }>;

/** Choices of a source for one prompt (section 4.2). A baseline draws nothing. */
export interface Asked {
  readonly label: string;
  readonly demonstrations: Writer["demonstrations"];
  readonly marks: "model" | "graph";
  readonly topic?: Topic;
  readonly style?: string;
}

/** The labels in turn. */
export function labelAt({ labels }: Task, i: number): string {
  return (labels[i % labels.length] as Task["labels"][number]).id;
}

/** One conversation: prompts out, completions back in. Errors: the model's. */
export async function prompted(
  asked: Asked,
  context: Context<Prompted>,
  tools: Tools,
  stream: Rng,
  signal: AbortSignal,
): Promise<Attempt> {
  const { label, topic, style } = asked;
  const { writer } = context.config;
  const model = modelOf(tools);
  const drawn = { ...(topic ? { topic } : {}), ...(style === undefined ? {} : { style }) };
  const conversation = converse(
    context.task,
    {
      ...context,
      label,
      config: { ...asked, annotation: asked.marks, ...(writer.fidelity ? { fidelity: writer.fidelity } : {}) },
    },
    drawn,
    stream,
  );
  const turns: Turn[] = [];
  const origin = { kind: "prompted", turns, ...drawn } as const;
  let step = conversation.next("");
  while (!step.done) {
    const request = requestOf(step.value, writer, seedOf(stream.fork("turn", turns.length)));
    const { text, finish, promptTokens, completionTokens } = await model.complete(request, signal);
    const { messages, shared } = request;
    turns.push({ messages, ...(shared?.messages ? { shared: shared.messages } : {}), text, promptTokens, completionTokens });
    if (finish === "length") {
      const cut = rejected(isUnfinishedThought(text) ? "thought-only" : "truncated");
      conversation.return(cut);
      return { label, origin, parsed: cut };
    }
    step = conversation.next(text);
  }
  return { label, origin, parsed: step.value };
}

function requestOf({ messages, shared, grammar }: Prompt, { sampling, grammar: held }: Writer, seed: number): CompletionRequest {
  return { messages, ...(shared ? { shared } : {}), sampling, seed, ...(grammar !== undefined && held ? { grammar } : {}) };
}

function modelOf({ model }: Tools): LanguageModel {
  if (!model) throw new Error("a prompted source was given no language model");
  return model;
}
