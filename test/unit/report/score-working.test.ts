import { expect, it } from "vitest";
import { scoreWorking } from "../../../src/report/score-working.ts";
import { bc5cdrDisease } from "../../../src/tasks/bc5cdr-disease.ts";
import { cdr } from "../../../src/tasks/cdr.ts";
import type { Example } from "../../../src/tasks/example.ts";
import { litcovid } from "../../../src/tasks/litcovid.ts";
import { mqp } from "../../../src/tasks/mqp.ts";

const text = "asthma and croup";
const spans = (...found: [number, number][]): Example => ({
  kind: "token",
  text,
  spans: found.map(([start, end]) => ({ start, end, label: "Disease" })),
});

it("leads from hits to precision, recall and F1 of spans", () => {
  const gold = [spans([0, 6], [11, 16]), spans([0, 6])];
  const predicted = [spans([0, 6]), spans([7, 10], [11, 16])];
  expect(scoreWorking(bc5cdrDisease, gold, predicted)).toEqual([
    "Precision: right / predicted = 1 / 3 = 0.333.",
    "Recall: right / to be found = 1 / 3 = 0.333.",
    "F1, their harmonic mean: 2 × 1 / (3 + 3) = 0.333.",
  ]);
  expect(scoreWorking(bc5cdrDisease, gold, [spans(), spans()])[0]).toBe(
    "Precision: right / predicted = 0 / 0, which counts as 0.",
  );
});

it("counts exact answers for accuracy, and ends at the score that the page shows", () => {
  const pair = (label: string): Example => ({ kind: "pair", first: "a", second: "b", label });
  const labels = mqp.labels.map(({ id }) => id) as [string, string];
  const lines = scoreWorking(
    mqp,
    [pair(labels[0]), pair(labels[1]), pair(labels[1])],
    [pair(labels[0]), pair(labels[1]), pair(labels[0])],
  );
  expect(lines).toEqual(["Of 3 examples 2 are answered exactly as they should be: 2 / 3 = 0.667."]);
});

it("leaves the negative label out of a relation's F1, and averages labels where the task does", () => {
  const relation = (label: string): Example => ({
    kind: "relation",
    text,
    head: { start: 0, end: 6, label: "Chemical" },
    tail: { start: 11, end: 16, label: "Disease" },
    label,
  });
  const gold = ["induce", "induce", "not_induce", "not_induce"].map(relation);
  const predicted = ["induce", "not_induce", "not_induce", "induce"].map(relation);
  expect(scoreWorking(cdr, gold, predicted).at(-1)).toBe("F1, their harmonic mean: 2 × 1 / (2 + 2) = 0.500.");
  const sentence = (...found: string[]): Example => ({ kind: "sentence", text, labels: found });
  const [a, b] = litcovid.labels.map(({ id }) => id) as [string, string];
  const lines = scoreWorking(litcovid, [sentence(a), sentence(b)], [sentence(a, b), sentence(b)]);
  // a: 1 of 1 and 1, F1 1; b: 1 of 2 and 1, F1 2/3; the other five 0.
  expect(lines).toHaveLength(litcovid.labels.length + 1);
  expect(lines.at(-1)).toMatch(/^The mean of 7 labels: .* = 0\.238\.$/);
});
