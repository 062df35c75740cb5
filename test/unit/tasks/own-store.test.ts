// A task of the user's own as it is kept: what was read from a file is whole again, and what was filled in follows its labels.

import { describe, expect, it } from "vitest";
import { keptTask, wholeTask } from "../../../src/tasks/own-store.ts";
import { readTaskFile, type TaskFile, writeTaskFile } from "../../../src/tasks/task-file.ts";

const read = (json: unknown) => readTaskFile(JSON.stringify(json), "task.json");
const kept = (file: TaskFile) => keptTask(file, file.task.id, 1);

/** The most labels that a task has, of the longest names. */
const many = Array.from({ length: 100 }, (_, i) => ({
  name: `Kind ${i} ${"of a long name ".repeat(5)}`.slice(0, 79).trim(),
  description: "It is so",
}));
const ends = { head: { word: "drug" }, tail: { word: "dose" } };

describe.each([
  ["ner", {}],
  ["attribute", {}],
  ["classification", { carries: "any" }],
  ["relation", ends],
  ["pair", {}],
])("a task of %s", (family, more) => {
  it("with as many labels as it may have, of the longest names, is written and read again as it was", () => {
    const file = read({ name: "Wards", family, labels: many, ...more });
    expect(readTaskFile(writeTaskFile(file), "again.json")).toEqual(file);
    expect(wholeTask(kept(file))).toEqual(file);
  });
});

it("names the first of many labels in its prompts, and how many there are besides", () => {
  const labels = Array.from({ length: 40 }, (_, i) => ({ name: `department ${i}` }));
  const { task } = read({ name: "Wards", family: "classification", labels });
  const [, named = "", others] = /^Tell which it is of (.*) and (\d+) others\.$/.exec(task.summary) ?? [];
  expect(named.split(", ").length + Number(others)).toBe(40);
  expect(named.split(", ")).toEqual(labels.slice(0, 40 - Number(others)).map(({ name }) => name));
});

it("keeps ids that are not the names, as data files have them", () => {
  const file = read({
    name: "Findings",
    family: "ner",
    labels: [{ id: "T047", name: "disease" }],
    examples: { train: [{ text: "A cough.", spans: [{ start: 2, end: 7, label: "T047" }] }] },
  });
  expect(wholeTask(kept(file))).toEqual(file);
});

it("fills in anew, after a label has another name, what a file did not decide", () => {
  const given = { name: "Events", family: "ner", labels: [{ name: "rash" }], domain: "harm by drugs" };
  const before = kept(read(readBack(given)));
  const [label] = before.half.labels;
  const { task } = wholeTask({ ...before, half: { ...before.half, labels: [{ ...label!, id: "fever", name: "fever" }] } });
  expect(task).toMatchObject({ summary: "Find every fever that a sentence mentions.", domain: "harm by drugs" });
  expect(task.entityTypes).toEqual({ each: { fever: ["fevers"] } });
});

/** As the app exports it, with every field. */
const readBack = (json: unknown): unknown => JSON.parse(writeTaskFile(read(json)));
