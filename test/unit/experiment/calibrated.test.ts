// Calibration from kept answers: their probabilities come back, and never reach an example.

import { expect, it } from "vitest";
import { answered, answersOf } from "../../../src/experiment/answer.ts";
import { calibrationOf } from "../../../src/experiment/calibrated.ts";
import { reliabilityFigure } from "../../../src/report/reliability-figure.ts";
import type { PairExample, SentenceExample, TokenExample } from "../../../src/tasks/example.ts";

const pair = (label: string): PairExample => ({ kind: "pair", first: "a", second: "b", label });
const test = [pair("yes"), pair("yes"), pair("no"), pair("no")];
const predicted = [pair("yes"), pair("no"), pair("no"), pair("no")];

it("counts what was right by how sure the model was", () => {
  const answers = answersOf(predicted, [0.95, 0.55, 0.95, 0.55]);
  expect(answered(test, answers)).toEqual(predicted);
  const found = calibrationOf(test, answers);
  expect(found?.bins.filter(({ count }) => count > 0).map(({ count, right }) => [count, right])).toEqual([
    [2, 0.5],
    [2, 1],
  ]);
  expect(found?.error).toBeCloseTo((2 * 0.05 + 2 * 0.05) / 4, 12);
  const figure = reliabilityFigure({ synthetic: found });
  expect(figure?.title).toContain("with synthetic 0.050");
  expect(figure?.marks[0]?.points.map(({ y }) => y)).toEqual([0.5, 1]);
});

it("is nothing where a probability is missing, an answer is missing, or there is no test set", () => {
  expect(calibrationOf(test, answersOf(predicted))).toBeUndefined();
  expect(calibrationOf(test, answersOf(predicted.slice(1), [0.9, 0.9, 0.9]))).toBeUndefined();
  expect(calibrationOf([], [])).toBeUndefined();
  expect(reliabilityFigure({})).toBeUndefined();
});

it("of spans counts each that was found, by itself, and none that was missed", () => {
  const text = "severe gout and asthma";
  const [gout, asthma] = [
    { start: 7, end: 11, label: "Disease" },
    { start: 16, end: 22, label: "Disease" },
  ];
  const marked = (...spans: TokenExample["spans"]): TokenExample => ({ kind: "token", text, spans });
  const gold = [marked(gout, asthma), marked(gout)];
  const answers = answersOf([marked(gout, { ...asthma, label: "Drug" }), marked()], [[0.9, 0.3], []]);
  const found = calibrationOf(gold, answers);
  expect(found?.count).toBe(2);
  expect(found?.bins.filter(({ count }) => count > 0).map(({ sure, right }) => [sure, right])).toEqual([
    [0.3, 0],
    [0.9, 1],
  ]);
  expect(found?.error).toBeCloseTo((0.3 + 0.1) / 2, 12);
  expect(calibrationOf(gold, answersOf([marked(), marked()], [[], []]))).toBeUndefined();
  expect(calibrationOf(gold, answersOf([marked(gout), marked()], [[0.9, 0.8], []]))).toBeUndefined(); // not one for each
  expect(reliabilityFigure({ few: found }, "spans")?.title).toBe(
    "Calibration of the spans that it found: expected error few-shot 0.200",
  );
});

it("of several labels counts each that was given", () => {
  const labelled = (...labels: string[]): SentenceExample => ({ kind: "sentence", text: "x", labels });
  const found = calibrationOf(
    [labelled("a"), labelled("a", "b")],
    answersOf([labelled("a", "b"), labelled("b")], [[0.8, 0.6], [0.6]]),
  );
  expect(found?.bins.filter(({ count }) => count > 0).map(({ count, right }) => [count, right])).toEqual([
    [2, 0.5],
    [1, 1],
  ]);
});
