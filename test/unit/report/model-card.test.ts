// The card of a trained model: what it says of a run, and the same card read back from its README.md.

import { expect, it } from "vitest";
import { drawnOf, type Synthetic } from "../../../src/generate/log.ts";
import { modelCard } from "../../../src/report/model-card.ts";
import { cardHtml, cardMarkdown, readCardMarkdown } from "../../../src/report/model-card-text.ts";
import { sampleRecord } from "./sample-record.ts";

const { notebook, log, models } = await sampleRecord();
const synthetic = (log?.entries ?? []).filter((entry): entry is Synthetic => entry.type === "accepted");
const interval = { low: 0.5, high: 0.75 };
const sure = { intervals: { synthetic: { f1: interval } } } as never;
const card = modelCard(notebook, synthetic, { sure, models });
const said = (title: string) => JSON.stringify(card.sections.find((section) => section.title === title)?.blocks);

it("says what it was trained on, its scores with intervals, its limits, and the licences of its topics and models", () => {
  expect(said("What it was trained on")).toMatch(/1 real example from ward 7.*3 synthetic examples by ClinGen.*1 example chose/);
  expect(said("Scores")).toContain("0.625 (0.500 to 0.750)");
  expect(said("Scores")).toContain("On 2 test examples from ward 7.");
  expect(said("Limits")).toMatch(/The test set has 2 examples/);
  expect(said("Licences")).toContain("3 of 3 examples rest on CC0-1.0 edges.");
  expect(said("Licences")).toContain("The encoder, MiniLM: Apache-2.0.");
});

it("says that the scores flatter where the validation set is scored for want of test examples", () => {
  const { data } = notebook;
  if (!data) throw new Error("the record has rows");
  expect(said("Scores")).not.toContain("flatter");
  const own = { ...notebook, data: { ...data, source: "own", test: structuredClone(data.validation) } };
  const words = JSON.stringify(modelCard(own, synthetic, { sure, models }).sections);
  expect(words).toMatch(/There were no test examples: .* flatter the model/);
  expect(words).toMatch(/On \d+ validation examples? from the examples of a task of one's own\./);
  expect(words).toContain("1 real example from the examples of a task of one's own (stage I)");
});

it("counts the licences of the examples that were trained on, not of those made since", () => {
  const basis = { ...notebook.training?.basis, examples: 1 } as never;
  const earlier = { ...notebook, training: { ...notebook.training, basis } as never };
  const words = JSON.stringify(modelCard(earlier, synthetic, { models }).sections);
  expect(words).toContain("1 of 1 example rests on CC0-1.0 edges.");
  expect(words).toContain("1 synthetic example by");
});

it("tells the choices of the training, whatever was chosen since", () => {
  const config = { ...notebook.config, encoder: "chosen-since", seed: 7, preset: "paper" as const };
  const words = JSON.stringify(modelCard({ ...notebook, config }, synthetic, { models }).sections);
  expect(words).toContain("Encoder: ");
  expect(words).not.toContain("chosen-since");
  expect(words).toContain(`Seed ${notebook.config.seed};`);
  expect(words).toContain("not the paper's");
});

it("tells nothing of the examples made since in the place of those that were trained on", () => {
  const words = JSON.stringify(modelCard({ ...notebook, run: "later" }, synthetic, { models }).sections);
  expect(words).toContain(`3 synthetic examples of an earlier set of this run, ${notebook.run}`);
  expect(words).not.toContain("rest on CC0-1.0");
  expect(words).toContain("licences of the topics of its synthetic examples are not known here");
});

it("is read back from README.md as it was written, whatever its words are", () => {
  const odd = "a | b <img src=x> *x* \\ `c` [d](e) # f _g_";
  const blocks = [
    { kind: "text", text: odd },
    { kind: "text", text: "- no list" },
    { kind: "list", items: [odd, "two"] },
    {
      kind: "table",
      head: ["Metric", odd],
      rows: [
        ["F1", "0.5 (0.1 to 0.9)"],
        [odd, "–"],
      ],
    },
    { kind: "code", language: "python", text: "a = 1\n\n# ## b" },
    { kind: "text", text: "after the code" },
  ] as const;
  const strange = { ...card, title: odd, sections: [...card.sections, { title: odd, blocks }] };
  const markdown = cardMarkdown(strange);
  expect(markdown).toMatch(
    /^---\nlanguage: "en"\nlicense: "other"\nlibrary_name: "transformers"\npipeline_tag: "token-classification"\n/,
  );
  expect(readCardMarkdown(markdown)).toEqual({ title: strange.title, sections: strange.sections });
  expect(readCardMarkdown(markdown.replaceAll("\n", "\r\n"))).toEqual({ title: strange.title, sections: strange.sections });
  expect(cardHtml(strange.sections).markup).not.toContain("<img");
});

it("takes a README.md of another hand: no fields, no title, words before the first heading", () => {
  expect(readCardMarkdown("Some words\nin two lines.\n\n## Data\n* one\n* two")).toEqual({
    title: "",
    sections: [
      { title: "", blocks: [{ kind: "text", text: "Some words in two lines." }] },
      { title: "Data", blocks: [{ kind: "list", items: ["one", "two"] }] },
    ],
  });
});

it.each([
  ["mqp", "npm run apply -- FOLDER TABLE"],
  ["cdr", "npm run apply -- FOLDER TABLE"],
  ["hoc", "npm run apply -- FOLDER NOTES"],
  ["bc5cdr-disease", "npm run apply -- FOLDER NOTES"],
])("says how a model of %s is applied", (task, command) => {
  const { sections } = modelCard({ ...notebook, config: { ...notebook.config, task } }, []);
  const blocks = sections.find(({ title }) => title === "How to use it")?.blocks ?? [];
  expect(blocks.at(-1)).toEqual({ kind: "code", language: "sh", text: command });
});

it("names no topic's licence where none was drawn", () => {
  const without = synthetic.map((entry) => ({ ...entry, origin: { ...entry.origin, topic: undefined } }) as unknown as Synthetic);
  expect(without.every((entry) => drawnOf(entry).topic === undefined)).toBe(true);
  expect(JSON.stringify(modelCard(notebook, without).sections)).not.toContain("edges");
});
