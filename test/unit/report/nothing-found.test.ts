// Where a score of 0 means that nothing was answered at all.

import { expect, it } from "vitest";
import { nothingFound } from "../../../src/report/nothing-found.ts";
import { tasks } from "../../../src/tasks/catalogue.ts";
import type { Example, Shape } from "../../../src/tasks/example.ts";

const taskOf = (shape: Shape) => {
  const task = tasks.find((t) => t.shape === shape);
  if (!task) throw new Error(`no task of shape ${shape}`);
  return task;
};
const span = { start: 0, end: 4, label: "Disease" };
const marked: Example = { kind: "token", text: "Gout hurts.", spans: [span] };
const blank: Example = { ...marked, spans: [] };
const wrong: Example = { ...marked, spans: [{ ...span, end: 10 }] };

it("says that a model marked nothing, in how many sentences", () => {
  expect(nothingFound(taskOf("token"), [marked, marked], [blank, blank])).toBe("The model marked nothing in 2 test sentences.");
});

it("says nothing of a model that marks wrongly", () => {
  expect(nothingFound(taskOf("token"), [marked, marked], [blank, wrong])).toBeUndefined();
});

it("says that a test set holds nothing to find", () => {
  expect(nothingFound(taskOf("token"), [blank], [wrong])).toMatch(/^The test set marks nothing in its 1 /);
});

it("takes the label that stands for none as none", () => {
  const task = taskOf("relation");
  const negative = task.labels.find((label) => label.negative);
  const positive = task.labels.find((label) => !label.negative);
  if (!negative || !positive) return; // a task without such a label always answers
  const entity = { start: 0, end: 4, label: "Chemical" };
  const example = (label: string): Example => ({ kind: "relation", text: "Gout hurts.", head: entity, tail: span, label });
  const gold = [example(positive.id), example(negative.id)];
  expect(nothingFound(task, gold, [example(negative.id), example(negative.id)])).toMatch(/found no relation in 2/);
  expect(nothingFound(task, gold, gold)).toBeUndefined();
});
