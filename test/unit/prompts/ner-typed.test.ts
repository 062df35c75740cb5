// Entities of several types: prompts that ask for typed marks, and answers read with their types.

import { describe, expect, it } from "vitest";
import { rng } from "../../../src/base/rng.ts";
import { knowledgeOf, noKnowledge } from "../../../src/knowledge/topic.ts";
import { converse, promptsOf } from "../../../src/prompts/families.ts";
import { readTyped } from "../../../src/prompts/typed-marks.ts";
import type { TokenExample } from "../../../src/tasks/example.ts";
import type { Label, Task } from "../../../src/tasks/task.ts";
import { readTaskJson } from "../../../src/tasks/task-file.ts";

const labels = [{ name: "drug" }, { name: "symptom" }];
const task = readTaskJson({ name: "Own", family: "ner", labels }, "t").task as Task<"ner">;
const shown: TokenExample = {
  kind: "token",
  text: "Aspirin eased fever.",
  spans: [
    { start: 0, end: 7, label: "drug" },
    { start: 14, end: 19, label: "symptom" },
  ],
};
const read = (answer: string, topic?: string) => promptsOf(task).read(task, "drug", [answer], topic === undefined ? [] : [topic]);

function messages(label: string, demonstrations: "fixed" | "shuffled" | "none") {
  const config = { demonstrations, annotation: "graph" } as const;
  const knowledge = knowledgeOf({ ...noKnowledge, lexicon: ["fever"] });
  const topic = { entities: [{ name: "lithium", type: "drugs" }], source: "list" } as const;
  const { value } = converse(
    task,
    { label, demonstrations: [shown], knowledge, config },
    { topic, style: "notes" },
    rng("x"),
  ).next("");
  if (!value || !("messages" in value)) throw new Error("no prompt");
  return value.messages.map((message) => message.content);
}

describe("the prompt", () => {
  it("asks for a name of its label's type, and for marks of every type", () => {
    const [content = ""] = messages("symptom", "none");
    expect(content).toContain("dataset for drug and symptom recognition");
    expect(content).toContain("the sentence should mention the symptom named lithium.");
    expect(content).toContain("[drug: ...], [symptom: ...]");
  });

  it("shares its first messages between the labels", () => {
    const [drug, symptom] = [messages("drug", "fixed"), messages("symptom", "fixed")];
    expect(drug.slice(0, -1)).toEqual(symptom.slice(0, -1));
    expect(drug.at(-1)).not.toBe(symptom.at(-1));
    expect(drug[2]).toBe("[drug: Aspirin] eased [symptom: fever].");
  });
});

describe("an answer", () => {
  it.each([
    "[Aspirin: drug] eased his [fever: symptom] within an hour.",
    "[Aspirin](drug) eased his [fever](symptom) within an hour.",
    "[Drug: Aspirin] eased his [[symptom: fever]] within an hour.",
  ])("is read in other notations: %s", (answer) => {
    const spans = [
      { start: 0, end: 7, label: "drug" },
      { start: 18, end: 23, label: "symptom" },
    ];
    const text = "Aspirin eased his fever within an hour.";
    expect(read(answer)).toEqual({ ok: true, value: { kind: "token", text, spans } });
  });

  it("keeps parentheses behind a mark that hold no type", () => {
    const found = read("[drug: Acetylsalicylic acid](ASA) eased his fever.");
    expect(found).toMatchObject({ ok: true, value: { text: "Acetylsalicylic acid(ASA) eased his fever." } });
  });

  it("gives each mark its type, and the topic its own where it stands without one", () => {
    expect(read("Lithium caused [symptom: tremor] in two patients.", "lithium")).toEqual({
      ok: true,
      value: {
        kind: "token",
        text: "Lithium caused tremor in two patients.",
        spans: [
          { start: 0, end: 7, label: "drug" },
          { start: 15, end: 21, label: "symptom" },
        ],
      },
    });
  });

  it("gives a mark to the label that has its very word, and else to the one that is alike", () => {
    const [spaced, joined] = ["adverse event", "adverse_event"].map((name) => ({ id: name, name, description: name }));
    const labelsOf = (answer: string, labels: readonly Label[]) => {
      const found = readTyped(answer, labels);
      return found.ok ? found.value.spans.map(({ label }) => label) : found.reason;
    };
    const both = [spaced, joined] as Label[];
    expect(labelsOf("[adverse event: rash] and [adverse_event: itch]", both)).toEqual(["adverse event", "adverse_event"]);
    expect(labelsOf("[adverse event: rash] and [Adverse_Event: itch]", [joined as Label])).toEqual([
      "adverse_event",
      "adverse_event",
    ]);
  });

  it.each([
    ["He had [HP:0001250: seizures] today.", "seizures", "HP:0001250"],
    ["He had [hp:0001250: seizures: focal] today.", "seizures: focal", "HP:0001250"],
    ["He had [seizures: HP:0001250] today.", "seizures", "HP:0001250"],
    ["He had [seizures](HP:0001250) today.", "seizures", "HP:0001250"],
    ["He had [TNM:t_stage: T2] today.", "T2", "TNM:t_stage"],
    ["He had [HP: pain] today.", "pain", "HP"],
    ["He had [HP:0001250] today.", "0001250", "HP"],
    ["He had [HP: ratio 1:2] today.", "ratio 1:2", "HP"],
  ])("is read with a colon in its label: %s", (answer, name, label) => {
    const labels = [{ name: "HP" }, { name: "HP:0001250" }, { name: "TNM:t_stage" }];
    const own = readTaskJson({ name: "Own", family: "ner", labels }, "t").task as Task<"ner">;
    const found = promptsOf(own).read(own, label, [answer], []);
    expect(found).toEqual({
      ok: true,
      value: { kind: "token", text: `He had ${name} today.`, spans: [{ start: 7, end: 7 + name.length, label }] },
    });
  });

  it.each([
    ["[symptom: Tremor] was seen in two patients.", "lithium", "topic-absent"],
    ["Nothing of note was seen in two patients.", undefined, "no-entity"],
    ["[disease: Gout] was seen in two patients.", undefined, "malformed"],
    ["[drug: Lithium was given to two patients.", undefined, "unbalanced-marks"],
  ])("%s is thrown away for its reason", (answer, topic, reason) => {
    expect(read(answer, topic)).toMatchObject({ ok: false, reason });
  });
});
