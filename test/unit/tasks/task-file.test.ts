// A user's own task as a file: filled in, read back as it was written, and every fault named with its field.

import { describe, expect, it } from "vitest";
import { ClinfuseError } from "../../../src/base/errors.ts";
import { noExamples } from "../../../src/tasks/example-rows.ts";
import { readTaskFile, writeTaskFile } from "../../../src/tasks/task-file.ts";

const entity = { name: "Adverse events", family: "ner", labels: [{ name: "adverse event" }] };
const sentence = { name: "Urgency", family: "classification", labels: [{ name: "urgent" }, { name: "routine" }] };
const relation = {
  name: "Dose of a drug",
  family: "relation",
  head: { word: "drug" },
  tail: { word: "dose" },
  labels: [
    { name: "belongs", description: "the dose is that of the drug" },
    { name: "none", description: "the dose is not that of the drug", negative: true },
  ],
};
const pair = {
  name: "Same complaint",
  family: "pair",
  labels: [
    { name: "same", description: "both tell the same complaint" },
    { name: "other", description: "they tell different complaints" },
  ],
};
const attribute = {
  name: "Prescriptions",
  family: "attribute",
  labels: [{ name: "Drug" }, { name: "Dose" }],
  shots: { count: 5, per: "label" },
};
const rows = {
  token: { text: "Rash after penicillin.", spans: [{ start: 0, end: 4, label: "adverse event" }] },
};

const read = (json: unknown) => readTaskFile(JSON.stringify(json), "task.json");

function refusal(json: unknown): string {
  try {
    read(json);
  } catch (error) {
    if (error instanceof ClinfuseError && error.code === "task-malformed") return error.message;
    throw error;
  }
  throw new Error("the file was read");
}

describe("a task file", () => {
  it.each([entity, attribute, sentence, relation, pair])("of $family is filled in, and read back as it was written", (json) => {
    const whole = read(json);
    expect(readTaskFile(writeTaskFile(whole), "again.json")).toEqual(whole);
    expect(whole.task).toMatchObject({ name: json.name, family: json.family, shots: { count: 5, per: "label" } });
    for (const word of [whole.task.summary, whole.task.taskName, whole.task.domain]) expect(word).not.toBe("");
  });

  it("is written with topics of one name as names, and pairs as lists", () => {
    const topics = (json: object) => JSON.parse(writeTaskFile(read(json))).topicList;
    expect(topics({ ...entity, topicList: { every: ["rash", ["gout"]] } })).toEqual({ every: ["rash", "gout"] });
    const each = { each: Object.fromEntries(relation.labels.map(({ name }) => [name, [["aspirin", "100 mg"]]])) };
    expect(topics({ ...relation, topicList: each })).toEqual(each);
  });

  it("has its words from its labels", () => {
    const several = { ...entity, labels: [{ name: "Drug" }, { name: "Therapy" }] };
    expect(read(several).task).toMatchObject({
      id: "adverse-events",
      domain: "drug and therapy",
      taskName: "drug and therapy entity recognition",
      entityTypes: { each: { Drug: ["drugs"], Therapy: ["therapies"] } },
    });
    expect(read(relation).task).toMatchObject({
      domain: "Drug Dose Relation",
      head: { word: "drug", type: "drug" },
      entityTypes: { every: ["drugs", "doses"] },
      metrics: [{ name: "f1", average: "positive" }, {}, {}],
    });
  });

  it("keeps the words that it gives", () => {
    const own = {
      ...entity,
      domain: "harm",
      styles: ["ward notes"],
      shots: { count: 3, per: "label" },
      topicList: { every: ["rash"] },
      topicsFrom: "list",
    };
    expect(read(own).task).toMatchObject({
      domain: "harm",
      styles: ["ward notes"],
      shots: { count: 3, per: "label" },
      topicList: { every: [["rash"]] },
      topicsFrom: "list",
    });
  });

  it("takes words in any script", () => {
    for (const [name, label] of [
      ["副作用", "発疹"],
      ["الأعراض", "حمى"],
      ["Побочные эффекты", "сыпь"],
      ["दुष्प्रभाव", "ददोरा"],
    ] as const) {
      const file = read({ ...entity, name, labels: [{ name: label }] });
      expect(file.task).toMatchObject({ name, labels: [{ id: label, name: label }] });
      expect(file.task.id).toMatch(/^[a-z0-9-]+$/);
      expect(readTaskFile(writeTaskFile(file), "again.json")).toEqual(file);
    }
  });

  it.each([
    ["\u4efb\u52a1 2", "\u0417\u0430\u0434\u0430\u0447\u0430 2"],
    ["\u03b1-blocker use", "\u03b2-blocker use"],
    ["Adverse events in discharge letters of the years 2019", "Adverse events in discharge letters of the years 2020"],
  ])("has another id than one whose name differs in letters that no id holds: %s, %s", (one, other) => {
    const ids = [one, other].map((name) => read({ ...entity, name }).task.id);
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) expect(read({ ...entity, id }).task.id).toBe(id);
  });

  it.each([
    ["Adverse events", "adverse-events"],
    ["Fi\u00e8vre (2)", "fie-vre-2"],
  ])("has its name's letters alone as its id where they are all there: %s", (name, id) => {
    expect(read({ ...entity, name }).task.id).toBe(id);
  });

  it("never has the id of a task of the paper", () => {
    expect(read({ ...entity, name: "HoC" }).task.id).toBe("hoc-own");
    expect(refusal({ ...entity, id: "hoc" })).toContain("task.json: id takes another id");
  });

  it("carries its examples", () => {
    const examples = { train: [rows.token], validation: [], test: [{ text: "No fever.", spans: [] }] };
    const file = read({ ...entity, examples });
    expect(file.examples.train).toEqual([{ kind: "token", ...rows.token }]);
    expect(file.examples.test).toEqual([{ kind: "token", text: "No fever.", spans: [] }]);
    expect(readTaskFile(writeTaskFile(file), "again.json")).toEqual(file);
    expect(read(entity).examples).toEqual(noExamples);
  });

  it("knows its labels however their accents are composed, and with blanks at their ends", () => {
    const [given, kept] = [" fie\u0300vre ", "fi\u00e8vre"];
    const spans = { train: [{ text: "Fièvre.", spans: [{ start: 0, end: 6, label: given }] }] };
    const ner = { ...entity, labels: [{ name: given }], topicList: { each: { [given]: ["grippe"] } }, examples: spans };
    expect(read({ ...ner, entityTypes: { each: { [kept]: ["Sign"] } } })).toMatchObject({
      task: {
        labels: [{ id: kept }],
        topicList: { each: { [kept]: [["grippe"]] } },
        entityTypes: { each: { [kept]: ["Sign"] } },
      },
      examples: { train: [{ spans: [{ label: kept }] }] },
    });
    const labels = [{ name: given }, { name: "other" }];
    const metrics = [{ name: "f1", average: "macro", without: given }];
    const examples = { train: [{ text: "a b", labels: [given] }] };
    expect(read({ ...sentence, labels, metrics, examples })).toMatchObject({
      task: { metrics: [{ without: kept }] },
      examples: { train: [{ labels: [kept] }] },
    });
    const pairs = { ...pair, labels: [{ ...pair.labels[0], name: given }, pair.labels[1]] };
    const compared = { train: [{ first: "a", second: "b", label: given }] };
    expect(read({ ...pairs, examples: compared }).examples).toMatchObject({ train: [{ label: kept }] });
  });

  it("puts spans in order", () => {
    const spans = [
      { start: 11, end: 21, label: "adverse event" },
      { start: 0, end: 4, label: "adverse event" },
    ];
    const { train } = read({ ...entity, examples: { train: [{ ...rows.token, spans }] } }).examples;
    expect(train[0]).toMatchObject({ spans: [{ start: 0 }, { start: 11 }] });
  });
});

describe("a fault of a task file", () => {
  const many = (count: number) => Array.from({ length: count }, (_, i) => ({ name: `label ${i}` }));
  const labels = [{ name: "urgent" }, { description: "soon" }];
  const withSpan = (span: object) => ({ ...entity, examples: { train: [{ ...rows.token, spans: [span] }] } });
  const whole = { start: 0, end: 4, label: "adverse event" };
  it.each<[name: string, json: unknown, message: string]>([
    ["no object", [], "task.json takes an object"],
    ["no name", { ...entity, name: undefined }, 'task.json has no "name"'],
    ["an empty name", { ...entity, name: " " }, "task.json: name takes a line of text"],
    ["no family", { ...entity, family: undefined }, 'has no "family"'],
    ["an unknown family", { ...entity, family: "summarisation" }, "task.json: family takes ner"],
    ["no labels", { ...entity, labels: undefined }, 'task.json has no "labels"'],
    ["an empty list of labels", { ...entity, labels: [] }, "task.json: labels takes at least one label"],
    ["one label where two are wanted", { ...sentence, labels: [{ name: "urgent" }] }, "labels takes at least 2 labels"],
    ["a label without a name", { ...sentence, labels }, 'task.json: labels[1] has no "name"'],
    ["a label that is no object", { ...sentence, labels: ["urgent", "routine"] }, "labels[0] takes an object"],
    [
      "two labels of one name",
      { ...sentence, labels: [{ name: "Urgent" }, { name: "urgent" }] },
      "labels[1].name takes a name that",
    ],
    ["a label with brackets", { ...entity, labels: [{ name: "drug [rx]" }] }, "labels[0].name takes words without brackets"],
    ["a label of nothing to see", { ...entity, labels: [{ name: "\u200b" }] }, "labels[0].name takes a line of text"],
    ["a label of half a character", { ...entity, labels: [{ name: "\ud800" }] }, "labels[0].name takes a line of text"],
    ["a label on two lines", { ...entity, labels: [{ name: "drug\nname" }] }, "labels[0].name takes a line of text"],
    [
      "no description where prompts need one",
      { ...pair, labels: [{ name: "a" }, { name: "b" }] },
      'labels[0] has no "description"',
    ],
    ["200 labels", { ...sentence, labels: many(200) }, "task.json: labels takes at most 100 labels; it has 200"],
    [
      "a negative label elsewhere",
      { ...sentence, labels: [{ name: "a", negative: true }, { name: "b" }] },
      "labels[0].negative is no field of the family classification",
    ],
    ["a field that is none", { ...entity, label: [] }, "task.json: label is no field"],
    ["a relation without its tail", { ...relation, tail: undefined }, 'has no "tail"'],
    ["equal ends", { ...relation, tail: { word: "Drug" } }, "tail takes another word than head"],
    ["a later version", { ...entity, version: 2 }, "task.json: version takes 1"],
    ["another file of Clinfuse", { ...entity, clinfuse: "run" }, "clinfuse takes task"],
    ["no shots", { ...entity, shots: 0 }, "shots takes a whole number of at least 1"],
    [
      "accuracy without a label",
      { ...sentence, metrics: [{ name: "accuracy", without: "urgent" }] },
      "metrics[0] takes accuracy",
    ],
    ["a metric twice", { ...entity, metrics: [{ name: "f1" }, { name: "recall" }, { name: "f1" }] }, "metrics[2] is the same as"],
    ["a metric that is none", { ...entity, metrics: [{ name: "bleu" }] }, "metrics[0].name takes accuracy"],
    ["topics of an unknown kind", { ...entity, topics: { every: { kind: "all" } } }, "topics.every.kind takes nodes"],
    [
      "topics for some labels",
      { ...sentence, topics: { each: { urgent: { kind: "nodes", types: ["Drug"] } } } },
      'topics.each has no "routine"',
    ],
    [
      "topics for a label twice",
      { ...entity, topicList: { each: { "adverse event": ["rash"], "adverse event ": ["itch"] } } },
      'topicList.each takes a label once, and has "adverse event" twice',
    ],
    ["topics for no label", { ...entity, topicList: { each: { rash: ["rash"] } } }, "topicList.each.rash is no field"],
    ["topics by a list", { ...entity, topicList: { each: ["rash"] } }, "topicList.each takes an object"],
    [
      "topics of pairs for one entity",
      { ...entity, topics: { every: { kind: "pairs", head: "A", tail: "B" } } },
      "takes nodes or edges",
    ],
    [
      "one name where two are wanted",
      { ...relation, topicList: { every: ["aspirin"] } },
      "topicList.every[0] takes a list of two names",
    ],
    ["topics from a list that is not there", { ...entity, topicsFrom: "list" }, "topicsFrom takes"],
    [
      "an example of an unknown label",
      withSpan({ ...whole, label: "rash" }),
      "examples.train[0].spans[0].label takes adverse event",
    ],
    ["a span past the text", withSpan({ ...whole, end: 99 }), "spans[0].end takes an offset of at most 22"],
    ["a span of nothing", withSpan({ ...whole, start: 4 }), "spans[0].start takes an offset before the end, 4"],
    [
      "a text of spaces",
      { ...entity, examples: { train: [{ text: " \u200b", spans: [] }] } },
      "examples.train[0].text takes a text",
    ],
    [
      "a NUL character",
      { ...entity, examples: { train: [{ text: "a\0b", spans: [] }] } },
      "examples.train[0].text takes a text without NUL characters",
    ],
    [
      "two labels for one",
      { ...sentence, examples: { test: [{ text: "a b", labels: ["urgent", "routine"] }] } },
      "examples.test[0].labels takes exactly one",
    ],
    [
      "a row of another shape",
      { ...entity, examples: { train: [{ first: "a", second: "b", label: "x" }] } },
      "examples.train[0].first is no field",
    ],
  ])("%s", (_, json, message) => {
    expect(refusal(JSON.parse(JSON.stringify(json)))).toContain(message);
  });

  it("names an overlap by both spans", () => {
    const spans = [whole, { start: 2, end: 8, label: "adverse event" }];
    expect(refusal({ ...entity, examples: { train: [{ ...rows.token, spans }] } })).toContain(
      "spans[1] takes a part that does not overlap examples.train[0].spans[0]; it is",
    );
  });

  it.each([
    ["urgent", "Urgent"],
    ["very urgent", "very  urgent"],
    ["urgent", "ur\u200bgent"],
    ["\u00e9t\u00e9", "e\u0301te\u0301"],
    ["very_urgent", "Very urgent"],
    ["urgent.", "urgent"],
    ["urgent", "urgent'"],
  ])("takes no two labels that look alike: %j and %j", (one, other) => {
    expect(refusal({ ...sentence, labels: [{ name: one }, { name: other }] })).toContain(
      "labels[1].name takes a name that labels[0] does not have",
    );
  });

  it("takes words that differ by what is seen, in any script", () => {
    for (const [one, other] of [
      ["\u0639\u0627\u062c\u0644", "\u0631\u0648\u062a\u064a\u0646\u064a"],
      ["\u7d27\u6025", "\u5e38\u89c4"],
      ["\u{1F691}", "\u{1F642}"],
      [".", "*"],
      ["-1", "1"],
      ["Rh-", "Rh+"],
    ]) {
      const labels = [{ name: one }, { name: other }];
      const { task } = readTaskFile(JSON.stringify({ ...sentence, labels }), "task.json");
      expect(task.labels.map(({ id }) => id)).toEqual([one, other]);
    }
  });

  it("tells text that is no JSON", () => {
    expect(() => readTaskFile("{name: 1}", "task.json")).toThrow(/task\.json is not JSON/);
  });
});
