// Label Studio's exports beyond the samples: tasks without choices, and JSON_MIN with long texts, other columns and several annotators.

import { describe, expect, it } from "vitest";
import { readRows } from "../../../src/formats/dataset.ts";
import { taskById } from "../../../src/tasks/catalogue.ts";
import type { Task } from "../../../src/tasks/task.ts";
import { readTaskJson } from "../../../src/tasks/task-file.ts";

const [disease, litcovid] = [taskById("bc5cdr-disease"), taskById("litcovid")];
const severity = (carries: "one" | "any"): Task =>
  readTaskJson({ name: "Severity", family: "classification", carries, labels: [{ name: "mild" }, { name: "severe" }] }, "x").task;

const read = async (task: Task, rows: readonly object[], path = "notes.json", indent = 0) => {
  const { format, rows: found } = await readRows(task, new Map([[path, new Blob([JSON.stringify(rows, null, indent)])]]));
  expect(format.id).toBe("label-studio");
  return found;
};

const small = { annotator: 1, annotation_id: 2, lead_time: 1.5 };

describe("tasks without choices", () => {
  const task = (text: string, ...choices: readonly string[]) => ({
    data: { text },
    annotations: [{ id: 1, result: choices.length > 0 ? [{ type: "choices", to_name: "text", value: { choices } }] : [] }],
  });

  it("are examples where a text may carry no label", async () => {
    const { rows, remarks } = await read(severity("any"), [task("a", "mild"), task("b")]);
    expect(rows.pool).toMatchObject([{ labels: ["mild"] }, { text: "b", labels: [] }]);
    expect(remarks).toEqual([]);
    const min = [
      { id: 1, text: "a", topic: "mild", ...small },
      { id: 2, text: "b", ...small },
      { id: 3, text: "c" },
    ];
    const found = await read(severity("any"), min);
    expect(found.rows.pool).toMatchObject([{ labels: ["mild"] }, { text: "b", labels: [] }]);
    expect(found.remarks).toEqual(["1 row without a label was left out."]); // nobody annotated c
  });

  it("are left out where a text carries one label, and where the file marks spans", async () => {
    expect((await read(severity("one"), [task("a", "mild"), task("b")])).remarks).toEqual([
      "1 row without a label was left out.",
    ]);
    const value = { start: 0, end: 1, text: "x", labels: ["Disease"] };
    const marked = {
      data: { text: "x" },
      annotations: [{ id: 1, result: [{ id: "a", type: "labels", to_name: "text", value }] }],
    };
    expect((await read(severity("any"), [task("a", "mild"), marked, task("b")])).rows.pool).toHaveLength(1);
  });
});

it("reads tasks without marks in work that grows with the file alone", async () => {
  const tasks = Array.from({ length: 30_000 }, (_, i) => ({
    data: { text: `Text ${i}` },
    annotations: [{ id: i, result: [{ type: "choices", to_name: "text", value: { choices: ["mild"] } }] }],
  }));
  expect((await read(severity("one"), tasks)).rows.pool).toHaveLength(tasks.length);
});

describe("JSON_MIN", () => {
  const long = "Nothing else was seen. ".repeat(400);
  const mark = { start: long.length, end: long.length + 4, text: "Gout", labels: ["Disease"] };
  const gout = [{ text: `${long}Gout`, id: 1, label: [mark], ...small }];

  it.each([
    ["in one line", "notes.json", 0],
    ["in one line under the tool's name", "project-1-at-2024-01-01.json", 0],
    ["indented", "notes.json", 2],
  ])("is known by the fields behind a text of 9200 characters, %s", async (_, path, indent) => {
    const { rows } = await read(disease, gout, path, indent);
    expect(rows.pool?.at(-1)).toMatchObject({ text: "Gout", spans: [{ start: 0, end: 4, label: "Disease" }] });
  });

  it("has its text under any name", async () => {
    const label = [{ start: 7, end: 11, text: "gout", labels: ["Disease"] }];
    const { rows } = await read(disease, [{ id: 1, source: "a clinic of a long name", note: "Severe gout", label, ...small }]);
    expect(rows.pool).toMatchObject([{ text: "Severe gout", spans: [{ start: 7, end: 11 }] }]);
    const topics = await read(litcovid, [{ id: 1, note: "We gave zolmine.", topic: "Treatment", ...small }]);
    expect(topics.rows.pool).toMatchObject([{ text: "We gave zolmine.", labels: ["treatment"] }]);
  });

  it("has no labels in a column without a label of the task", async () => {
    const row = (id: number, text: string, topic: string) => ({ id, text, source: "clinic A", topic, ...small });
    const { rows } = await read(litcovid, [row(1, "a", "Treatment"), row(2, "Prevention", "Case Report")]);
    expect(rows.pool).toMatchObject([
      { text: "a", labels: ["treatment"] },
      { text: "Prevention", labels: ["case report"] },
    ]);
    await expect(read(litcovid, [row(1, "a", "Treatment"), row(2, "b", "Weather")])).rejects.toThrow(/"Weather" is no label/);
  });

  it.each(["text", "note"])("refuses by name the labels of a file where none is the task's, whose text is %s", async (text) => {
    const row = { id: 1, topic: "Weather", [text]: "Rain is coming", ...small };
    await expect(read(litcovid, [row])).rejects.toThrow(/"Weather" is no label of LitCovid/);
    await expect(read(severity("any"), [row])).rejects.toThrow(/"Weather" is no label of Severity/);
  });

  it("is read where it does not say who annotated it, by its marks", async () => {
    const mark = { start: 0, end: 4, text: "Gout", labels: ["Disease"] };
    const { rows } = await read(disease, [
      { id: 1, text: "Gout", label: [mark], annotator: null, annotation_id: null, lead_time: null },
      { id: 2, text: "Gout again", label: [mark], annotator: 1, annotation_id: 2 },
    ]);
    expect(rows.pool?.map((e) => (e.kind === "token" ? e.spans.length : 0))).toEqual([1, 1]);
  });

  it("takes the longest column for the text, also where a text is the name of a label", async () => {
    const { rows } = await read(severity("one"), [
      { id: 1, note: "severe", topic: "severe", ...small },
      { id: 2, note: "a very long note", topic: "mild", ...small },
    ]);
    expect(rows.pool).toMatchObject([
      { text: "severe", labels: ["severe"] },
      { text: "a very long note", labels: ["mild"] },
    ]);
  });

  it("reads the first annotation of each task", async () => {
    const row = (id: number, topic: string) => ({ id, text: `text ${id}`, topic, ...small });
    const { rows, remarks } = await read(severity("one"), [row(1, "mild"), row(1, "severe"), row(1, "mild"), row(2, "severe")]);
    expect(rows.pool).toMatchObject([{ text: "text 1", labels: ["mild"] }, { labels: ["severe"] }]);
    expect(remarks).toEqual([expect.stringMatching(/^1 row annotated several times was read in the first annotation/)]);
  });
});

type Result = Readonly<Record<string, unknown>>;
const labelsBy = (control: string, object: string, text: string, said: string, type: string): Result => ({
  id: `${control}-${said}`,
  from_name: control,
  to_name: object,
  type: "labels",
  value: { start: text.indexOf(said), end: text.indexOf(said) + said.length, text: said, labels: [type] },
});
const choiceBy = (control: string, object: string, ...choices: readonly string[]): Result => ({
  ...{ from_name: control, to_name: object, type: "choices" },
  value: { choices },
});
const taskOf = (data: object, ...result: readonly Result[]) => ({ data, annotations: [{ id: 1, result }] });

describe("several controls", () => {
  it("of choices are read in the one whose choices are labels of the task", async () => {
    const task = (text: string, topic: string, sure: string) =>
      taskOf({ text }, choiceBy("certainty", "text", sure), choiceBy("topic", "text", topic));
    const { rows, remarks } = await read(severity("one"), [task("a", "mild", "high"), task("b", "severe", "low")]);
    expect(rows.pool).toMatchObject([{ labels: ["mild"] }, { labels: ["severe"] }]);
    expect(remarks).toEqual(['The labels are the choices of "topic"; those of "certainty" were passed over.']);
  });

  it("of choices that all give labels are put together, or refused where a text carries one and none is called label", async () => {
    const task = (second: string) => taskOf({ text: "a" }, choiceBy("one", "text", "mild"), choiceBy(second, "text", "severe"));
    expect((await read(severity("any"), [task("other")])).rows.pool).toMatchObject([{ labels: ["mild", "severe"] }]);
    expect((await read(severity("one"), [task("label")])).rows.pool).toMatchObject([{ labels: ["severe"] }]);
    await expect(read(severity("one"), [task("other")])).rejects.toThrow(
      /^notes\.json: the controls "one" and "other" all give labels of Severity, and a text carries one: call the one that counts "label"/,
    );
  });

  it("of choices none of which is a label are refused by name", async () => {
    const task = taskOf({ text: "a" }, choiceBy("sky", "text", "blue", "grey"), choiceBy("wind", "text", "strong"));
    await expect(read(severity("one"), [task])).rejects.toThrow(
      'the choices are of the controls "sky" (blue, grey) and "wind" (strong), and none of them gives a label of Severity; expected mild, severe',
    );
  });

  it("for marks leave the text without a label, and are counted", async () => {
    const forMark = { ...choiceBy("state", "text", "severe"), value: { start: 0, end: 1, choices: ["severe"] } };
    const task = taskOf({ text: "a" }, choiceBy("topic", "text", "mild"), forMark, { type: "rating", value: { rating: 3 } });
    const { rows, remarks } = await read(severity("one"), [task]);
    expect(rows.pool).toMatchObject([{ labels: ["mild"] }]);
    expect(remarks).toEqual([
      "Passed over, for the task's examples carry none: choices for marks (1).",
      "Passed over, for the task's examples carry none: results of the type rating (1).",
    ]);
  });

  it("of several texts make an example of each text, with its own marks", async () => {
    const data = { headline: "Gout in rats", body: "A rat with gout had fever.", source: "clinic" };
    const both = taskOf(
      data,
      labelsBy("ner", "t", data.headline, "Gout", "Disease"),
      labelsBy("ner2", "b", data.body, "fever", "Disease"),
      labelsBy("ner2", "b", data.body, "rat", "Animal"),
    );
    const oneAlone = taskOf({ headline: "Rats", body: "No gout." }, labelsBy("ner2", "b", "No gout.", "gout", "Disease"));
    const { rows, remarks } = await read(disease, [both, oneAlone]);
    expect(
      rows.pool?.map((e) => (e.kind === "token" ? [e.text, ...e.spans.map((s) => e.text.slice(s.start, s.end))] : [])),
    ).toEqual([["Gout in rats", "Gout"], ["A rat with gout had fever.", "fever"], ["Rats"], ["No gout.", "gout"]]);
    expect(remarks.join()).toMatch(/The marks are of several texts of each task \(headline, body\): each text is an example\./);
  });

  it("of one text mark it together", async () => {
    const text = "Zolmine eased gout";
    const task = taskOf(
      { text },
      labelsBy("a", "text", text, "gout", "Disease"),
      labelsBy("b", "text", text, "Zolmine", "Disease"),
    );
    expect((await read(disease, [task])).rows.pool).toMatchObject([{ spans: [{ start: 0 }, { start: 14 }] }]);
  });

  it("that place marks in HTML are refused with the remedy", async () => {
    const value = { start: "/p[1]/text()[1]", end: "/p[1]/text()[1]", hypertextlabels: ["Disease"] };
    const task = taskOf({ text: "<p>gout</p>" }, { type: "hypertextlabels", to_name: "text", value });
    await expect(read(disease, [task])).rejects.toThrow(/annotate the text by <Text> in place of <HyperText>/);
  });
});

describe("the CSV", () => {
  const quoted = (cell: unknown) => `"${(typeof cell === "string" ? cell : JSON.stringify(cell)).replaceAll('"', '""')}"`;
  const csv = (columns: readonly string[], ...all: (readonly unknown[])[]) =>
    [columns.join(","), ...all.map((cells) => cells.map(quoted).join(","))].join("\r\n");
  const readCsv = async (task: Task, text: string, path = "project-3-at-2024-01-01.csv") => {
    const { format, rows } = await readRows(task, new Map([[path, new Blob([text])]]));
    expect(format.id).toBe("label-studio");
    return rows;
  };
  const columns = ["annotation_id", "annotator", "created_at", "id", "label", "lead_time", "text", "updated_at"];

  it("has marks as JSON in a cell, whatever the line ends of the text", async () => {
    const text = 'We saw\r\n😊 old gout, "then" fever';
    const at = (said: string) => [...text.slice(0, text.indexOf(said))].length;
    const mark = (said: string) => ({ start: at(said), end: at(said) + said.length, text: said, labels: ["Disease"] });
    const row = (id: string, label: unknown, annotation: string) => [annotation, "1", "d", id, label, "2.5", text, "d"];
    const { rows, remarks } = await readCsv(
      disease,
      csv(columns, row("1", [mark("old gout"), mark("fever")], "7"), row("2", "", ""), row("1", [mark("fever")], "8")),
    );
    const said = rows.pool?.map((e) => (e.kind === "token" ? e.spans.map((s) => e.text.slice(s.start, s.end)) : []));
    expect(said).toEqual([["old gout", "fever"], []]);
    expect(remarks).toEqual([expect.stringMatching(/^1 row annotated several times/)]);
  });

  it("has one choice as a text and several as JSON, and columns of other controls", async () => {
    const topics = ["annotation_id", "id", "note", "sure", "topic", "lead_time"];
    const several = csv(
      topics,
      ["1", "1", "a long text of it", { choices: ["high"] }, { choices: ["mild", "severe"] }, "1"],
      ["2", "2", "another text", { choices: ["low"] }, "mild", "1"],
    );
    expect((await readCsv(severity("any"), several)).rows.pool).toMatchObject([
      { text: "a long text of it", labels: ["mild", "severe"] },
      { text: "another text", labels: ["mild"] },
    ]);
    await expect(readCsv(severity("one"), several)).rejects.toThrow(/line 2: the text carries 2 labels/);
  });

  it("refuses a task about relations, which it does not hold", async () => {
    const text = csv(columns, ["1", "1", "d", "1", "", "1", "a", "d"]);
    await expect(readCsv(taskById("cdr"), text)).rejects.toThrow(/JSON_MIN and CSV hold no relations/);
  });
});
