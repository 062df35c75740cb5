// An engine without a model: completions computed from the request, for tests and for the tour. Knows no task, only a script.

import { breathe } from "../base/async.ts";
import { ClinfuseError, throwIfAborted } from "../base/errors.ts";
import { type Rng, rng } from "../base/rng.ts";
import type { Completion, CompletionRequest, LanguageModel } from "./language-model.ts";
import { contextOverflow } from "./refusals.ts";

/** The answer to a conversation. Draws only from the stream, which the request alone decides. */
export type Script = (lastMessage: string, stream: Rng) => string;

export interface ScriptedOptions {
  readonly script: Script;
  readonly slots?: number;
  readonly contextTokens?: number;
  /** Time that a token takes, so that a tour looks like one; 0 in tests. */
  readonly millisecondsPerToken?: number;
}

/** A token is a word or a punctuation mark with the space before it. */
const token = /\s*(?:[\p{L}\p{N}]+|[^\s\p{L}\p{N}])/gu;

/** Tokens between two reports. */
const toldTokens = 8;

const count = (text: string) => text.match(token)?.length ?? 0;

export function openScripted(options: ScriptedOptions): LanguageModel {
  const { script, slots = 4, contextTokens = 4096, millisecondsPerToken = 0 } = options;
  let closed = false;
  return {
    id: "scripted",
    contextTokens,
    slots,
    deterministic: true,
    async complete(request, signal, onProgress = () => undefined) {
      if (closed) throw new Error("scripted was closed");
      const promptTokens = request.messages.reduce((sum, m) => sum + count(m.content) + 4, 0);
      if (promptTokens + 1 > contextTokens) throw contextOverflow(promptTokens, contextTokens);
      checkGrammar(request.grammar);
      const completion = cut(answer(script, request), Math.min(request.sampling.maxTokens, contextTokens - promptTokens));
      const tell = (completionTokens: number) => onProgress({ promptTokens, promptTotal: promptTokens, completionTokens });
      await write(completion.completionTokens, millisecondsPerToken, tell, signal);
      return { ...completion, promptTokens };
    },
    async close() {
      closed = true;
    },
  };
}

/** Greedy ignores the seed, as a model would. */
function answer(script: Script, { messages, seed, sampling }: CompletionRequest): string {
  // Kinds of marks, `[drug: ...]`, stand in the system message where there is one.
  const system =
    messages[0]?.role === "system" && /\[[^[\]:]+: \.\.\.\]/.test(messages[0].content) ? `${messages[0].content}\n` : "";
  const last = `${system}${messages.at(-1)?.content ?? ""}`;
  return script(last, rng("scripted", sampling.temperature === 0 ? 0 : seed, ...messages.map((m) => m.content)));
}

function cut(text: string, most: number): Omit<Completion, "promptTokens"> {
  const tokens = text.match(token) ?? [];
  if (tokens.length <= most) return { text, finish: "stop", completionTokens: tokens.length };
  return { text: tokens.slice(0, most).join(""), finish: "length", completionTokens: most };
}

/** A script is not held to a grammar, but a grammar that no engine would take is refused here too. */
function checkGrammar(grammar: string | undefined): void {
  if (grammar === undefined || /^\s*root\s*::=\s*\S/m.test(grammar)) return;
  throw new ClinfuseError("grammar-invalid", "the grammar has no rule for root");
}

/** Takes the time that the tokens take; what takes none tells nothing. */
async function write(tokens: number, milliseconds: number, tell: (tokens: number) => void, signal: AbortSignal): Promise<void> {
  throwIfAborted(signal);
  if (milliseconds === 0) await breathe();
  for (let at = 0; milliseconds > 0 && at < tokens; at += toldTokens) {
    tell(at);
    await wait(Math.min(toldTokens, tokens - at) * milliseconds, signal);
    throwIfAborted(signal);
  }
  throwIfAborted(signal);
}

function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const stop = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      resolve();
    };
    const timer = setTimeout(stop, milliseconds);
    signal.addEventListener("abort", stop, { once: true });
  });
}
