// A language model behind OpenAI's batch format, for tests: the tour's script, and a line of answer to a line of request. Knows no server.

import type { Message } from "../../../src/engines/language-model.ts";
import { openScripted } from "../../../src/engines/scripted.ts";
import { tourScript } from "../../../src/engines/tour-script.ts";

const model = openScripted({ script: tourScript, contextTokens: 1_000_000 });

export interface ChatBody {
  readonly model: string;
  readonly messages: readonly Message[];
  readonly temperature: number;
  readonly top_p: number;
  readonly max_tokens: number;
  readonly seed: number;
}

/** Reply of `/v1/chat/completions` to a request's body. */
export async function completion({ messages, temperature, top_p, max_tokens, seed, model: name }: ChatBody): Promise<object> {
  if (typeof seed !== "number" || typeof max_tokens !== "number") throw new Error("seed and max_tokens are asked for");
  const sampling = { temperature, topP: top_p, maxTokens: max_tokens };
  // A question for styles, which the tour has no answer to.
  const asksStyles = messages.at(-1)?.content.includes("three potential sources");
  const said = await model.complete({ messages, sampling, seed }, new AbortController().signal);
  const text = asksStyles ? "1. medical journals\n2. patient forums\n3. discharge letters" : said.text;
  return {
    id: "chatcmpl-1",
    object: "chat.completion",
    model: name,
    choices: [{ index: 0, message: { role: "assistant", content: text }, finish_reason: asksStyles ? "stop" : said.finish }],
    usage: { prompt_tokens: said.promptTokens, completion_tokens: said.completionTokens },
  };
}

/** A file of requests answered as `vllm run-batch` does, a line each, in order. */
export function answeredLines(turn: string): Promise<string[]> {
  const lines = turn.trimEnd().split("\n");
  return Promise.all(
    lines.map(async (line) => {
      const { custom_id, body } = JSON.parse(line) as { custom_id: string; body: ChatBody };
      const response = { status_code: 200, request_id: "vllm-batch", body: await completion(body) };
      return JSON.stringify({ id: "vllm-1", custom_id, response, error: null });
    }),
  );
}
