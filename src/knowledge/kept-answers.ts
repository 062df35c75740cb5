// A language model that gives kept answers again before it is asked anew, so that a killed step resumes. Knows no store and no prompt.

import type { Completion, CompletionRequest, LanguageModel, Message } from "../engines/language-model.ts";

/** A question for topics or styles with its answer, as a product store keeps it. */
export interface KeptAnswer {
  readonly messages: readonly Message[];
  readonly seed: number;
  readonly completion: Completion;
  /** The day that the chat template was told; absent for a template that asks for none. */
  readonly date?: string;
}

export interface ResumedModel {
  readonly model: LanguageModel;
  /** Answers that came since the last call, with their places among all. */
  fresh(): readonly { readonly at: number; readonly answer: KeptAnswer }[];
}

/**
 * Gives the n-th answer for the n-th request while the words and the seed are the same. From the first that differs on, every request is
 * asked anew.
 */
export function resumedModel(opened: LanguageModel, kept: readonly KeptAnswer[]): ResumedModel {
  let left = kept;
  let asked = 0;
  const fresh: { at: number; answer: KeptAnswer }[] = [];
  const complete: LanguageModel["complete"] = async (request, ...rest) => {
    const at = asked++;
    const before = left[at];
    if (before && isSame(before, request)) return before.completion;
    left = [];
    const completion = await opened.complete(request, ...rest);
    const { messages, seed, date } = request;
    fresh.push({ at, answer: { messages, seed, completion, ...(date === undefined ? {} : { date }) } });
    return completion;
  };
  return { model: { ...opened, complete }, fresh: () => fresh.splice(0) };
}

function isSame({ messages, seed }: KeptAnswer, request: CompletionRequest): boolean {
  return (
    seed === request.seed &&
    messages.length === request.messages.length &&
    messages.every(({ role, content }, i) => role === request.messages[i]?.role && content === request.messages[i]?.content)
  );
}
