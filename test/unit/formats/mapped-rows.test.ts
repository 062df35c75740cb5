// Files of a user's own as examples: columns and values mapped, tags as marks, every fault with its line.

import { describe, expect, it } from "vitest";
import { readTable } from "../../../src/formats/columns.ts";
import {
  guessedColumns,
  guessedLabel,
  type Mapping,
  mappedRows,
  mappedTags,
  valuesIn,
} from "../../../src/formats/mapped-rows.ts";
import { looksTagged, readTaggedWords, taggedInTable, tagTypes } from "../../../src/formats/tagged-words.ts";
import type { LearnableTask } from "../../../src/tasks/task.ts";
import { readTaskJson } from "../../../src/tasks/task-file.ts";

const taskOf = (json: object) => readTaskJson({ name: "Own", ...json }, "task.json").task as LearnableTask;
const urgency = taskOf({ family: "classification", labels: [{ name: "urgent" }, { name: "not urgent" }] });
const topics = taskOf({ family: "classification", carries: "any", labels: [{ name: "heart" }, { name: "lung" }] });
const drugs = taskOf({ family: "ner", labels: [{ name: "drug" }, { name: "dose" }] });
const described = [
  { name: "causes", description: "it does" },
  { name: "none", description: "it does not" },
];
const causes = taskOf({ family: "relation", head: { word: "drug" }, tail: { word: "symptom" }, labels: described });
const pairs = taskOf({ family: "pair", labels: described });

/** As the page does it: columns and labels guessed. */
function mapped(task: LearnableTask, text: string, file = "rows.csv") {
  const table = readTable(text, file);
  const columns = guessedColumns(task, table);
  const values = [...valuesIn(task, table, { columns, labels: {} }).keys()];
  const mapping: Mapping = { columns, labels: Object.fromEntries(values.map((value) => [value, guessedLabel(task, value)])) };
  return mappedRows(task, table, mapping);
}

describe("a table", () => {
  it("of commas, with quotes, line breaks within cells and a byte order mark gone, becomes texts with a label", () => {
    const csv = 'id,Text,Label\r\n1,"Chest pain, since an hour",urgent\r\n2,"A ""routine""\nvisit",Not_Urgent\r\n';
    expect(mapped(urgency, csv)).toEqual({
      examples: [
        { kind: "sentence", text: "Chest pain, since an hour", labels: ["urgent"] },
        { kind: "sentence", text: 'A "routine"\nvisit', labels: ["not urgent"] },
      ],
      faults: [],
      leftOut: 0,
    });
  });

  it("of tabs keeps quotation marks as text", () => {
    const tsv = 'sentence\tclass\n"Stop," she said\turgent\n5" needle\tnot urgent\n';
    expect(mapped(urgency, tsv).examples.map((e) => e.kind === "sentence" && e.text)).toEqual(['"Stop," she said', '5" needle']);
  });

  it("of semicolons is told by its head", () => {
    expect(mapped(urgency, "text;label\nChest pain, severe;urgent\n").examples).toHaveLength(1);
    expect(readTable('"text, free";"label"\nChest pain, severe;urgent\n', "rows.csv").columns).toEqual(["text, free", "label"]);
    expect(readTable('"text,\nfree";label\nChest pain, severe;urgent\n', "rows.csv").rows).toMatchObject([{ line: 3 }]);
  });

  it.each([
    ["in quotes", "text\n", "rows.csv"],
    ["in quotes, its head too", '"text"\n', "rows.csv"],
    ["with blank lines before its head", "\n  \ntext\n", "rows.csv"],
  ])("may have one column of texts %s", (_, head, file) => {
    const { columns, rows } = readTable(`${head}"Stop, ""now"""\n"First\nsecond"\nPlain, bare.\n`, file);
    expect(columns).toEqual(["text"]);
    expect(rows.map(({ cells }) => cells.text)).toEqual(['Stop, "now"', "First\nsecond", "Plain, bare."]);
    const line = head.split("\n").length;
    expect(rows.map((row) => row.line)).toEqual([line, line + 1, line + 3]);
  });

  it("of one column keeps quotation marks where its name says that it is of tabs", () => {
    expect(readTable('text\n"Stop," she said\n', "rows.tsv").rows[0]?.cells).toEqual({ text: '"Stop," she said' });
  });

  it.each([
    ["text,label\nRash.,urgent\r\nNone.,routine\nFever.,urgent\r\n"],
    ["text,label\r\nRash.,urgent\nNone.,routine\nFever.,urgent\n"],
    ["text\tlabel\r\nRash.\turgent\nNone.\troutine\rFever.\turgent"],
    ["\n\r\ntext,label\r\nRash.,urgent\n\nNone.,routine\rFever.,urgent"],
  ])("may end its rows in several ways: %j", (text) => {
    const { rows } = readTable(text, "rows.csv");
    expect(rows.map(({ cells }) => [cells.text, cells.label])).toEqual([
      ["Rash.", "urgent"],
      ["None.", "routine"],
      ["Fever.", "urgent"],
    ]);
  });

  it("keeps a line break inside of a cell as the file has it", () => {
    const { rows } = readTable('text,label\r\n"a\r\nb",urgent\n5" needle,urgent\r\n"c\rd ""e""",urgent\r\n', "rows.csv");
    expect(rows.map(({ line, cells }) => [line, cells.text])).toEqual([
      [2, "a\r\nb"],
      [4, '5" needle'],
      [5, 'c\rd "e"'],
    ]);
  });

  it("takes several labels of a text, none among them", () => {
    const jsonl = ['{"text":"Angina and cough","labels":["heart","Lung"]}', '{"text":"A fracture","labels":[]}'].join("\n");
    expect(mapped(topics, jsonl, "rows.jsonl").examples).toEqual([
      { kind: "sentence", text: "Angina and cough", labels: ["heart", "lung"] },
      { kind: "sentence", text: "A fracture", labels: [] },
    ]);
    expect(mapped(topics, "text,labels\nAngina and cough,heart; lung\n").examples[0]).toMatchObject({
      labels: ["heart", "lung"],
    });
  });

  it("takes the one label of a text as it is written, or from a list, and says where there are several", () => {
    const kinds = taskOf({ family: "classification", labels: [{ name: "fracture; closed" }, { name: "fracture; open" }] });
    const csv = "text,label\nAn arm,fracture; closed\nA leg,Fracture; open\nA toe, \n";
    const { examples, faults } = mapped(kinds, csv);
    expect(examples).toMatchObject([{ labels: ["fracture; closed"] }, { labels: ["fracture; open"] }]);
    expect(faults).toEqual([{ line: 4, what: "the label is empty" }]);
    const lists = [["urgent"], ["not urgent", "urgent"], "['urgent']", []];
    const jsonl = lists.map((label) => JSON.stringify({ text: "Chest pain", label })).join("\n");
    expect(mapped(urgency, jsonl, "rows.jsonl")).toEqual({
      examples: [1, 3].map(() => ({ kind: "sentence", text: "Chest pain", labels: ["urgent"] })),
      faults: [
        { line: 2, what: "the text has 2 labels, and the task takes one" },
        { line: 4, what: "the label is empty" },
      ],
      leftOut: 0,
    });
  });

  it("does not cut the name of a label that holds a semicolon or a bar", () => {
    const signs = taskOf({ family: "classification", carries: "some", labels: [{ name: "fever; chills" }, { name: "A|B" }] });
    const { examples } = mapped(signs, "text,labels\nHot,fever; chills\nCold,a|b\n");
    expect(examples).toMatchObject([{ labels: ["fever; chills"] }, { labels: ["A|B"] }]);
  });

  it("takes marks as lists and as objects, in order", () => {
    const text = "Give aspirin 100 mg.";
    const rows = [
      {
        text,
        entities: [
          [13, 19, "dose"],
          [5, 12, "Drug"],
        ],
      },
      { text, entities: [{ start: 5, end: 12, label: "drug" }] },
    ];
    const spans = [
      { start: 5, end: 12, label: "drug" },
      { start: 13, end: 19, label: "dose" },
    ];
    expect(mapped(drugs, rows.map((row) => JSON.stringify(row)).join("\n")).examples).toEqual([
      { kind: "token", text, spans },
      { kind: "token", text, spans: spans.slice(0, 1) },
    ]);
  });

  it("finds both entities of a relation in the text, apart from each other", () => {
    const csv = "text,head,tail,relation\nlithium tremor after lithium,lithium,tremor,causes\n";
    expect(mapped(causes, csv).examples[0]).toMatchObject({
      head: { start: 0, end: 7 },
      tail: { start: 8, end: 14 },
      label: "causes",
    });
  });

  it("takes pairs, and labels by position", () => {
    expect(mapped(pairs, "question1,question2,label\nWhy?,How come?,0\nWhy?,When?,1\n").examples).toEqual([
      { kind: "pair", first: "Why?", second: "How come?", label: "causes" },
      { kind: "pair", first: "Why?", second: "When?", label: "none" },
    ]);
  });

  it("leaves out rows whose value stands for no label, and counts them", () => {
    expect(mapped(urgency, "text,label\na b,urgent\nc d,unclear\n")).toMatchObject({ leftOut: 1, faults: [] });
  });

  it("reads any script", () => {
    const { examples } = mapped(urgency, "text,label\n胸が痛い,urgent\nألم في الصدر,urgent\n");
    expect(examples.map((e) => e.kind === "sentence" && e.text)).toEqual(["胸が痛い", "ألم في الصدر"]);
  });
});

describe("a fault", () => {
  it("names the line of each row, and the others are read", () => {
    const rows = [
      "text,entities",
      'Give aspirin.,"[[5,12,""drug""]]"',
      'Short.,"[[5,12,""drug""]]"',
      ',"[]"',
      "Fine.,[",
      "Fine.,[]",
      "No\0t fine.,[]",
    ];
    const { examples, faults } = mapped(drugs, rows.join("\n"));
    expect(examples).toHaveLength(2);
    expect(faults).toEqual([
      { line: 3, what: "the mark from 5 to 12 does not lie in the text of 6 characters" },
      { line: 4, what: "the text is empty" },
      { line: 5, what: "the marks are no JSON list" },
      { line: 7, what: "the text holds a NUL character (U+0000)" },
    ]);
  });

  it("names the line of an item of a list", () => {
    const list = '[\r\n{"text": "Call now.",\r\n"label": "urgent"},\r\n{"text": "",\r\n"label": "urgent"}]';
    expect(mapped(urgency, list)).toMatchObject({
      examples: [{ text: "Call now.", labels: ["urgent"] }],
      faults: [{ line: 4, what: "the text is empty" }],
    });
  });

  it("counts lines within quotes", () => {
    const csv = 'text,head,tail,label\n"lithium\ncaused tremor",lithium,tremor,causes\nlithium,lithium,tremor,causes\n';
    expect(mapped(causes, csv).faults).toEqual([{ line: 4, what: 'the text does not hold the symptom "tremor"' }]);
  });

  it.each([
    ["", "rows.csv holds no rows"],
    ["text,label\n", "rows.csv holds no rows below its head"],
    ["text,label\na,b,c\n", "rows.csv, line 2: 3 cells, and the head has 2"],
    ['text,label\n"a,b\n', "rows.csv, line 2: a quotation mark is not closed"],
    ["text,text\na,b\n", 'rows.csv, line 1: two columns are called "text"'],
    ["\ntext,text\na,b\n", 'rows.csv, line 2: two columns are called "text"'],
    ['{"text":"a"}\n{"text":\n', "rows.csv, line 2: not JSON"],
    ['{"text":"a"}\n[1]\n', "rows.csv, line 2: the row is no JSON object"],
    ['[\n{"text":\n"a"},\n{"text" "b"}\n]', "rows.csv, line 4: not JSON"],
    ['[{"text":"a"},\n{"text":"b"}', "rows.csv, line 2: the file ends inside of its list"],
  ])("of the whole file %j is told", (text, message) => {
    expect(() => readTable(text, "rows.csv")).toThrow(message);
  });
});

describe("words with tags", () => {
  const rows = (...all: object[]) => readTable(all.map((row) => JSON.stringify(row)).join("\n"), "rows.jsonl");
  const tokens = ["Skin", "rash", "and", "gout"];

  it.each([
    ["tags", { tokens, ner_tags: ["B-Dis", "I-Dis", "O", "B-Dis"] }],
    [
      "spans of first and last word",
      {
        tokens,
        spans: [
          [3, 3, "Dis"],
          [0, 1, "Dis"],
        ],
      },
    ],
  ])("may stand in lists: %s", (_, row) => {
    const sentences = taggedInTable(rows(row, { ...row, tokens: ["Old", "rash", "or", "flu"] }), "rows.jsonl") ?? [];
    expect([...tagTypes(sentences)]).toEqual([["Dis", 4]]);
    expect(mappedTags(sentences, { columns: {}, labels: { Dis: "drug" } }).examples).toEqual(
      ["Skin rash and gout", "Old rash or flu"].map((text, i) => ({
        kind: "token",
        text,
        spans: [
          { start: 0, end: i === 0 ? 9 : 8, label: "drug" },
          { start: i === 0 ? 14 : 12, end: text.length, label: "drug" },
        ],
      })),
    );
  });

  it.each([
    ["fewer tags", { tokens, ner_tags: ["O"] }, /line 2: "tokens" has 4 words and "ner_tags" 1 tags/],
    ["tags that are numbers", { tokens, ner_tags: [0, 1, 0, 0] }, /line 2: "ner_tags" is no list of texts/],
  ])("in lists that do not fit are refused by line: %s", (_, row, says) => {
    const good = { tokens, ner_tags: ["O", "O", "O", "O"] };
    expect(() => taggedInTable(rows(good, row), "rows.jsonl")).toThrow(says);
  });

  it.each([
    ["outside", [[2, 4, "Dis"]], /line 2: the span \[2,4,"Dis"\] is no first word, last word and type among 4 words/],
    [
      "over another",
      [
        [0, 1, "Dis"],
        [1, 2, "Dis"],
      ],
      /line 2: the span \[1,2,"Dis"\] overlaps another/,
    ],
    ["no list", "x", /line 2: "spans" is no list/],
  ])("refuses spans %s by line", (_, spans, says) => {
    expect(() => taggedInTable(rows({ tokens, spans: [] }, { tokens, spans }), "rows.jsonl")).toThrow(says);
  });

  it("are not seen in a table of texts", () => {
    expect(taggedInTable(rows({ text: "a b", spans: [] }), "rows.jsonl")).toBeUndefined();
    expect(taggedInTable(rows({ tokens: "a b", tags: "O O" }), "rows.jsonl")).toBeUndefined();
    const both = { text: "a b", tokens: [{ text: "a" }, { text: "b" }], spans: [{ start: 0, end: 1, label: "x" }] };
    expect(taggedInTable(rows(both), "rows.jsonl")).toBeUndefined();
  });

  it("may name no type, where a file has one alone", () => {
    const bare = "He O\nhad O\nskin B\nrash I\n\nGout B\n. O\n";
    expect(looksTagged(bare)).toBe(true);
    const sentences = readTaggedWords(bare, "rows.tsv");
    expect([...tagTypes(sentences)]).toEqual([["mention", 2]]);
    expect(mappedTags(sentences, { columns: {}, labels: { mention: "drug" } }).examples).toEqual([
      { kind: "token", text: "He had skin rash", spans: [{ start: 7, end: 16, label: "drug" }] },
      { kind: "token", text: "Gout .", spans: [{ start: 0, end: 4, label: "drug" }] },
    ]);
  });

  const conll = "-DOCSTART- -X- O\n\nGive\tO\naspirin\tB-Chem\n100\tB-Dose\nmg\tI-Dose\n.\tO\n\nNo O\nasthma B-Dis\n";

  it("become sentences with the marks of the types that are mapped", () => {
    const sentences = readTaggedWords(conll, "rows.conll");
    expect([...tagTypes(sentences)]).toEqual([
      ["Chem", 1],
      ["Dose", 1],
      ["Dis", 1],
    ]);
    const mapping = { columns: {}, labels: { Chem: "drug", Dose: "dose", Dis: undefined } };
    expect(mappedTags(sentences, mapping).examples).toEqual([
      {
        kind: "token",
        text: "Give aspirin 100 mg .",
        spans: [
          { start: 5, end: 12, label: "drug" },
          { start: 13, end: 19, label: "dose" },
        ],
      },
      { kind: "token", text: "No asthma", spans: [] },
    ]);
  });

  it("of two types side by side, of IOB1 and of BIOES are marks of their own", () => {
    const tagged = (tags: string) =>
      readTaggedWords(
        tags
          .split(" ")
          .map((tag, i) => `w${i} ${tag}`)
          .join("\n"),
        "x",
      );
    expect(tagTypes(tagged("I-A I-B B-B O I-A"))).toEqual(
      new Map([
        ["A", 2],
        ["B", 2],
      ]),
    );
    expect(tagTypes(tagged("S-A B-A E-A U-A B-A L-A"))).toEqual(new Map([["A", 4]]));
  });

  it("are told from a table", () => {
    expect(looksTagged(conll)).toBe(true);
    expect(looksTagged("text,label\nGive aspirin,urgent\n")).toBe(false);
    expect(looksTagged("text\tlabel\nGive aspirin\tO\n")).toBe(false);
  });

  it("without a tag are told by line", () => {
    expect(() => readTaggedWords("Give O\naspirin\n", "rows.conll")).toThrow("rows.conll, line 2: the row has one column");
  });
});
