// Demonstrations of relation extraction whose answers are marks: those that marks can show, and no other.

import { expect, it } from "vitest";
import { rng } from "../../../src/base/rng.ts";
import { knowledgeOf, noKnowledge, type Topic } from "../../../src/knowledge/topic.ts";
import { relation } from "../../../src/prompts/relation.ts";
import { cdr } from "../../../src/tasks/cdr.ts";
import type { RelationExample } from "../../../src/tasks/example.ts";

const label = (cdr.labels[0] as { id: string }).id;

function example(text: string, head: string, tail: string): RelationExample {
  const span = (name: string, type: string) => ({
    start: text.indexOf(name),
    end: text.indexOf(name) + name.length,
    label: type,
  });
  return { kind: "relation", text, head: span(head, cdr.head.type), tail: span(tail, cdr.tail.type), label };
}

const apart = example("Ibuprofen led to a gastric ulcer.", "Ibuprofen", "gastric ulcer");
const touching = example("A case of lithium-tremor.", "lithium-", "tremor");
const within = example("She had lithium toxicity for a week.", "lithium", "lithium toxicity");
const across = example("A cocaine induced stroke was seen.", "cocaine induced", "induced stroke");

function promptOf(demonstrations: "shuffled" | "fixed", examples: readonly RelationExample[], topic?: Topic): string {
  const knowledge = knowledgeOf(noKnowledge);
  const context = { label, demonstrations: examples, knowledge, config: { demonstrations, annotation: "model" } } as const;
  const drawn = topic ? { topic, style: "medical literature" } : {};
  const asked = relation.converse(cdr, context, drawn, rng("relation", 1)).next().value as {
    messages: readonly { content: string }[];
  };
  return asked.messages.map(({ content }) => content).join("\n");
}

it.each(["shuffled", "fixed"] as const)("%s: head and tail that overlap are in no marked demonstration", (mode) => {
  const prompt = promptOf(mode, [within, apart, across, touching]);
  expect(prompt).toContain("[chemical: Ibuprofen] led to a [disease: gastric ulcer].");
  expect(prompt).toContain("[chemical: lithium-][disease: tremor]");
  expect(prompt).not.toMatch(/toxicity|stroke/);
});

it.each(["shuffled", "fixed"] as const)("%s: with none that marks can show, the prompt has none", (mode) => {
  expect(promptOf(mode, [within, across])).not.toMatch(/toxicity|stroke|Here are some examples/);
});

it.each(["shuffled", "fixed"] as const)(
  "%s: a prompt that names the entities shows plain sentences, overlapping or not",
  (mode) => {
    const entities = [
      { id: "a", name: "aspirin", type: "Drug" },
      { id: "b", name: "rash", type: "Disease" },
    ];
    expect(promptOf(mode, [within], { entities, source: "kg" } as Topic)).toContain("She had lithium toxicity for a week.");
  },
);

it.each([
  "[chemical: Ibuprofen] led to a [disease: gastric ulcer] in days.",
  "[Ibuprofen: Chemical] led to a [gastric ulcer](disease) in days.",
])("reads head and tail in other notations: %s", (answer) => {
  expect(relation.read(cdr, label, [answer], [])).toEqual({
    ok: true,
    value: example("Ibuprofen led to a gastric ulcer in days.", "Ibuprofen", "gastric ulcer"),
  });
});

it("throws a mark of another type away", () => {
  const answer = "[gene: TP53] led to a [disease: gastric ulcer] in days.";
  expect(relation.read(cdr, label, [answer], [])).toEqual({ ok: false, reason: "malformed" });
});

/** The reader's verdict on an answer to a prompt about that topic. */
function readAs(answer: string): unknown {
  const entity = (name: string, type: string) => ({ id: name, name, type });
  const topic: Topic = { entities: [entity("gabapentin", "Drug"), entity("bipolar disorder", "Disease")], source: "kg" };
  const config = { demonstrations: "fixed", annotation: "model" } as const;
  const context = { label, demonstrations: [apart], knowledge: knowledgeOf(noKnowledge), config } as const;
  const asked = relation.converse(cdr, context, { topic, style: "case reports" }, rng("relation", 1));
  asked.next();
  return asked.next(answer).value;
}

it("throws an answer away that ends in the label's description, which a classifier would learn in place of the relation", () => {
  const sentence = "This is the first documentation that gabapentin provokes bipolar disorder";
  const { description } = cdr.labels.find(({ id }) => id === label)!;
  expect(readAs(`${sentence}.`)).toMatchObject({ ok: true });
  for (const meaning of cdr.labels.map((of) => of.description)) {
    expect(readAs(`${sentence} with the relation ${meaning}.`)).toEqual({ ok: false, reason: "echoes-prompt" });
  }
  const begun = description.split(" ").slice(0, 4).join(" ");
  expect(readAs(`${sentence}, and ${begun}.`)).toMatchObject({ ok: true });
});

it.each([
  "[chemical: Ibuprofen] led to a [disease: gastric ulcer].",
  "[Ibuprofen] led to a [gastric ulcer].",
  "[Ibuprofen](chemical) led to a [gastric ulcer: disease].",
])("marks that were not asked for are no part of the text: %s", (answer) => {
  const parsed = relation.read(cdr, label, [answer], ["ibuprofen", "gastric ulcer"]);
  expect(parsed).toEqual({ ok: true, value: { ...apart, text: "Ibuprofen led to a gastric ulcer." } });
});

it("other brackets of a sentence with named entities stay", () => {
  const text = "Ibuprofen [400 mg] led to a gastric ulcer [sic].";
  expect(relation.read(cdr, label, [text], ["ibuprofen", "gastric ulcer"])).toMatchObject({ ok: true, value: { text } });
});
