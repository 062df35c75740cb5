// wllama on the real SmolLM2 without its cache of prompts, which makes it read each prompt anew.

import { expect, it } from "vitest";
import type { CompletionRequest } from "../../src/engines/language-model.ts";
import { openWllama } from "../../src/engines/wllama/wllama.ts";

const path = "/models/smollm2-135m-instruct/SmolLM2-135M-Instruct.Q4_1.gguf";
const present = (await fetch(path, { method: "HEAD" })).ok;
const never = new AbortController().signal;

const ask = (content: string): CompletionRequest => ({
  messages: [{ role: "user", content }],
  sampling: { temperature: 1, topP: 0.95, maxTokens: 4 },
  seed: 1,
});

it.skipIf(!present)(
  "gives equal requests equal text, whatever ran between (skipped where models/ holds no SmolLM2)",
  async () => {
    const model = await openWllama({ id: "wllama/no-cache", weights: [await (await fetch(path)).blob()] });
    expect(model.deterministic).toBe(true);
    const first = await model.complete(ask("Tell me a story."), never);
    await model.complete(ask("Tell me a joke."), never);
    expect(await model.complete(ask("Tell me a story."), never)).toEqual(first);
    await model.close();
  },
);
