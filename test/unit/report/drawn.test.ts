// The line of an example on a terminal, which has no colour: marks of several types say which they are.

import { expect, it } from "vitest";
import { lineOf } from "../../../src/report/drawn.ts";
import type { Example, Span } from "../../../src/tasks/example.ts";

const text = "Took aspirin 100 mg.";
const drug: Span = { start: 5, end: 12, label: "Medication" };
const dose: Span = { start: 13, end: 19, label: "Dosage" };

it.each<[Example, string]>([
  [{ kind: "token", text, spans: [drug] }, "Took [aspirin] 100 mg."],
  [{ kind: "token", text, spans: [drug, dose] }, "Took [Medication: aspirin] [Dosage: 100 mg]."],
  [{ kind: "relation", text, head: drug, tail: dose, label: "of" }, "Took [aspirin] [100 mg]. -> of"],
])("%o", (example, line) => {
  expect(lineOf(example)).toBe(line);
});
