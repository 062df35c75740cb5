import { describe, expect, it } from "vitest";
import { rng } from "../../../src/base/rng.ts";
import { clingen } from "../../../src/generate/clingen.ts";
import type { Context } from "../../../src/generate/method.ts";
import type { RunConfig } from "../../../src/generate/run-config.ts";
import { zerogen } from "../../../src/generate/zerogen.ts";
import { type KnowledgeData, knowledgeOf } from "../../../src/knowledge/topic.ts";
import type { Prompt } from "../../../src/prompts/conversation.ts";
import { bc5cdrDisease } from "../../../src/tasks/bc5cdr-disease.ts";
import type { Example } from "../../../src/tasks/example.ts";
import { mqp } from "../../../src/tasks/mqp.ts";

const topics = ["gout", "asthma", "sepsis"].map((name) => ({ entities: [{ name, type: "Disease" }], source: "kg" as const }));
const data: KnowledgeData = {
  topics: { Disease: topics, equivalent: topics, not_equivalent: topics },
  styles: [{ name: "medical literature", source: "paper" }],
  lexicon: ["pain", "asthma"],
};
const knowledge = knowledgeOf(data);

const nerDemos = Array.from({ length: 5 }, (_, i): Example => {
  const text = `Sentence ${i} tells of fever ${"very ".repeat(i)}long .`;
  return { kind: "token", text, spans: [{ start: text.indexOf("fever"), end: text.indexOf("fever") + 5, label: "Disease" }] };
});
const pairDemos = Array.from(
  { length: 10 },
  (_, i): Example => ({
    kind: "pair",
    first: `Question ${i} of many?`,
    second: `Answer ${i} to it?`,
    label: i % 2 ? "equivalent" : "not_equivalent",
  }),
);

const base = {
  task: "",
  model: "m",
  seed: 1,
  size: 1,
  sampling: { temperature: 1, topP: 1, maxTokens: 9 },
  grammar: true,
  examples: "",
  knowledge: "",
};
const configOf = (over: Partial<RunConfig>): RunConfig => ({
  ...base,
  method: "clingen",
  demonstrations: "fixed",
  annotation: "model",
  ...over,
});
const content = (prompt: Prompt) => prompt.messages.map((m) => m.content).join("\n");
const nerContext = (over: Partial<RunConfig> = {}): Context<never> =>
  ({ label: "Disease", demonstrations: nerDemos, knowledge, config: configOf(over) }) as never;
const pairContext = (label: string, over: Partial<RunConfig> = {}): Context<never> =>
  ({ label, demonstrations: pairDemos, knowledge, config: configOf(over) }) as never;

const first = (conversation: Generator<Prompt, unknown, string>) => conversation.next("").value as Prompt;

describe("ClinGen, NER", () => {
  it("draws a topic and a style, keeps them with the prompt, and asks for both in the last turn", () => {
    const prompt = first(clingen.converse(bc5cdrDisease, nerContext(), rng("a", 1)));
    const name = prompt.topic?.entities[0]?.name as string;
    expect(topics.map((t) => t.entities[0]?.name)).toContain(name);
    expect(prompt.messages.at(-1)?.content).toContain(`the disease named ${name}.`);
    expect(prompt.messages.at(-1)?.content).toContain(`the style of ${prompt.style}`);
  });

  it("shares its whole prefix between prompts when demonstrations are fixed", () => {
    const prompts = [1, 2, 3, 4].map((i) => first(clingen.converse(bc5cdrDisease, nerContext(), rng("a", i))));
    expect(new Set(prompts.map((p) => JSON.stringify(p.messages.slice(0, -1)))).size).toBe(1);
    expect(new Set(prompts.map((p) => p.messages.at(-1)?.content)).size).toBeGreaterThan(1);
    expect(content(prompts[0] as Prompt)).toContain("tells of [fever]");
  });

  it("shuffles three demonstrations as JSON lines after the whole listing", () => {
    const draw = (i: number) =>
      first(clingen.converse(bc5cdrDisease, nerContext({ demonstrations: "shuffled" }), rng("a", i))).messages;
    for (const messages of [draw(1), draw(2)]) {
      expect(messages).toHaveLength(1);
      const lines = messages[0]?.content.split("\n") ?? [];
      expect(lines.filter((l) => l.startsWith("{")).map((l) => JSON.parse(l).sentence)).toHaveLength(3);
      expect(lines[0]).toMatch(/^Suppose you need to create a dataset for disease recognition/);
    }
    expect(draw(1)).not.toEqual(draw(2));
  });

  it("lets the graph's names and the topic decide what is marked, and nothing else, only when asked to", () => {
    const finish = (annotation: "model" | "graph") => {
      const conversation = clingen.converse(bc5cdrDisease, nerContext({ annotation }), rng("a", 1));
      const name = first(conversation).topic?.entities[0]?.name;
      const done = conversation.next(`Severe [${name}] with pain in the [knee].`).value;
      const example = "ok" in done && done.ok && done.value.kind === "token" ? done.value : undefined;
      return example?.spans.map((s) => example.text.slice(s.start, s.end).replace(name ?? "", "topic"));
    };
    expect(finish("model")).toEqual(["topic", "knee"]);
    expect(finish("graph")).toEqual(["topic", "pain"]);
  });

  it("says so when there are no topics", () => {
    const empty = { ...nerContext(), knowledge: knowledgeOf({ topics: {}, styles: data.styles, lexicon: [] }) };
    expect(() => first(clingen.converse(bc5cdrDisease, empty, rng("a")))).toThrow(/needs topics for "Disease"/);
  });
});

describe("pairs", () => {
  it("asks for the second sentence with the label and the first sentence, after the first turn's own messages", () => {
    const conversation = clingen.converse(mqp, pairContext("equivalent"), rng("a", 1));
    const one = first(conversation);
    const two = conversation.next("Does gout hurt at night?").value as Prompt;
    expect(two.messages.slice(0, one.messages.length)).toEqual(one.messages);
    expect(two.messages.at(-1)?.content).toMatch(/label 'equivalent'.*'Does gout hurt at night\?'/);
    const done = conversation.next("Is gout painful during the night?").value;
    expect(done).toMatchObject({ ok: true, value: { first: "Does gout hurt at night?", label: "equivalent" } });
  });

  it("ends after the first turn when that already failed", () => {
    const conversation = clingen.converse(mqp, pairContext("equivalent"), rng("a", 1));
    first(conversation);
    expect(conversation.next("Gout hurts.")).toEqual({ done: true, value: { ok: false, reason: "too-short" } });
  });

  it("shows demonstrations of both labels in one prefix, whatever label is asked for", () => {
    const prefix = (label: string) => first(clingen.converse(mqp, pairContext(label), rng("a", 1))).messages.slice(0, -1);
    expect(prefix("equivalent")).toEqual(prefix("not_equivalent"));
    expect(prefix("equivalent").filter((m) => m.content.includes("label 'equivalent'"))).toHaveLength(2);
    expect(prefix("equivalent").filter((m) => m.content.includes("label 'not_equivalent'"))).toHaveLength(2);
  });
});

describe("ZeroGen", () => {
  it("knows no topic, no style, no demonstration and no graph, whatever the config says", () => {
    const context = nerContext({ demonstrations: "fixed", annotation: "graph" });
    const conversation = zerogen.converse(bc5cdrDisease, context, rng("a", 1));
    const prompt = first(conversation);
    expect(prompt.topic).toBeUndefined();
    expect(content(prompt)).not.toMatch(/fever|gout|medical literature/);
    const done = conversation.next("Severe [sepsis] with pain in the knee.").value;
    expect(done).toMatchObject({ ok: true, value: { spans: [{ start: 7 }] } });
  });
});
