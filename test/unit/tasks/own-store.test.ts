// A task of the user's own as it is kept: what was read from a file is whole again, and what was filled in follows its labels.

import { describe, expect, it } from "vitest";
import { noExamples } from "../../../src/tasks/example-rows.ts";
import { type HalfTask, keptTask, labelFollowed, wholeTask } from "../../../src/tasks/own-store.ts";
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

describe("choices by label", () => {
  const half: HalfTask = {
    name: "Events",
    family: "ner",
    labels: ["rash", "pump"].map((name) => ({ id: name, name, description: "" })),
    topics: { each: { rash: { kind: "nodes", types: ["Symptom"] }, pump: { kind: "nodes", types: ["Device"] } } },
    entityTypes: { each: { rash: ["rashes"], pump: ["infusion pumps"] } },
  };
  const taskOf = (of: HalfTask) => wholeTask({ id: "own-1", updatedAt: 1, half: of, examples: noExamples }).task;
  const labels = (...ids: readonly string[]) => ids.map((id) => ({ id, name: id, description: "" }));

  it("follow a label that has another id", () => {
    const { half: renamed } = labelFollowed({ ...half, labels: labels("fever", "pump") }, noExamples, "rash", "fever");
    expect(taskOf(renamed)).toMatchObject({
      topics: { each: { fever: { types: ["Symptom"] }, pump: { types: ["Device"] } } },
      entityTypes: { each: { fever: ["rashes"], pump: ["infusion pumps"] } },
    });
  });

  it("go with a label that is gone, and are filled in for a new one", () => {
    const { half: one } = labelFollowed({ ...half, labels: labels("pump", "drug") }, noExamples, "rash", undefined);
    expect(one.entityTypes).toEqual({ each: { pump: ["infusion pumps"] } });
    expect(taskOf(one).entityTypes).toEqual({ each: { pump: ["infusion pumps"], drug: ["drugs"] } });
    expect(taskOf(one).topics).toMatchObject({ each: { pump: { types: ["Device"] }, drug: { kind: "nodes" } } });
  });

  it("of labels that are not there keep no task from being whole", () => {
    expect(taskOf({ ...half, labels: labels("pump") }).topics).toEqual({ each: { pump: { kind: "nodes", types: ["Device"] } } });
  });

  it("must be there for each label where they are lists", () => {
    const listed = (each: Readonly<Record<string, readonly string[][]>>): HalfTask => ({
      ...half,
      topicsFrom: "list",
      topicList: { each },
    });
    expect(() => taskOf(listed({ rash: [["wheal"]] }))).toThrow(/topicList\.each has no "pump"/);
    expect(taskOf(listed({ rash: [["wheal"]], pump: [["syringe driver"]], gone: [["x"]] })).topicList).toEqual({
      each: { rash: [["wheal"]], pump: [["syringe driver"]] },
    });
  });
});

/** As the app exports it, with every field. */
const readBack = (json: unknown): unknown => JSON.parse(writeTaskFile(read(json)));
