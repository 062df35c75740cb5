// Prompts of the prompted sources, and their reading of a model's answers.

import { describe, expect, it } from "vitest";
import { rng } from "../../../src/base/rng.ts";
import type { CompletionRequest, LanguageModel } from "../../../src/engines/language-model.ts";
import { clingen } from "../../../src/generate/clingen.ts";
import type { ConfigOf, Writer } from "../../../src/generate/source.ts";
import { zerogen } from "../../../src/generate/zerogen.ts";
import { type KnowledgeData, knowledgeOf } from "../../../src/knowledge/topic.ts";
import { bc5cdrDisease } from "../../../src/tasks/bc5cdr-disease.ts";
import type { Example } from "../../../src/tasks/example.ts";
import { mqp } from "../../../src/tasks/mqp.ts";
import type { Task } from "../../../src/tasks/task.ts";

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

/** A model that writes the answers in turn, and again the last one; each may look at its request. */
function writer(...answers: (string | ((request: CompletionRequest) => string))[]) {
  const asked: CompletionRequest[] = [];
  const model: LanguageModel = {
    id: "m",
    contextTokens: 2048,
    slots: 1,
    deterministic: true,
    async complete(request) {
      const answer = answers[Math.min(asked.push(request), answers.length) - 1] as (typeof answers)[number];
      const text = typeof answer === "string" ? answer : answer(request);
      return { text, finish: "stop", promptTokens: 5, completionTokens: 4 };
    },
    close: async () => undefined,
  };
  return { model, asked };
}

const settings = { model: "m", sampling: { temperature: 1, topP: 1, maxTokens: 9 }, grammar: true };
const steered = (over: Partial<ConfigOf<"clingen">> & Partial<Pick<Writer, "demonstrations">> = {}): ConfigOf<"clingen"> => {
  const { demonstrations = "fixed", ...rest } = over;
  return { kind: "clingen", topics: "kg", styles: "paper", marks: "model", writer: { ...settings, demonstrations }, ...rest };
};
const never = new AbortController().signal;

/** Attempt `i` of ClinGen, what it asked and where it came from. */
async function attempt(
  task: Task,
  i: number,
  config = steered(),
  answers: Parameters<typeof writer> = ["Ok."],
  known = knowledge,
) {
  const { model, asked } = writer(...answers);
  const demonstrations = task.id === "mqp" ? pairDemos : nerDemos;
  const context = { config, task, demonstrations, gold: [], knowledge: known, feedback: [] };
  const made = await clingen.attempt(i, context, { model }, rng("a", i), never);
  if (made?.origin.kind !== "prompted") throw new Error("expected a prompted attempt");
  return { asked, origin: made.origin, parsed: made.parsed, label: made.label };
}

const last = (request: CompletionRequest | undefined) => request?.messages.at(-1)?.content ?? "";
const all = (request: CompletionRequest | undefined) => request?.messages.map((m) => m.content).join("\n") ?? "";

describe("ClinGen, NER", () => {
  it("draws a topic and a style, keeps them with the example, and asks for both in the last message", async () => {
    const { asked, origin } = await attempt(bc5cdrDisease, 1);
    const name = origin.topic?.entities[0]?.name as string;
    expect(topics.map((t) => t.entities[0]?.name)).toContain(name);
    expect(last(asked[0])).toContain(`the disease named ${name}.`);
    expect(last(asked[0])).toContain(`the style of ${origin.style}`);
  });

  it("shares its whole prefix between prompts when demonstrations are fixed, and says how far", async () => {
    const made = await Promise.all([1, 2, 3, 4].map((i) => attempt(bc5cdrDisease, i)));
    const turns = made.map(({ origin }) => origin.turns[0]);
    const shared = turns[0]?.shared ?? 0;
    expect(shared).toBe((turns[0]?.messages.length ?? 0) - 1);
    expect(new Set(turns.map((t) => JSON.stringify(t?.messages.slice(0, shared)))).size).toBe(1);
    expect(new Set(made.map(({ asked }) => last(asked[0]))).size).toBeGreaterThan(1);
    expect(all(made[0]?.asked[0])).toContain("tells of [fever]");
  });

  it("shuffles three demonstrations as JSON lines after the whole listing, and shares nothing", async () => {
    const drawn = async (i: number) => attempt(bc5cdrDisease, i, steered({ demonstrations: "shuffled" }));
    const [one, two] = [await drawn(1), await drawn(2)];
    for (const { asked, origin } of [one, two]) {
      expect(asked[0]?.messages).toHaveLength(1);
      const lines = last(asked[0]).split("\n");
      expect(lines.filter((l) => l.startsWith("{")).map((l) => JSON.parse(l).sentence)).toHaveLength(3);
      expect(lines[0]).toMatch(/^Suppose you need to create a dataset for disease recognition/);
      expect(origin.turns[0]).not.toHaveProperty("shared");
    }
    expect(one.asked[0]?.messages).not.toEqual(two.asked[0]?.messages);
  });

  it("holds the model to the task's grammar only when its writer says so", async () => {
    expect((await attempt(bc5cdrDisease, 1)).asked[0]?.grammar).toContain("root");
    const free = steered();
    const { asked } = await attempt(bc5cdrDisease, 1, { ...free, writer: { ...free.writer, grammar: false } });
    expect(asked[0]).not.toHaveProperty("grammar");
  });

  it("lets the graph's names and the topic decide what is marked, and nothing else, only when asked to", async () => {
    const marked = async (marks: "model" | "graph") => {
      const sentence = (request: CompletionRequest) => {
        const [, name] = /disease named (.*)\.$/.exec(last(request)) ?? [];
        return `Severe [${name}] with pain in the [knee].`;
      };
      const { parsed, origin } = await attempt(bc5cdrDisease, 1, steered({ marks }), [sentence]);
      const example = parsed.ok && parsed.value.kind === "token" ? parsed.value : undefined;
      const name = origin.topic?.entities[0]?.name ?? "";
      return example?.spans.map((s) => example.text.slice(s.start, s.end).replace(name, "topic"));
    };
    expect(await marked("model")).toEqual(["topic", "knee"]);
    expect(await marked("graph")).toEqual(["topic", "pain"]);
  });

  it("says so when there are no topics", async () => {
    const empty = knowledgeOf({ topics: {}, styles: data.styles, lexicon: [] });
    await expect(attempt(bc5cdrDisease, 0, steered(), ["Ok."], empty)).rejects.toThrow(/needs topics for "Disease"/);
  });
});

describe("pairs", () => {
  it("asks for the second sentence with the label and the first sentence, after the first turn's own messages", async () => {
    const answers = ["Does gout hurt at night?", "Is gout painful during the night?"];
    const { asked, parsed, origin, label } = await attempt(mqp, 0, steered(), answers);
    const [one, two] = asked;
    expect(two?.messages.slice(0, one?.messages.length)).toEqual(one?.messages);
    expect(last(two)).toContain(`label '${mqp.labels[0]?.name}'`);
    expect(last(two)).toContain("'Does gout hurt at night?'");
    expect(label).toBe(mqp.labels[0]?.id);
    expect(parsed).toMatchObject({ ok: true, value: { first: "Does gout hurt at night?", label } });
    expect(origin.turns.map((turn) => turn.text)).toEqual(answers);
    expect(asked[0]?.seed).not.toBe(asked[1]?.seed);
  });

  it("ends after the first turn when that already failed", async () => {
    const { asked, parsed } = await attempt(mqp, 0, steered(), ["Gout hurts."]);
    expect(asked).toHaveLength(1);
    expect(parsed).toEqual({ ok: false, reason: "too-short" });
  });

  it("shows demonstrations of both labels in one prefix, whatever label is asked for", async () => {
    const prefix = async (i: number) => (await attempt(mqp, i)).asked[0]?.messages.slice(0, -1) ?? [];
    const [one, two] = [await prefix(0), await prefix(1)];
    expect(one).toEqual(two);
    for (const { name } of mqp.labels) expect(one.filter((m) => m.content.includes(`label '${name}'`))).toHaveLength(2);
  });
});

describe("ZeroGen", () => {
  it("knows no topic, no style, no demonstration and no graph, whatever its writer says", async () => {
    const { model, asked } = writer("Severe [sepsis] with pain in the knee.");
    const config = { kind: "zerogen", writer: { ...settings, demonstrations: "fixed" } } as const;
    const context = { config, task: bc5cdrDisease, demonstrations: nerDemos, gold: [], knowledge, feedback: [] };
    const made = await zerogen.attempt(1, context, { model }, rng("a", 1), never);
    expect(made?.origin).not.toHaveProperty("topic");
    expect(all(asked[0])).not.toMatch(/fever|gout|medical literature/);
    expect(made?.parsed).toMatchObject({ ok: true, value: { spans: [{ start: 7, end: 13 }] } });
  });
});
