// Requests of an attempt that was made, with the answers that it got: grammar, sampling and seed are not in the log. Knows no store and no engine.

import { datedModel } from "../engines/dated-model.ts";
import type { CompletionRequest, LanguageModel, TokenStep } from "../engines/language-model.ts";
import type { AgainPorts } from "./again.ts";
import { attemptStream } from "./history.ts";
import type { RunConfig } from "./run-config.ts";
import type { Turn } from "./source.ts";

/** `unable`: the engine shows no tokens. `other-words`: the attempt would ask in other words now. */
export type WatchedAttempt =
  | { readonly kind: "watched"; readonly tokens: readonly TokenStep[] }
  | { readonly kind: "unable" | "other-words" };

export interface Asked {
  readonly request: CompletionRequest;
  readonly text: string;
}

/** The attempt is made again with its own answers. Undefined where it now asks in other words than the log has. */
export async function requestsOf(
  config: RunConfig,
  { source, tools, ...given }: AgainPorts,
  { index, turns }: { readonly index: number; readonly turns: readonly Turn[] },
  signal: AbortSignal,
): Promise<readonly Asked[] | undefined> {
  const asked: Asked[] = [];
  const answering: Pick<LanguageModel, "complete" | "close"> = {
    async complete(request) {
      const turn = turns[asked.length];
      if (!turn || !sameWords(turn, request)) throw new OtherWords();
      asked.push({ request, text: turn.text });
      const { text, promptTokens, completionTokens } = turn;
      return { text, finish: "stop", promptTokens, completionTokens };
    },
    close: async () => undefined,
  };
  const { id, contextTokens, slots, deterministic, asksDate } = tools.model ?? {
    id: "",
    contextTokens: 0,
    slots: 1,
    deterministic: true,
  };
  const model: LanguageModel = { id, contextTokens, slots, deterministic, ...(asksDate ? { asksDate } : {}), ...answering };
  try {
    const stream = attemptStream(config.seed, index);
    await source.attempt(
      index,
      { config: config.source, ...given },
      { ...tools, model: datedModel(model, config.date) },
      stream,
      signal,
    );
  } catch (error) {
    if (error instanceof OtherWords) return undefined;
    throw error;
  }
  return asked.length === turns.length ? asked : undefined;
}

class OtherWords extends Error {}

const sameWords = ({ messages }: Turn, request: CompletionRequest): boolean =>
  messages.length === request.messages.length &&
  messages.every(({ role, content }, i) => role === request.messages[i]?.role && content === request.messages[i]?.content);
