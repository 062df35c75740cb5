// A notebook as its files tell it: choices that were changed after its examples were made are none of theirs.

import { expect, it } from "vitest";
import { asMade, isChosenAnew } from "../../../src/experiment/as-made.ts";
import { writerWords } from "../../../src/experiment/batch-file.ts";
import type { Notebook } from "../../../src/experiment/notebook.ts";
import { presetConfig } from "../../../src/experiment/presets.ts";
import { withWriter, writerOf } from "../../../src/generate/sources.ts";

const config = presetConfig("small", { task: "bc5cdr-disease", source: "clingen" });
const notebook: Notebook = { id: "n", createdAt: 0, updatedAt: 0, title: "t", config, spent: {} };
const sampling = { temperature: 0.3, topP: 0.5, maxTokens: 64 };
const source = withWriter(config.source, { model: "batch/small-writer", sampling });
const made = { task: config.task, source, seed: 9, size: 5, examples: "e", knowledge: "k" };

it("has the writer, its sampling and the seed of the run, the model by the catalogue's id", () => {
  const { config: told } = asMade(notebook, made);
  expect(writerOf(told.source)).toMatchObject({ model: "small-writer", sampling });
  expect([told.seed, told.encoder, told.size]).toEqual([9, config.encoder, config.size]);
});

it("keeps the origins of topics and styles, which a run of the first version does not name", () => {
  const asked = { ...config, source: { ...config.source, topics: "llm", styles: "llm" } as typeof config.source };
  expect(asMade({ ...notebook, config: asked }, made).config.source).toMatchObject({ topics: "llm", styles: "llm" });
});

it("is as it was without a run, and beside one of another source", () => {
  expect(asMade(notebook, undefined)).toBe(notebook);
  expect(asMade(notebook, { ...made, source: { kind: "gold" } })).toBe(notebook);
});

it("tells choices that begin another run from those of this one", async () => {
  const own = { ...config, source: withWriter(source, { model: "small-writer" }), seed: 9 };
  const other = (change: object) => ({ ...own, source: withWriter(own.source, change) });
  expect(await isChosenAnew(own, made)).toBe(false);
  expect(await isChosenAnew({ ...own, seed: 8 }, made)).toBe(true);
  expect(await isChosenAnew(other({ sampling: { ...sampling, temperature: 0.4 } }), made)).toBe(true);
  expect(await isChosenAnew(other({ model: "another-writer" }), made)).toBe(true);
  const onWebllm = { ...made, source: withWriter(source, { model: "webllm/small-writer-f32" }) };
  expect(await isChosenAnew(own, onWebllm)).toBe(false);
});

it("is another machine's where that wrote it, whatever engine is chosen since, and this browser's where it was not", async () => {
  const model = "org/large";
  const elsewhere = { ...made, source: withWriter(source, { model: "batch-file/org/large" }) };
  const { config: told } = asMade(notebook, elsewhere);
  expect(writerWords(told)).toBe("org/large, on another machine");
  const now = { ...config, source: withWriter(source, { model }), seed: 9, engine: "batch-file" };
  expect(writerWords(asMade({ ...notebook, config: now }, made).config)).toBe("small-writer");
  expect(await isChosenAnew(now, elsewhere)).toBe(false);
  expect(await isChosenAnew({ ...now, engine: "auto" }, elsewhere)).toBe(true);
});
