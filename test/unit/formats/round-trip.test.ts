// Rows that are written are read again, for every shape and every odd text.

import { describe, expect, it } from "vitest";
import { readJsonl, writeJsonl } from "../../../src/formats/clingen.ts";
import { tokenize } from "../../../src/formats/words.ts";
import type { Example } from "../../../src/tasks/example.ts";
import { labelsOf, shapeNames, textsOf } from "../../../src/tasks/shapes.ts";
import type { LearnableTask } from "../../../src/tasks/task.ts";
import { examplesOver, oddTexts } from "./tasks.ts";

const cases = shapeNames.flatMap((shape) =>
  oddTexts.flatMap((text) =>
    (examplesOver[shape](text) as readonly { task: LearnableTask; example: Example }[]).map(
      (c) => [shape, JSON.stringify(text), c.task, c.example] as const,
    ),
  ),
);
const seen = (text: string) => text.replace(/\p{White_Space}+/gu, "");

describe("a row that was written", () => {
  it.each(cases)("comes back: %s, %s", (shape, _, task, example) => {
    const [back] = readJsonl(task, writeJsonl(task, [example]), { file: "x.jsonl" }) as [Example];
    expect(labelsOf(back)).toEqual(labelsOf(example));
    expect(textsOf(back).map(seen)).toEqual(textsOf(example).map(seen));
    if (shape !== "token") expect(back).toEqual(example);
    if (back.kind !== "token" || example.kind !== "token") return;
    const names = (e: typeof back) => e.spans.map((s) => `${e.text.slice(s.start, s.end)} ${s.label}`);
    expect(names(back)).toEqual(names(example));
  });

  it.each(cases)("is written and read the same ever after: %s, %s", (_, __, task, example) => {
    const once = readJsonl(task, writeJsonl(task, [example]), { file: "x.jsonl" });
    expect(readJsonl(task, writeJsonl(task, once), { file: "x.jsonl" })).toEqual(once);
  });
});

it("cuts words at punctuation, keeps accents with their letters, and cuts at span edges", () => {
  const text = "naïve re-entry, 5mg";
  const words = tokenize(text, [{ start: 16, end: 17, label: "x" }]).map((w) => text.slice(w.start, w.end));
  expect(words).toEqual(["naïve", "re", "-", "entry", ",", "5", "mg"]);
});
