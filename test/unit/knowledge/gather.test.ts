// Questions of gathering to the language model: the paper's long answers, or lists that hold a small model to its task.

import { expect, it } from "vitest";
import type { CompletionRequest, LanguageModel } from "../../../src/engines/language-model.ts";
import type { Preset } from "../../../src/experiment/experiment-config.ts";
import { presetConfig, presetSource } from "../../../src/experiment/presets.ts";
import { knowledgeRequestOf } from "../../../src/experiment/requests.ts";
import type { KnowledgeEvent, KnowledgeRequest } from "../../../src/knowledge/gather.ts";
import { gatherKnowledge } from "../../../src/knowledge/gather.ts";
import { edgesFile, graphFrom, nodesFile } from "./rows.ts";

const signal = new AbortController().signal;
const chosen = (preset: Preset, topics: "kg" | "llm") =>
  presetConfig(preset, {
    task: "bc5cdr-disease",
    source: { ...presetSource(preset, "clingen"), topics, styles: "paper" },
  });

/** Lists the same three diseases whatever it is asked. */
function lister() {
  const asked: CompletionRequest[] = [];
  const model: LanguageModel = {
    id: "lister",
    contextTokens: 2048,
    slots: 1,
    deterministic: true,
    async complete(request) {
      asked.push(request);
      return { text: "1. gout\n2. asthma\n3. migraine\n", finish: "stop", promptTokens: 9, completionTokens: 9 };
    },
    close: async () => undefined,
  };
  return { model, asked };
}

async function gather(preset: "small" | "paper") {
  const { model, asked } = lister();
  const request = knowledgeRequestOf(chosen(preset, "llm"), []) as KnowledgeRequest;
  const events: KnowledgeEvent[] = [];
  for await (const event of gatherKnowledge(request, { model: () => model }, signal)) events.push(event);
  return { asked, events, request };
}

it("asks at length, as the paper does, with its preset", async () => {
  const { asked, request } = await gather("paper");
  expect(request.topicCount).toBe(300);
  expect(asked[0]).toMatchObject({ sampling: { temperature: 1, topP: 1, maxTokens: 512 } });
  expect(asked[0]).not.toHaveProperty("grammar");
});

it("holds a small model to short, cooler, numbered lists", async () => {
  const { asked, events, request } = await gather("small");
  expect(request.topicCount).toBe(100);
  for (const { sampling, grammar } of asked) {
    expect(sampling.temperature).toBeLessThan(1);
    expect(sampling.maxTokens).toBeLessThan(512);
    expect(grammar).toContain("root");
  }
  const last = events.at(-1);
  if (last?.type !== "gathered") throw new Error(`ended with ${last?.type}`);
  expect(last.knowledge.topics.Disease?.map((t) => t.entities[0]?.name)).toEqual(["gout", "asthma", "migraine"]);
});

it.each([
  ["paper", { temperature: 1, topP: 1, maxTokens: 512 }, false],
  ["small", { temperature: 0.7, topP: 0.95, maxTokens: 160 }, true],
] as const)("asks for styles as for topics: preset %s", async (preset, sampling, held) => {
  const { model, asked } = lister();
  const source = { ...presetSource(preset, "clingen"), topics: "none", styles: "llm" } as const;
  const request = knowledgeRequestOf(presetConfig(preset, { task: "bc5cdr-disease", source }), []) as KnowledgeRequest;
  for await (const _ of gatherKnowledge(request, { model: () => model }, signal));
  expect(asked.length).toBeGreaterThan(0);
  for (const question of asked) {
    expect(question.sampling).toEqual(sampling);
    expect("grammar" in question).toBe(held);
  }
});

it("draws more from a graph than it asks of a small model", () => {
  expect(chosen("small", "kg").topicCount).toBeGreaterThan(chosen("small", "llm").topicCount);
});

it("draws every topic that a graph has, as the paper does, with its preset", async () => {
  const names = Array.from({ length: 600 }, (_, i) => `${String.fromCharCode(97 + Math.floor(i / 26), 97 + (i % 26))} fever`);
  const graph = await graphFrom(nodesFile({ Disease: names }), edgesFile("Disease:0 like Disease:1"));
  const request = knowledgeRequestOf(chosen("paper", "kg"), []) as KnowledgeRequest;
  for await (const event of gatherKnowledge(request, { graph, model: () => lister().model }, signal)) {
    if (event.type !== "gathered") continue;
    const found = event.knowledge.topics.Disease?.map((topic) => topic.entities[0]?.name);
    expect(found?.toSorted()).toEqual(names.toSorted());
  }
  expect.assertions(1);
});
