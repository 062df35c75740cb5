// Requests of an attempt that was made: asked again with its own answers, and refused where the words are others.

import { expect, it } from "vitest";
import { rng } from "../../../src/base/rng.ts";
import type { CompletionRequest } from "../../../src/engines/language-model.ts";
import { presetConfig } from "../../../src/experiment/presets.ts";
import { requestsOf } from "../../../src/generate/requests-of.ts";
import type { RunConfig } from "../../../src/generate/run-config.ts";
import type { Turn } from "../../../src/generate/source.ts";
import { sourceOf } from "../../../src/generate/sources.ts";
import { knowledgeOf, noKnowledge } from "../../../src/knowledge/topic.ts";
import { taskById } from "../../../src/tasks/catalogue.ts";
import type { TokenExample } from "../../../src/tasks/example.ts";

const never = new AbortController().signal;
const { source } = presetConfig("small", { task: "bc5cdr-disease", source: "zerogen" });
const config: RunConfig = { task: "bc5cdr-disease", source, seed: 3, size: 4, examples: "e", knowledge: "k" };
const shots: readonly TokenExample[] = [
  { kind: "token", text: "He had gout .", spans: [{ start: 7, end: 11, label: "Disease" }] },
];

const portsWith = (complete: (request: CompletionRequest) => Promise<{ text: string }>) => ({
  task: taskById("bc5cdr-disease"),
  source: sourceOf(source),
  tools: {
    model: {
      id: "m",
      contextTokens: 2048,
      slots: 1,
      deterministic: true,
      complete: async (request: CompletionRequest) => ({
        ...(await complete(request)),
        finish: "stop" as const,
        promptTokens: 9,
        completionTokens: 4,
      }),
      close: async () => undefined,
    },
  },
  demonstrations: shots,
  gold: [],
  knowledge: knowledgeOf(noKnowledge),
  feedback: [],
});

/** An attempt as a run makes it: its turns, and the requests that a real engine got. */
async function made(index: number) {
  const requests: CompletionRequest[] = [];
  const ports = portsWith(async (request) => {
    requests.push(request);
    return { text: `She had [[asthma]] on day ${requests.length} .` };
  });
  const { tools, source: own, ...given } = ports;
  const attempt = await own.attempt(
    index,
    { config: config.source, ...given },
    tools,
    rng("generate", config.seed, index),
    never,
  );
  const origin = attempt?.origin;
  return { ports, requests, turns: origin?.kind === "prompted" ? origin.turns : [] };
}

it("gives the requests that the engine got, grammar and seed among them, with the answers of the log", async () => {
  const { ports, requests, turns } = await made(2);
  expect(turns.length).toBeGreaterThan(0);
  const asked = await requestsOf(config, ports, { index: 2, turns }, never);
  expect(asked?.map(({ text }) => text)).toEqual(turns.map(({ text }) => text));
  expect(asked?.map(({ request }) => request)).toEqual(requests);
  expect(asked?.[0]?.request.grammar).toContain("root");
});

it("asks no engine", async () => {
  const { turns } = await made(1);
  const ports = portsWith(() => Promise.reject(new Error("the engine was asked")));
  expect(await requestsOf(config, ports, { index: 1, turns }, never)).toHaveLength(turns.length);
});

it("is undefined where the attempt would ask in other words, or more or fewer times", async () => {
  const { ports, turns } = await made(2);
  const [first] = turns as [Turn];
  const other = [
    { ...first, messages: first.messages.map((message) => ({ ...message, content: `${message.content} Please.` })) },
  ];
  expect(await requestsOf(config, ports, { index: 2, turns: other }, never)).toBeUndefined();
  expect(await requestsOf(config, ports, { index: 2, turns: [] }, never)).toBeUndefined();
  expect(await requestsOf(config, ports, { index: 2, turns: [...turns, first] }, never)).toBeUndefined();
});
