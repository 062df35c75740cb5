// Topics and types as people write them in lines.

import { describe, expect, it } from "vitest";
import { forLabel, type Task } from "../../../../src/tasks/task.ts";
import { readTaskJson } from "../../../../src/tasks/task-file.ts";
import { namesFrom, typeLines, typesFrom } from "../../../../src/ui/tasks/topic-text.ts";

const taskOf = (json: object): Task => readTaskJson({ name: "Own", ...json }, "t").task;
const ner = taskOf({ family: "ner", labels: [{ name: "drug" }, { name: "dose" }] });
const described = [
  { name: "causes", description: "it does" },
  { name: "none", description: "it does not" },
];
const relation = taskOf({ family: "relation", head: { word: "drug" }, tail: { word: "symptom" }, labels: described });

describe("namesFrom", () => {
  it("takes a name a line, each once, without blanks and brackets", () => {
    expect(namesFrom(ner, " asthma \n\nasthma\r\n[gout]\n発疹")).toEqual({ names: [["asthma"], ["gout"], ["発疹"]], bad: [] });
  });

  it("leaves numbers and bullets of a pasted list behind", () => {
    const text = "1. asthma\n2) gout\n\u2022\u00a0vertigo\n- colic\n5-FU\n1.5 mg of iron\ngout";
    expect(namesFrom(ner, text).names.flat()).toEqual(["asthma", "gout", "vertigo", "colic", "5-FU", "1.5 mg of iron"]);
    expect(namesFrom(relation, "1. lithium; tremor").names).toEqual([["lithium", "tremor"]]);
  });

  it("takes two names for a relation, and tells lines that have not two", () => {
    const text = "lithium; tremor\niron\tnausea\naspirin -> gout\nfever\na;b;c";
    expect(namesFrom(relation, text)).toEqual({
      names: [
        ["lithium", "tremor"],
        ["iron", "nausea"],
        ["aspirin", "gout"],
      ],
      bad: ["fever", "a;b;c"],
    });
  });
});

describe("typesFrom", () => {
  it("takes back what typeLines writes", () => {
    expect(typesFrom(ner, typeLines(ner))).toEqual(ner.entityTypes);
    expect(typesFrom(relation, typeLines(relation))).toEqual(relation.entityTypes);
  });

  it("keeps what a label, or an end, without a line of its own has", () => {
    expect(typesFrom(ner, "antibiotics")).toEqual({ each: { drug: ["antibiotics"], dose: forLabel(ner.entityTypes, "dose") } });
    const [, tail] = forLabel(relation.entityTypes, relation.labels[0]!.id);
    expect(typesFrom(relation, "antibiotics")).toEqual({ every: ["antibiotics", tail] });
  });

  it("follows the labels where nothing is written", () => {
    expect(typesFrom(ner, " \n")).toBeUndefined();
    expect(typesFrom(relation, "")).toBeUndefined();
  });
});
