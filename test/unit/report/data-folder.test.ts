// The data set for Python of a run: its rows in order, each with what its prompt asked for and on whose terms.

import { describe, expect, it } from "vitest";
import type { Synthetic } from "../../../src/generate/log.ts";
import type { Topic } from "../../../src/knowledge/topic.ts";
import { dataFolder } from "../../../src/report/data-folder.ts";
import { mqp } from "../../../src/tasks/mqp.ts";

const label = mqp.labels[0]?.id ?? "";
const entry = (index: number, first: string, drawn: { topic?: Topic; style?: string }): Synthetic => ({
  type: "accepted",
  index,
  label,
  origin: { kind: "prompted", turns: [], ...drawn },
  example: { kind: "pair", first, second: `${first}, again`, label },
});
const kg: Topic = {
  entities: [
    { name: "gout", type: "Disease" },
    { name: "tophus", type: "Symptom" },
  ],
  source: "kg",
  provenance: { source: "Disease Ontology", licence: "CC0-1.0" },
};
const llm: Topic = { entities: [{ name: "asthma", type: "Disease" }], source: "llm" };
const synthetic = [entry(4, "One", { topic: kg, style: "forum posts" }), entry(7, "Two", { topic: llm }), entry(9, "Three", {})];

describe("the data set of a run", () => {
  const writer = {
    model: "org/model",
    sampling: { temperature: 1, topP: 1, maxTokens: 9 },
    demonstrations: "fixed",
    grammar: false,
  } as const;
  const source = { kind: "clingen", topics: "both", styles: "paper", marks: "model", writer } as const;
  const files = dataFolder(mqp, synthetic, { source, run: "abc", seed: 3 });

  it("has a row an example with topic, style, source and licence, or nothing", () => {
    const rows = (files.get("data/train.jsonl") as string)
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(rows).toEqual([
      {
        text_a: "One",
        text_b: "One, again",
        label: 0,
        topic: "gout, tophus",
        topic_source: "Disease Ontology",
        topic_licence: "CC0-1.0",
        style: "forum posts",
      },
      {
        text_a: "Two",
        text_b: "Two, again",
        label: 0,
        topic: "asthma",
        topic_source: "language model",
        topic_licence: null,
        style: null,
      },
      { text_a: "Three", text_b: "Three, again", label: 0, topic: null, topic_source: null, topic_licence: null, style: null },
    ]);
  });

  it("says on its card who wrote it, from what, and that no patient is in it", () => {
    const card = files.get("README.md") as string;
    for (const words of [
      "3 synthetic examples",
      "ClinGen with KG and LLM",
      "`org/model`",
      "run `abc`",
      "Disease Ontology (CC0-1.0)",
      "no records of patients",
    ]) {
      expect(card).toContain(words);
    }
    expect(card.startsWith("---\n")).toBe(true);
  });
});
