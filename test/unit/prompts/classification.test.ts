// Prompts for whole texts: their answer form fits the real texts, and long ones are shown by their beginning.

import { expect, it } from "vitest";
import type { SourceConfig, Writer } from "../../../src/generate/source.ts";
import type { SentenceExample } from "../../../src/tasks/example.ts";
import { litcovid } from "../../../src/tasks/litcovid.ts";
import { attempted, writerOf } from "../generate/asked.ts";

const modes: readonly Writer["demonstrations"][] = ["shuffled", "fixed"];
const sourceOf = (mode: Writer["demonstrations"]): SourceConfig => ({ kind: "demogen", writer: writerOf(mode) });
const of = (text: string): SentenceExample => ({ kind: "sentence", text, labels: [litcovid.labels[0]?.id as string] });

const abstract = "Forecasts of a wave. We fitted a model. It missed the peak. Beds ran short. Nobody had asked.";
const sentence = "Forecasts of the second wave missed its peak by a week, e.g. in Lombardy.";

it.each(modes)("shows three sentences of an abstract and asks for as many: %s", async (mode) => {
  const { prompts } = await attempted(0, { task: litcovid, config: sourceOf(mode), demonstrations: [of(abstract)] });
  expect(prompts[0]).toContain("Forecasts of a wave. We fitted a model. It missed the peak.");
  expect(prompts[0]).not.toContain("Beds ran short");
  expect(prompts[0]).toContain("in one to three sentences");
});

it.each(modes)("shows a sentence as it is and asks for one: %s", async (mode) => {
  const { prompts } = await attempted(0, { task: litcovid, config: sourceOf(mode), demonstrations: [of(sentence)] });
  expect(prompts[0]).toContain(sentence);
  expect(prompts[0]).toContain("Write one sentence alone");
});

it("asks for one sentence where half of the texts are one", async () => {
  const demonstrations = [of(sentence), of(abstract)];
  const { prompts } = await attempted(0, { task: litcovid, config: sourceOf("none"), demonstrations });
  expect(prompts[0]).toContain("Write one sentence alone");
});
