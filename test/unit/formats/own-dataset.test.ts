// Examples that a task carries, as a dataset: what suffices, what is remarked, what is refused.

import { describe, expect, it } from "vitest";
import { ownDataset } from "../../../src/formats/own-dataset.ts";
import { readTaskJson } from "../../../src/tasks/task-file.ts";

const { task } = readTaskJson(
  { name: "Urgency", family: "classification", labels: [{ name: "urgent" }, { name: "routine" }], shots: 2 },
  "t",
);
const of = (set: string, label: string, count: number) =>
  Array.from({ length: count }, (_, i) => ({ kind: "sentence" as const, text: `${set} ${label} ${i}`, labels: [label] }));
const both = (set: string, count: number) => [...of(set, "urgent", count), ...of(set, "routine", count)];

describe("ownDataset", () => {
  it("has the sets as they are", () => {
    const sets = { train: both("train", 2), validation: both("dev", 2), test: both("test", 3) };
    expect(ownDataset(task, sets)).toEqual({ ...sets, remarks: [] });
  });

  it("scores the validation set where there is no test set, and says so", () => {
    const validation = both("dev", 2);
    const { test, remarks } = ownDataset(task, { train: both("train", 2), validation, test: [] });
    expect(test).toEqual(validation);
    expect(remarks.join("\n")).toContain("There are no test examples");
  });

  it("remarks a label with fewer shots than are meant", () => {
    const train = [...of("train", "urgent", 1), ...of("train", "routine", 2)];
    const { remarks } = ownDataset(task, { train, validation: both("dev", 2), test: both("test", 1) });
    expect(remarks).toEqual(['"urgent" has 1 of the 2 training examples that are meant for each label.']);
  });

  it.each([
    [
      { train: of("train", "urgent", 2), validation: both("dev", 1), test: [] },
      'no training example of Urgency carries "routine"',
    ],
    [{ train: both("train", 2), validation: [], test: both("test", 2) }, "Urgency has no validation examples"],
  ])("refuses what cannot be trained on", (sets, message) => {
    expect(() => ownDataset(task, sets)).toThrow(message);
  });
});
