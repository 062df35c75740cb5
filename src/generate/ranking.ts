// Ranking of candidates for a text by the label's likelihood, as in a noisy channel. Knows no source and no family.

import { ClinfuseError } from "../base/errors.ts";
import type { LanguageModel } from "../engines/language-model.ts";
import type { Conversation, Prompt } from "../prompts/conversation.ts";
import type { Example } from "../tasks/example.ts";
import type { Task } from "../tasks/task.ts";

/** The same prompt with another label in the place of its own. */
export type Rival = Pick<Prompt, "messages" | "shared">;

/** The prompts of the other labels where they differ from the label's own: none for a prompt that names no label. */
export function rivalsOf(
  own: Prompt,
  { labels }: Task,
  label: string,
  stepOf: (label: string) => ReturnType<Conversation<Example>["next"]>,
): readonly Rival[] {
  const said = JSON.stringify(own.messages);
  return labels.flatMap(({ id }) => {
    if (id === label) return [];
    const step = stepOf(id);
    return step.done || JSON.stringify(step.value.messages) === said ? [] : [step.value];
  });
}

/**
 * Position of the text whose label is most probable by Bayes' rule, all labels being equally probable before: log p(text | own prompt) less the
 * logarithm of the mean p(text | prompt of another label). The first of equal ones. Errors: `engine-failed` where the engine gives no likelihoods.
 */
export async function likeliest(
  texts: readonly string[],
  own: Rival,
  rivals: readonly Rival[],
  model: LanguageModel,
  signal: AbortSignal,
): Promise<number> {
  const { score } = model;
  if (!score) {
    const what = `${model.id} gives no likelihoods, by which candidates are ranked; the engine "batch" does`;
    throw new ClinfuseError("engine-failed", what, { what });
  }
  const of = ({ messages, shared }: Rival, text: string) => score({ messages, ...(shared ? { shared } : {}), text }, signal);
  const contrasts = texts.map(async (text) => {
    const [mine, ...others] = await Promise.all([own, ...rivals].map((prompt) => of(prompt, text)));
    return (mine as number) - logMean(others);
  });
  const values = await Promise.all(contrasts);
  return values.indexOf(Math.max(...values));
}

/** log of the mean of e^x. */
function logMean(xs: readonly number[]): number {
  const most = Math.max(...xs);
  return most + Math.log(xs.reduce((sum, x) => sum + Math.exp(x - most), 0) / xs.length);
}
