import { describe, expect, it } from "vitest";
import { readAttributes } from "../../../src/prompts/attribute.ts";
import { promptsOf } from "../../../src/prompts/families.ts";
import { sentenceWithTyped } from "../../../src/prompts/grammar.ts";
import { casi } from "../../../src/tasks/casi.ts";
import type { TokenExample } from "../../../src/tasks/example.ts";

const read = (completion: string) => {
  const parsed = readAttributes(casi, completion);
  if (!parsed.ok) return parsed.reason;
  const { text, spans } = parsed.value;
  return [text, ...spans.map((s) => `${s.label}: ${text.slice(s.start, s.end)}`)];
};

describe("a sentence with typed marks", () => {
  it("gives the plain text, and each span its own label", () => {
    const marked =
      "She took [Medication: aspirin] [Dosage: 2.5 mg] [Route: by mouth] [Frequency: q.d.] for [Reason: chest pain] over [Duration: 5 days].";
    expect(read(marked)).toEqual([
      "She took aspirin 2.5 mg by mouth q.d. for chest pain over 5 days.",
      "Medication: aspirin",
      "Dosage: 2.5 mg",
      "Route: by mouth",
      "Frequency: q.d.",
      "Reason: chest pain",
      "Duration: 5 days",
    ]);
  });

  it("reads JSON lines, labels in any case, and spaces within marks", () => {
    expect(read('{"sentence":"He was given [ medication :  zolpidem ] at bedtime."}')).toEqual([
      "He was given zolpidem at bedtime.",
      "Medication: zolpidem",
    ]);
  });

  it("begins with a mark, marks two alike, and takes short ones", () => {
    expect(read("[Medication: Lasix] [Dosage: 5] and [Medication: digoxin] were given twice.")).toEqual([
      "Lasix 5 and digoxin were given twice.",
      "Medication: Lasix",
      "Dosage: 5",
      "Medication: digoxin",
    ]);
  });

  const rejected: [completion: string, reason: string][] = [
    ["She took [aspirin] for the pain.", "malformed"],
    ["She took [Drug: aspirin] for the pain.", "malformed"],
    ["She took [Medication: ] for the pain.", "malformed"],
    ["She took [Medication: aspirin for the pain.", "unbalanced-marks"],
    ["She took Medication: aspirin] for the pain.", "unbalanced-marks"],
    ["She took [Medication: aspirin [Dosage: 5 mg]] for the pain.", "unbalanced-marks"],
    ["She took nothing for the pain.", "no-entity"],
    ["She took [Medication: drug] for the pain.", "placeholder"],
    ["She took [Medication: medication name] for the pain.", "placeholder"],
    ["[Medication: aspirin] [Dosage: 5 mg].", "too-short"],
  ];
  it.each(rejected)("%s is %s", (completion, reason) => {
    expect(read(completion)).toBe(reason);
  });
});

describe("a demonstration", () => {
  const text = "Start [new] metoprolol 12.5 mg PO b.i.d., for AF: until 3/4.";
  const span = (name: string, label: string) => ({ start: text.indexOf(name), end: text.indexOf(name) + name.length, label });
  const example: TokenExample = {
    kind: "token",
    text,
    spans: [
      span("metoprolol", "Medication"),
      span("12.5 mg", "Dosage"),
      span("PO", "Route"),
      span("b.i.d.", "Frequency"),
      span("AF:", "Reason"),
      span("until 3/4", "Duration"),
    ],
  };

  it("comes back with its spans and their labels; brackets of the text become parentheses", () => {
    const prompts = promptsOf(casi);
    const back = prompts.read(casi, "Medication", prompts.answers(casi, example), []);
    expect(back).toEqual({ ok: true, value: { ...example, text: text.replace("[new]", "(new)") } });
  });
});

it("has a grammar that offers the six classes and wants one mark", () => {
  const grammar = sentenceWithTyped(casi.labels.map((label) => label.name));
  expect(grammar).toContain('word ::= "Medication" | "Dosage" | "Route" | "Frequency" | "Reason" | "Duration"');
  expect(grammar).toContain('root ::= plain? mark ( plain | mark )* "."');
});
