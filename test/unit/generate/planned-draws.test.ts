// Topics that a run will draw are those that it draws: held against the log of a run that answers are thrown away in.

import { describe, expect, it } from "vitest";
import { rng } from "../../../src/base/rng.ts";
import type { LanguageModel } from "../../../src/engines/language-model.ts";
import { drawnOf } from "../../../src/generate/log.ts";
import { memoryLog } from "../../../src/generate/memory-log.ts";
import { type LabelDraws, plannedDraws, timesOf } from "../../../src/generate/planned-draws.ts";
import { generate } from "../../../src/generate/run.ts";
import type { ConfigOf, SourceConfig } from "../../../src/generate/source.ts";
import { sourceOf } from "../../../src/generate/sources.ts";
import { type KnowledgeData, knowledgeOf, noKnowledge, type Topic } from "../../../src/knowledge/topic.ts";
import { mqp } from "../../../src/tasks/mqp.ts";
import { fewShot, writerOf } from "./asked.ts";

const topic = (name: string, source: Topic["source"]): Topic => ({ entities: [{ name, type: "Disease" }], source });
const names = Array.from({ length: 9 }, (_, i) => `disease ${i}`);
const topics = [...names.map((name) => topic(name, "kg")), ...names.slice(0, 3).map((name) => topic(`a ${name}`, "llm"))];
const knowledge: KnowledgeData = {
  topics: Object.fromEntries(mqp.labels.map(({ id }) => [id, topics])),
  styles: ["letter", "note"].map((name) => ({ name, source: "user" as const })),
  lexicon: [],
};
const clingen: ConfigOf<"clingen"> = {
  kind: "clingen",
  topics: "kg",
  styles: "paper",
  marks: "model",
  writer: writerOf("shuffled"),
};

/** Answers a third of the prompts with nothing usable. */
const model = {
  id: "test",
  contextTokens: 4000,
  slots: 4,
  deterministic: true,
  async complete(request) {
    const stream = rng("answer", request.seed, JSON.stringify(request.messages));
    const text = stream.next() < 0.3 ? "" : `Does my ${stream.int(1e9)} fever get better with ${stream.int(1e6)} drops a night?`;
    return { text, finish: "stop", promptTokens: 1, completionTokens: 1 };
  },
  close: async () => undefined,
} as LanguageModel;

/** Topics of the first attempts of a run, by label, as its log has them. */
async function drawnBy(source: SourceConfig, seed: number, size: number) {
  const log = memoryLog([]);
  const config = { task: "mqp", source, seed, size, examples: "e", knowledge: "k" } as const;
  const ports = { task: mqp, source: sourceOf(source), tools: { model }, store: log, demonstrations: fewShot(mqp), gold: [] };
  for await (const _ of generate(config, { ...ports, knowledge: knowledgeOf(knowledge) }, new AbortController().signal));
  const attempts = log.entries.flatMap((entry) => (entry.type === "feedback" ? [] : [entry]));
  expect(attempts.length).toBeGreaterThan(size); // some were thrown away
  const counts: Record<string, Record<string, number>> = {};
  for (const entry of attempts.slice(0, size)) {
    counts[entry.label] ??= {};
    const of = counts[entry.label] as Record<string, number>;
    const name = drawnOf(entry).topic?.entities[0]?.name ?? "none";
    of[name] = (of[name] ?? 0) + 1;
  }
  return counts;
}

const byName = (planned: readonly LabelDraws[] | undefined) =>
  Object.fromEntries(
    (planned ?? []).map(({ label, drawn }) => [
      label,
      Object.fromEntries(drawn.map(({ topic: of, times }) => [of.entities[0]?.name, times])),
    ]),
  );

describe("the topics that a run will draw", () => {
  it.each([
    ["from the graph", clingen, 1],
    ["from the graph, of another seed", clingen, 2],
    ["from graph and language model", { ...clingen, topics: "both" } as const, 1],
  ])("are those that it draws %s", async (_, source, seed) => {
    const planned = plannedDraws({ task: "mqp", source, seed, size: 41, knowledge });
    expect(byName(planned)).toEqual(await drawnBy(source, seed, 41));
    for (const { attempts, drawn, topics: all } of planned ?? []) {
      expect(drawn.reduce((sum, { times }) => sum + times, 0)).toBe(attempts);
      expect(all).toBe(topics.length);
      expect(drawn.map(({ times }) => times)).toEqual(drawn.map(({ times }) => times).sort((a, b) => b - a));
    }
    expect(planned?.map(({ attempts }) => attempts)).toEqual([21, 20]); // labels take turns
  });

  it("cannot be told where they depend on what is accepted, or where there are none", () => {
    const request = { task: "mqp", seed: 1, size: 10, knowledge } as const;
    expect(plannedDraws({ ...request, source: { ...clingen, draws: "deficit" } })).toBeUndefined();
    expect(plannedDraws({ ...request, source: { ...clingen, topics: "none" } })).toBeUndefined();
    expect(plannedDraws({ ...request, source: { kind: "zerogen", writer: writerOf("none") } })).toBeUndefined();
    expect(() => plannedDraws({ ...request, source: clingen, knowledge: noKnowledge })).toThrow("needs topics");
  });

  it("are counted by how often they are drawn", () => {
    const drawn = [3, 1, 1, 2, 1].map((times) => ({ topic: topic("gout", "kg"), times }));
    expect(timesOf(drawn)).toEqual([
      [3, 1],
      [2, 1],
      [1, 3],
    ]);
  });
});
