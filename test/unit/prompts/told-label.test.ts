// A label that a model says beside its text would be all that a classifier learns.

import { describe, expect, it } from "vitest";
import { promptsOf } from "../../../src/prompts/families.ts";
import { cdr } from "../../../src/tasks/cdr.ts";
import { hoc } from "../../../src/tasks/hoc.ts";

const text = "Loss of p53 stops apoptosis of the cells.";

const classified = (answer: string) => {
  const parsed = promptsOf(hoc).read(hoc, "resisting cell death", [answer], []);
  return parsed.ok ? parsed.value.text : parsed.reason;
};

describe("a text of a class", () => {
  const answers: string[] = [
    `${text} Label: resisting cell death`,
    `${text} Label: yes`,
    `${text} (resisting cell death)`,
    `${text} (Label: Resisting cell death)`,
    `${text} [resisting_cell_death]`,
    `${text} - resisting cell death`,
    `${text} **Category:** resisting cell death.`,
    `"${text}" (resisting cell death)`,
    `Resisting cell death: ${text}`,
    `**Resisting Cell Death**: ${text}`,
    `**Resisting Cell Death:** ${text}`,
    `[resisting cell death] ${text}`,
    `Label: resisting cell death. ${text}`,
    `Label: resisting cell death\n${text}`,
    `**Resisting cell death**\n\n${text}`,
    `Label: resisting cell death\nSentence: ${text}`,
    `Loss of p53 stops apoptosis of the cells (resisting cell death).`,
  ];
  it.each(answers)("%j holds no label", (answer) => {
    expect(classified(answer)).toBe(text);
  });

  const kept: string[] = [
    "Loss of p53 is one way of resisting cell death.",
    "Resisting cell death is a hallmark of cancer.",
    "Two hallmarks were seen: inducing angiogenesis and resisting cell death.",
    "Warning label: take with food and water.",
  ];
  it.each(kept)("%j stays as it is", (answer) => {
    expect(classified(answer)).toBe(answer);
  });
});

describe("a text with a relation", () => {
  const read = (answer: string, topics: readonly string[]) => {
    const parsed = promptsOf(cdr).read(cdr, "induce", [answer], topics);
    if (!parsed.ok) return parsed.reason;
    const { text: plain, head, tail } = parsed.value;
    return [plain, plain.slice(head.start, head.end), plain.slice(tail.start, tail.end)];
  };
  const expected = ["Lithium led to a tremor of both hands.", "Lithium", "tremor"];

  it("is read without the label, by names and by marks", () => {
    for (const label of ["Label: induce", "(induce)", "Relation: not induce", "[not_induce]"]) {
      expect(read(`Lithium led to a tremor of both hands. ${label}`, ["lithium", "tremor"])).toEqual(expected);
      expect(read(`[chemical: Lithium] led to a [disease: tremor] of both hands. ${label}`, [])).toEqual(expected);
    }
  });
});
