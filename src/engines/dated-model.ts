// A language model whose every request names one day, where its chat template asks for it. Knows no clock.

import type { LanguageModel } from "./language-model.ts";

/** The model itself where it asks for no day, so that its requests stay as they are. */
export function datedModel(model: LanguageModel, date: string | undefined): LanguageModel {
  if (!model.asksDate || date === undefined) return model;
  const { score } = model;
  return {
    ...model,
    complete: (request, ...rest) => model.complete({ ...request, date }, ...rest),
    ...(score ? { score: (request, signal) => score({ ...request, date }, signal) } : {}),
  };
}
