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
