// The language model as a run's attempts see it: it tells the run how far their requests are. Knows no engine and no source.

import type { CompletionProgress, LanguageModel } from "../engines/language-model.ts";
import type { WritingEvent } from "./log.ts";

export interface RunModel {
  readonly model: LanguageModel;
  /** Sets who hears how far the requests are, in place of who heard before. */
  listen(tell: (event: WritingEvent) => void): void;
}

/** Milliseconds between two events at least, and before the first: what goes faster needs none. */
const interval = 250;

const begun: CompletionProgress = { promptTokens: 0, promptTotal: 0, completionTokens: 0 };

export function runModel(model: LanguageModel): RunModel {
  const underWay = new Map<symbol, CompletionProgress>();
  let ended = 0; // tokens of requests that came to their end
  let last = performance.now();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let listener: (event: WritingEvent) => void = () => undefined;

  const send = () => {
    clearTimeout(timer);
    timer = undefined;
    last = performance.now();
    listener({ type: "writing", underWay: underWay.size, ...summed([...underWay.values()], ended) });
  };
  /** Sends at once where it is time: an engine that computes may give a timer no turn. */
  const changed = () => {
    const wait = last + interval - performance.now();
    if (wait <= 0) send();
    else timer ??= setTimeout(send, wait);
  };
  return {
    model: {
      ...model,
      async complete(request, signal) {
        const id = Symbol("request");
        underWay.set(id, begun);
        try {
          const completion = await model.complete(request, signal, (progress) => {
            if (!underWay.has(id)) return; // an engine may hear of an abort later
            underWay.set(id, progress);
            changed();
          });
          // An engine that counts parts as they come may have told more than it counts in the end: the sum never falls.
          ended += Math.max(completion.completionTokens, underWay.get(id)?.completionTokens ?? 0);
          return completion;
        } finally {
          underWay.delete(id);
        }
      },
    },
    listen(tell) {
      listener = tell;
    },
  };
}

function summed(requests: readonly CompletionProgress[], ended: number): Omit<WritingEvent, "type" | "underWay"> {
  const sum = (of: (request: CompletionProgress) => number) => requests.reduce((all, request) => all + of(request), 0);
  return {
    promptTokens: sum((request) => request.promptTokens),
    promptTotal: sum((request) => request.promptTotal),
    tokens: ended + sum((request) => request.completionTokens),
  };
}
