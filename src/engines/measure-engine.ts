// Speed of a language model on this device: the same prompts for each engine. Knows no engine.

import type { CompletionRequest, LanguageModel } from "./language-model.ts";

export interface EngineSpeed {
  readonly kind: "engine";
  /** Id in the manifest. */
  readonly model: string;
  /** Id in the catalogue. */
  readonly engine: string;
  /** Written, over the time from the first request to the last answer, the reading of the prompts included. */
  readonly tokensPerSecond: number;
  readonly measuredAt: number;
}

const themes = ["asthma", "migraine", "hepatitis B", "vertigo", "gout", "cystic fibrosis", "anaemia", "pneumonia"];
/** Requests that count; one more goes before them. */
export const measuredRequests = themes.length;
const tokens = 24;
/** Milliseconds after which no further prompt is begun: a slow engine has shown by then that it is slow. */
const longEnough = 20_000;

const request = (theme: string, maxTokens: number): CompletionRequest => ({
  messages: [
    {
      role: "user",
      content: `Suppose you are writing for a medical journal. Write a long paragraph about a patient with ${theme}: the history, the findings, the treatment and its outcome.`,
    },
  ],
  sampling: { temperature: 1, topP: 0.95, maxTokens },
  seed: 1,
});

/** Tokens per second with as many requests in flight as the model has slots. Throws what the model throws, and `aborted`. */
export async function measureEngine(
  model: LanguageModel,
  signal: AbortSignal,
  onAnswer: (done: number) => void,
): Promise<number> {
  await model.complete(request("fever", 4), signal); // what a first request compiles and allocates is not its speed
  const started = performance.now();
  const late = () => performance.now() - started > longEnough;
  const waiting = [...themes];
  let done = 0;
  let written = 0;
  const slot = async () => {
    for (let theme = waiting.shift(); theme !== undefined && !late(); theme = waiting.shift()) {
      written += (await model.complete(request(theme, tokens), signal)).completionTokens;
      onAnswer(++done);
    }
  };
  await Promise.all(Array.from({ length: Math.min(model.slots, themes.length) }, slot));
  return written / ((performance.now() - started) / 1000);
}
