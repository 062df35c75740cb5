// doccano's rows as annotators leave them: texts of several annotators, texts without a label, rows of other tools between them.

import { describe, expect, it } from "vitest";
import { readRows } from "../../../src/formats/dataset.ts";
import { taskById } from "../../../src/tasks/catalogue.ts";
import type { Task } from "../../../src/tasks/task.ts";
import { readTaskJson } from "../../../src/tasks/task-file.ts";

const disease = taskById("bc5cdr-disease");
const severity = (carries: "one" | "any", labels = ["mild", "severe"]): Task =>
  readTaskJson({ name: "Severity", family: "classification", carries, labels: labels.map((name) => ({ name })) }, "x").task;

const lines = (...rows: readonly object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join("");
const read = (task: Task, files: Readonly<Record<string, string>>) =>
  readRows(task, new Map(Object.entries(files).map(([path, text]) => [path, new Blob([text])])));
const rowsOf = async (task: Task, ...rows: readonly object[]) => (await read(task, { "a.jsonl": lines(...rows) })).rows;

const long = "Nothing else was seen. ".repeat(400);
const gout = { text: "gout", label: [[0, 4, "Disease"]] };

describe("rows of another tool", () => {
  const mark = { start: long.length, end: long.length + 4, label: "Disease" };

  it.each([
    ["hashes", { _input_hash: 1 }],
    ["an answer", { answer: "reject" }],
    ["tokens", { tokens: [{ text: "gout", start: 0, end: 4 }] }],
  ])("are refused as Prodigy's by %s behind a text of 9200 characters", async (_, sign) => {
    const row = { text: `${long}gout`, spans: [mark], ...sign };
    await expect(rowsOf(disease, row)).rejects.toMatchObject({ code: "format-unknown" });
    await expect(rowsOf(disease, row)).rejects.toThrow(/a\.jsonl is Prodigy's JSONL: write the accepted rows/);
  });

  it("are refused by line between doccano's", async () => {
    const prodigy = { text: "gout", spans: [{ start: 0, end: 4, label: "Disease" }], answer: "accept" };
    await expect(rowsOf(disease, gout, prodigy)).rejects.toThrow(/line 2: the row is Prodigy's JSONL/);
    await expect(rowsOf(disease, gout, { text: "gout", marks: [] })).rejects.toMatchObject({
      message: expect.stringMatching(/line 2: the row has text, marks and none of label, .*write "label": \[\]/),
      place: { line: 2 },
    });
    expect((await rowsOf(disease, gout, { text: "Well", label: [] })).rows.pool).toMatchObject([{}, { text: "Well", spans: [] }]);
  });
});

describe("a text without labels", () => {
  const none = { text: "b", label: [] };

  it("is an example where a text may carry none", async () => {
    const { rows, remarks } = await rowsOf(severity("any"), { text: "a", label: ["mild"] }, none);
    expect(rows.pool).toMatchObject([{ labels: ["mild"] }, { text: "b", labels: [] }]);
    expect(remarks).toEqual([]);
  });

  it("is left out where a text carries one, where nobody labelled it, and where the file marks spans", async () => {
    const { rows, remarks } = await rowsOf(severity("one"), { text: "a", label: ["mild"] }, none);
    expect([rows.pool?.length, remarks]).toEqual([1, ["1 row without a label was left out."]]);
    const any = severity("any");
    for (const unlabelled of [{ label: null }, { label: "" }, { entities: [] }])
      expect((await rowsOf(any, { text: "a", label: ["mild"] }, { text: "b", ...unlabelled })).rows.pool).toHaveLength(1);
    await expect(rowsOf(any, gout, none)).rejects.toThrow(/2 rows without a label were left out/);
  });
});

describe("a label beside its text", () => {
  it.each(["", long])("is read in short texts and in long ones (%#)", async (more) => {
    const { rows } = await rowsOf(severity("one"), { text: `a ${more}`, label: "mild" }, { text: "b", label: "severe" });
    expect(rows.pool).toMatchObject([{ labels: ["mild"] }, { text: "b", labels: ["severe"] }]);
  });

  it("is the name of a label, also as a number", async () => {
    const task = severity("one", ["0", "1"]);
    expect((await rowsOf(task, { text: "a", label: 1 })).rows.pool).toMatchObject([{ labels: ["1"] }]);
    await expect(rowsOf(severity("one"), { text: "a", label: 1 })).rejects.toThrow(/"1" is no label of Severity; expected mild/);
  });
});

it("reads a text of several annotators once, as in the first file by name, and tells how many", async () => {
  const of = (annotator: string, ...texts: readonly string[]) =>
    lines(...texts.map((text) => ({ text, label: annotator === "admin" ? [[0, 4, "Disease"]] : [] })));
  const { rows } = await read(disease, {
    "bob.jsonl": of("bob", "gout", "rash", "fever"),
    "admin.jsonl": of("admin", "gout", "rash", "rash"),
    "test.jsonl": of("bob", "gout"),
  });
  expect(rows.rows.pool).toMatchObject([
    { text: "gout", spans: [{ label: "Disease" }] },
    { text: "rash", spans: [{ label: "Disease" }] },
    { text: "rash", spans: [{ label: "Disease" }] }, // twice in one file: the annotator's own rows
    { text: "fever", spans: [] },
  ]);
  expect(rows.rows.test).toMatchObject([{ text: "gout" }]);
  expect(rows.remarks).toContain(
    "2 texts stand in several files, as where each annotator has one: they were read from the first by name that labels them.",
  );
});

it("reads a text of several annotators from the first file that labels it", async () => {
  const { rows } = await read(disease, {
    "admin.jsonl": lines({ text: "gout", label: [] }, { text: "fever", label: [] }),
    "bob.jsonl": lines({ text: "fever", label: [] }, gout),
  });
  expect(rows.rows.pool).toMatchObject([
    { text: "fever", spans: [] },
    { text: "gout", spans: [{ label: "Disease" }] },
  ]);
});

it("refuses a row that is cut off behind many quotes, and is not held up by them", async () => {
  const row = `{"text": "${'said \\"yes\\", '.repeat(8000)}\nand more", "label": []}\n`;
  await expect(read(disease, { "doccano.jsonl": row })).rejects.toMatchObject({ place: { file: "doccano.jsonl" } });
});

it("reads a list that is indented", async () => {
  const { rows } = await read(disease, { "all.json": JSON.stringify([gout], null, 2) });
  expect(rows.rows.pool).toMatchObject([{ text: "gout", spans: [{ start: 0, end: 4 }] }]);
});
