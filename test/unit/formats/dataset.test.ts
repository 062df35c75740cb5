import { describe, expect, it } from "vitest";
import { rng } from "../../../src/base/rng.ts";
import { readDataset } from "../../../src/formats/dataset.ts";
import { tasks } from "../../../src/tasks/catalogue.ts";
import { mqp } from "../../../src/tasks/mqp.ts";

const row = (i: number) => JSON.stringify({ _id: i % 2, text_a: `question ${i}?`, text_b: `other ${i}?` });
const rows = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => row(from + i)).join("\n");
const keys = (examples: readonly { first: string }[]) => examples.map((e) => e.first);

describe("readDataset", () => {
  it("takes the three files as they are", () => {
    const folder = new Map([
      ["train_few.jsonl", rows(0, 10)],
      ["dev_few.jsonl", rows(10, 20)],
      ["test.jsonl", rows(20, 50)],
      ["label.txt", "not_equivalent\nequivalent\n"],
    ]);
    const data = readDataset(mqp, folder, rng("x"));
    expect([data.train.length, data.validation.length, data.test.length, data.remarks]).toEqual([10, 10, 30, []]);
  });

  it("draws a missing validation set from rows outside training and test, five per label, the same for the same seed", () => {
    const folder = new Map([
      ["train_few.jsonl", rows(0, 10)],
      ["test.jsonl", rows(20, 50)],
      ["all.jsonl", rows(0, 50)],
    ]);
    const data = readDataset(mqp, folder, rng("x", 1));
    expect(new Set(keys(data.validation))).toEqual(new Set(Array.from({ length: 10 }, (_, i) => `question ${i + 10}?`)));
    expect(data.test).toHaveLength(30);
    expect(data.remarks.join()).toMatch(/dev_few\.jsonl is missing: 10 examples/);
    expect(readDataset(mqp, folder, rng("x", 1))).toEqual(data);
  });

  it("takes from the test set at last, and leaves those rows out of it", () => {
    const folder = new Map([
      ["train_few.jsonl", rows(0, 10)],
      ["test.jsonl", rows(20, 50)],
    ]);
    const data = readDataset(mqp, folder, rng("x"));
    expect(data.test).toHaveLength(20);
    expect(keys(data.test).filter((k) => keys(data.validation).includes(k))).toEqual([]);
    expect(data.validation.filter((e) => e.label === "equivalent")).toHaveLength(5);
  });

  it("says which file is missing, and which label has too few", () => {
    expect(() => readDataset(mqp, new Map(), rng("x"))).toThrow(/no test\.jsonl/);
    expect(() => readDataset(mqp, new Map([["test.jsonl", rows(0, 4)]]), rng("x"))).toThrow(/fewer than 5/);
  });
});

describe.each(tasks.map((t) => [t.id, t] as const))("task %s", (_, task) => {
  it("has labels told apart, and a description for each", () => {
    expect(new Set(task.labels.map((l) => l.id)).size).toBe(task.labels.length);
    for (const label of task.labels) expect(label.description.length).toBeGreaterThan(10);
  });
});
