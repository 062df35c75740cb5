// One request of the LanguageModel port as WebLLM takes it, and its answer. Knows no device.

import { ClinfuseError, throwIfAborted } from "../../base/errors.ts";
import type { Completion, CompletionRequest, OnProgress } from "../language-model.ts";
import type { ChatCompletionRequestStreaming, MlcEngine } from "./vendor.ts";

/** Sampling of the request and nothing more: a model's config brings penalties of its own. */
export function chatRequest(
  { messages, sampling, seed, grammar }: CompletionRequest,
  thinks: boolean,
): ChatCompletionRequestStreaming {
  const greedy = sampling.temperature === 0;
  return {
    messages: messages.map(({ role, content }) => ({ role, content })),
    stream: true,
    stream_options: { include_usage: true },
    temperature: sampling.temperature,
    // WebLLM divides by 1e-6 for 0; the narrowest top-p leaves one token even where two are that near.
    top_p: greedy ? 1e-5 : sampling.topP,
    max_tokens: sampling.maxTokens,
    seed,
    repetition_penalty: 1,
    frequency_penalty: 0,
    presence_penalty: 0,
    ...(grammar === undefined ? {} : { response_format: { type: "grammar" as const, grammar } }),
    ...(thinks ? { extra_body: { enable_thinking: false } } : {}),
  };
}

/** The empty thought that `enable_thinking: false` puts in front of the text. */
const emptyThought = /^<think>\s*<\/think>\s*/;

/**
 * Errors of ours: `aborted`, `context-overflow` (before anything is generated), `grammar-invalid`. Anything else is thrown as it came, for the caller
 * to ask whether the device is still there.
 */
export async function answer(
  engine: MlcEngine,
  request: CompletionRequest,
  { contextTokens, thinks }: { readonly contextTokens: number; readonly thinks: boolean },
  signal: AbortSignal,
  onProgress: OnProgress = () => undefined,
): Promise<Completion> {
  throwIfAborted(signal);
  const interrupt = () => engine.interrupt();
  signal.addEventListener("abort", interrupt, { once: true });
  try {
    // Without it WebLLM goes on with the last conversation where the messages allow, and equal requests would differ by rounding.
    await engine.reset();
    return await collect(engine, chatRequest(request, thinks), signal, onProgress);
  } catch (error) {
    throwIfAborted(signal);
    throw requestError(error, contextTokens);
  } finally {
    signal.removeEventListener("abort", interrupt);
  }
}

async function collect(
  engine: MlcEngine,
  request: ChatCompletionRequestStreaming,
  signal: AbortSignal,
  onProgress: OnProgress,
): Promise<Completion> {
  let completionTokens = 0; // WebLLM sends a chunk a token, and none while it reads
  let finish: string | null | undefined;
  let usage: { prompt_tokens: number; completion_tokens: number } | undefined;
  for await (const chunk of await engine.start(request)) {
    if (signal.aborted) break; // an interrupt that came before the generation began is forgotten by it
    finish = chunk.choices[0]?.finish_reason ?? finish;
    usage = chunk.usage ?? usage;
    if (chunk.choices[0]?.delta.content) onProgress({ promptTokens: 0, promptTotal: 0, completionTokens: ++completionTokens });
  }
  throwIfAborted(signal);
  if (!usage || (finish !== "stop" && finish !== "length"))
    throw new Error(`WebLLM ended with ${finish ?? "no finish reason"} and ${usage ? "" : "no "}usage`);
  const text = (await engine.message()).replace(emptyThought, "");
  return {
    // A limit may cut a character in two; its half is no text.
    text: finish === "length" ? text.replace(/\uFFFD+$/, "") : text,
    finish,
    promptTokens: usage.prompt_tokens,
    completionTokens: usage.completion_tokens,
  };
}

function requestError(error: unknown, contextTokens: number): unknown {
  if (!(error instanceof Error)) return error;
  if (error.name === "ContextWindowSizeExceededError") {
    const got = Number(/prompt tokens: (\d+)/.exec(error.message)?.[1] ?? Number.NaN);
    const sentence = `the prompt has ${Number.isNaN(got) ? "too many" : got} tokens and the model's context holds ${contextTokens}`;
    const place = { ...(Number.isNaN(got) ? {} : { got }), expected: contextTokens };
    return new ClinfuseError("context-overflow", sentence, place, { cause: error });
  }
  if (error.name === "GrammarMatcherInitError")
    return new ClinfuseError("grammar-invalid", `the engine cannot read the grammar: ${error.message}`, {}, { cause: error });
  return error;
}

/** `out-of-memory` where the message says so, else `engine-failed`. */
export function explainFailure(error: unknown, doing: string): ClinfuseError {
  if (error instanceof ClinfuseError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const code = /out of memory|\boom\b|allocat/i.test(message) ? "out-of-memory" : "engine-failed";
  return new ClinfuseError(code, `${doing}: ${message}`, { what: message.slice(0, 300) }, { cause: error });
}
