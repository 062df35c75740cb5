// The line of an example on a terminal, which has no colour: marks say their types where the task has several.

import { expect, it } from "vitest";
import { drawn, drawnBeside, lineOf } from "../../../src/report/drawn.ts";
import { taskById } from "../../../src/tasks/catalogue.ts";
import type { Example, Span } from "../../../src/tasks/example.ts";

const text = "Took aspirin 100 mg.";
const drug: Span = { start: 5, end: 12, label: "Medication" };
const dose: Span = { start: 13, end: 19, label: "Dosage" };
const severalTypes = "casi";
const oneType = "bc5cdr-chemical";

it.each<[string, Example, string]>([
  [oneType, { kind: "token", text, spans: [drug] }, "Took [aspirin] 100 mg."],
  [severalTypes, { kind: "token", text, spans: [drug] }, "Took [Medication: aspirin] 100 mg."],
  [severalTypes, { kind: "token", text, spans: [drug, dose] }, "Took [Medication: aspirin] [Dosage: 100 mg]."],
  ["cdr", { kind: "relation", text, head: drug, tail: dose, label: "of" }, "Took [aspirin] [100 mg]. -> of"],
])("of %s: %o", (task, example, line) => {
  expect(lineOf(taskById(task), example)).toBe(line);
});

const pair: Example = { kind: "pair", first: text, second: text, label: "a" };
const sentence: Example = { kind: "sentence", text, labels: ["a"] };
const token: Example = { kind: "token", text, spans: [drug] };
const relation: Example = { kind: "relation", text, head: drug, tail: dose, label: "of" };

it.each([pair, sentence, token, relation])("a $kind in a report takes the direction of its own writing", (example) => {
  for (const { markup } of [drawn(example), drawnBeside(example, example)]) {
    const texts = markup.split(/(?=<p)/).filter((part) => part.replace(/<[^>]*>/g, "").includes("Took"));
    expect(texts.length).toBeGreaterThan(0);
    for (const part of texts) expect(part).toMatch(/<p[^>]* dir="auto"|<bdi>.*Took/);
  }
});
