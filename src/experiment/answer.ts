// A prediction without its text: a model's answer for one example. Pure.

import type { Sure } from "../classifier/task-head.ts";
import type { Example } from "../tasks/example.ts";

/** Fields that are given: what a prediction is about. */
type Given = "text" | "first" | "second" | "head" | "tail";
type AnswerTo<E> = E extends Example ? Omit<E, Given> & { readonly sure?: Sure } : never;

/** An example without its text; `sure` is the probability that the model gave the answer, or one for each of its labels or spans. An example is an answer too, so that predictions kept whole are read as well. */
export type Answer = AnswerTo<Example>;

const answers: { readonly [K in Example["kind"]]: (example: Extract<Example, { kind: K }>) => Answer } = {
  token: ({ kind, spans }) => ({ kind, spans }),
  sentence: ({ kind, labels }) => ({ kind, labels }),
  relation: ({ kind, label }) => ({ kind, label }),
  pair: ({ kind, label }) => ({ kind, label }),
};

export function answerOf(example: Example): Answer {
  return (answers[example.kind] as (example: Example) => Answer)(example);
}

/** All predictions as answers, each with its probabilities where there are any. */
export function answersOf(predicted: readonly Example[], sure?: readonly Sure[]): Answer[] {
  return predicted.map((example, i) => {
    const probability = sure?.[i];
    return { ...answerOf(example), ...(probability === undefined ? {} : { sure: probability }) };
  });
}

/** The examples with the given answers in place of their own; as many as there are answers. */
export function answered(examples: readonly Example[], given: readonly Answer[]): Example[] {
  return given.flatMap((answer, i) => {
    const example = examples[i];
    const { sure: _, ...own } = answer;
    return example?.kind === own.kind ? [{ ...example, ...own } as Example] : [];
  });
}
