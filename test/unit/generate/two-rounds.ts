// A source of two rounds, for tests: prompts of the second round show the feedback of the first.

import { rng } from "../../../src/base/rng.ts";
import type { CompletionRequest, LanguageModel } from "../../../src/engines/language-model.ts";
import type { GenerateEvent, RunStore } from "../../../src/generate/log.ts";
import { generate, type Ports } from "../../../src/generate/run.ts";
import type { RunConfig } from "../../../src/generate/run-config.ts";
import type { Feedback, Source } from "../../../src/generate/source.ts";
import { knowledgeOf, noKnowledge } from "../../../src/knowledge/topic.ts";
import { mqp } from "../../../src/tasks/mqp.ts";

export const barrier = 5;

export const twoRounds: Source = {
  name: "Two rounds",
  group: "prompting",
  summary: "",
  title: () => "Two rounds",
  needs: () => ["writer"],
  rounds: () => [barrier],
  extent: (size) => size,
  async attempt(i, { feedback }, { model }, stream, signal) {
    const shown = feedback.flatMap(({ demonstrations }) => demonstrations).map((d) => (d.kind === "pair" ? d.first : ""));
    const messages = [
      { role: "system", content: `Round ${feedback.length + 1}. Like: ${shown.join(" ")}` },
      { role: "user", content: `Attempt ${i}, ${stream.int(1000)}` },
    ] as const;
    const request = { messages, sampling: { temperature: 1, topP: 1, maxTokens: 9 }, seed: stream.int(1000) };
    const { text, promptTokens, completionTokens } = await (model as LanguageModel).complete(request, signal);
    const label = mqp.labels[i % 2]?.id ?? "";
    const origin = { kind: "prompted", turns: [{ messages, shared: 1, text, promptTokens, completionTokens }] } as const;
    if (text.startsWith("bad")) return { label, origin, parsed: { ok: false, reason: "malformed" } };
    return { label, origin, parsed: { ok: true, value: { kind: "pair", first: `${text}, one`, second: `${text}, two`, label } } };
  },
};

export const twoRoundsConfig: RunConfig = {
  task: "mqp",
  source: {
    kind: "zerogen",
    writer: { model: "hash", sampling: { temperature: 1, topP: 1, maxTokens: 9 }, demonstrations: "none", grammar: false },
  },
  seed: 3,
  size: 11,
  examples: "two rounds",
  knowledge: "-",
};

/** Answers from the whole request, so that a prompt of another round is another text; slower ones out of turn. */
export function hashModel(slots: number): LanguageModel {
  return {
    id: "hash",
    contextTokens: 100,
    slots,
    deterministic: true,
    async complete({ messages, seed }: CompletionRequest, signal) {
      const stream = rng("answer", seed, ...messages.map((m) => m.content));
      await new Promise((resolve) => setTimeout(resolve, stream.int(3)));
      signal.throwIfAborted();
      const text = stream.int(4) === 0 ? `bad ${stream.int(100)}` : `text ${stream.int(1_000_000)}`;
      return { text, finish: "stop" as const, promptTokens: 3, completionTokens: 2 };
    },
    close: async () => undefined,
  };
}

/** Feedback that a driver would train and choose: here a function of the accepted texts alone. */
export async function feedbackOf(store: RunStore, id: string, after: number): Promise<Feedback> {
  const accepted = [];
  for await (const entry of store.read(id)) if (entry.type === "accepted") accepted.push(entry.example);
  return { after, demonstrations: accepted.slice(0, after).filter((_, i) => i % 2 === 1) };
}

export const portsOf = (store: RunStore, slots: number, feedback?: Feedback): Ports => ({
  task: mqp,
  source: twoRounds,
  tools: { model: hashModel(slots) },
  store,
  demonstrations: [],
  gold: [],
  knowledge: knowledgeOf(noKnowledge),
  ...(feedback ? { feedback } : {}),
});

/** One sitting; left after `stopAfter` entries, as a killed tab does. The last event says how it ended. */
export async function sit(
  store: RunStore,
  options: { slots?: number; stopAfter?: number; feedback?: Feedback; size?: number } = {},
) {
  const { slots = 3, stopAfter = Number.POSITIVE_INFINITY, feedback, size = twoRoundsConfig.size } = options;
  const events: GenerateEvent[] = [];
  let entries = 0;
  const ports = portsOf(store, slots, feedback);
  for await (const event of generate({ ...twoRoundsConfig, size }, ports, new AbortController().signal)) {
    events.push(event);
    if ((event.type === "accepted" || event.type === "rejected" || event.type === "feedback") && ++entries >= stopAfter) break;
  }
  return events;
}

/** Sittings until the run has its size, the feedback computed anew wherever it is wanted. */
export async function drive(store: RunStore, id: string, options: { slots?: number; size?: number } = {}): Promise<void> {
  for (let feedback: Feedback | undefined, rounds = 0; rounds < 5; rounds++) {
    const last = (await sit(store, { ...options, ...(feedback ? { feedback } : {}) })).at(-1);
    if (last?.type !== "wants-feedback") return;
    feedback = await feedbackOf(store, id, last.after);
  }
  throw new Error("the run wants feedback again and again");
}
