// The best constant answer in words.

import { expect, it } from "vitest";
import { constantName, constantWords } from "../../../src/report/constant-words.ts";
import { bc5cdrDisease } from "../../../src/tasks/bc5cdr-disease.ts";
import { cdr } from "../../../src/tasks/cdr.ts";
import { hoc } from "../../../src/tasks/hoc.ts";

const names = { few: "Few-shot alone", synthetic: "With synthetic examples" };
const values = { f1: 0.634, precision: 0.464, recall: 1 };

it("says what it scores, and how each stage stands to it", () => {
  const less = {
    few: { difference: 0, interval: { low: 0, high: 0 }, p: 1 },
    synthetic: { difference: -0.078, interval: { low: -0.13, high: -0.02 }, p: 0.004 },
  };
  expect(constantWords(cdr, { labels: ["induce"], values, less }, "F1", names)).toBe(
    "Always answering “induce”, whatever the text says, scores 0.634 (F1). " +
      "Few-shot alone is not told apart from that (+0.000; +0.000 to +0.000, p 1.00). " +
      "With synthetic examples is 0.078 below that (−0.130 to −0.020, p 0.004).",
  );
});

it("leaves out a stage that is not there, and is silent on spans", () => {
  const less = { synthetic: { difference: 0.1, interval: { low: 0.02, high: 0.2 }, p: 0.0002 } };
  expect(constantWords(cdr, { labels: ["induce"], values, less }, "F1", names)).toBe(
    "Always answering “induce”, whatever the text says, scores 0.634 (F1). With synthetic examples is 0.100 above that (+0.020 to +0.200, p below 0.001).",
  );
  expect(constantWords(bc5cdrDisease, undefined, "F1", names)).toBeUndefined();
});

it("names labels in words, and an id that the task lost as it is", () => {
  expect(constantName(cdr, ["not_induce"])).toBe("“not induce”");
  expect(constantName(cdr, ["gone"])).toBe("“gone”");
  expect(
    constantName(
      hoc,
      hoc.labels.map(({ id }) => id),
    ),
  ).toBe("every label");
});
