// A language model of recorded answers: a request without one is told and ends the attempt. Knows no file and no source.

import { ClinfuseError } from "../base/errors.ts";
import type { Completion, CompletionRequest, LanguageModel, Message } from "../engines/language-model.ts";
import type { Turn } from "./source.ts";

/** A request with the name by which its answer is found. */
export interface NamedRequest {
  readonly id: string;
  readonly request: CompletionRequest;
}

export type Answer =
  | ({ readonly kind: "answered" } & Pick<Completion, "text" | "finish" | "promptTokens" | "completionTokens">)
  /** `tooLong`: the prompt did not fit the model's context, so that a source may ask a shorter one. */
  | { readonly kind: "failed"; readonly why: string; readonly tooLong: boolean };

/** Signal, private to a batch: this request has no answer yet, or its answer is a failure. */
export class Unanswered extends Error {
  override readonly name = "Unanswered";
  constructor(readonly asked: NamedRequest) {
    super(`${asked.id} has no answer`);
  }
}

/** Requests and answers of a batch by name. */
export interface Recording {
  /** Messages that were asked under each name so far. */
  readonly asked: ReadonlyMap<string, readonly Message[]>;
  readonly answers: ReadonlyMap<string, Answer>;
}

export interface RecordedModel {
  readonly model: LanguageModel;
  /** The exchanges so far. */
  readonly turns: readonly Turn[];
}

/**
 * A model for one attempt, whose n-th request is `SCOPE-tN`. `complete` throws `Unanswered`, `context-overflow` for an answer that says so, and
 * `file-malformed` where other words were asked under the name before.
 */
export function recordedModel(id: string, scope: string, { asked, answers }: Recording): RecordedModel {
  const turns: Turn[] = [];
  let requests = 0;
  const model: LanguageModel = {
    id,
    contextTokens: Number.POSITIVE_INFINITY,
    slots: 1,
    deterministic: true,
    async complete(request) {
      const name = `${scope}-t${++requests}`;
      const before = asked.get(name);
      if (before && !sameWords(before, request.messages)) throw otherWords(name);
      const completion = completionOf(name, answers.get(name));
      if (!completion) throw new Unanswered({ id: name, request });
      const { text, promptTokens, completionTokens } = completion;
      const { messages, shared } = request;
      turns.push({ messages, ...(shared?.messages ? { shared: shared.messages } : {}), text, promptTokens, completionTokens });
      return completion;
    },
    close: async () => undefined,
  };
  return { model, turns };
}

/** Undefined without an answer, and for a failure that another try may mend. Throws `context-overflow` where the prompt was too long. */
export function completionOf(name: string, answer: Answer | undefined): Completion | undefined {
  if (answer?.kind === "failed" && answer.tooLong) {
    throw new ClinfuseError("context-overflow", `${name}: ${answer.why}`, { what: name });
  }
  if (answer?.kind !== "answered") return undefined;
  const { text, finish, promptTokens, completionTokens } = answer;
  return { text, finish, promptTokens, completionTokens };
}

function sameWords(a: readonly Message[], b: readonly Message[]): boolean {
  return a.length === b.length && a.every(({ role, content }, i) => role === b[i]?.role && content === b[i]?.content);
}

function otherWords(name: string): ClinfuseError {
  const what = `${name} was asked in other words than the plan gives now: the folder was changed, or another version wrote it`;
  return new ClinfuseError("file-malformed", what, { what: name });
}
