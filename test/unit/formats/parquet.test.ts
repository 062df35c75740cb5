// Corpora as Parquet: labels by the names in the footer, and files that lack them.

import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, it } from "vitest";
import { readRows } from "../../../src/formats/dataset.ts";
import { taskById } from "../../../src/tasks/catalogue.ts";

const footer = (features: object) => [{ key: "huggingface", value: JSON.stringify({ info: { features } }) }];
type Column = Parameters<typeof parquetWriteBuffer>[0]["columnData"][number];

const parquet = (columnData: Column[], features?: object): Blob =>
  new Blob([parquetWriteBuffer({ columnData, ...(features ? { kvMetadata: footer(features) } : {}) })]);
const read = (task: string, files: Record<string, Blob>) => readRows(taskById(task), new Map(Object.entries(files)));

describe("PUBHEALTH as Parquet", () => {
  const columns = (label: number[]): Column[] => [
    { name: "claim", data: label.map((_, i) => `C${i}`) },
    { name: "explanation", data: label.map((_, i) => `E${i}`) },
    { name: "label", data: label, type: "INT32" },
  ];
  const classes = { label: { names: ["true", "false", "unproven", "mixture"], _type: "ClassLabel" } };

  it("names the labels as the footer does", async () => {
    const { format, rows } = await read("pubhealth", { "test.parquet": parquet(columns([0, 1, 3, -1]), classes) });
    expect(format.id).toBe("pubhealth-parquet");
    expect(rows.rows.test?.map((e) => (e.kind === "pair" ? [e.first, e.second, e.label] : e))).toEqual([
      ["C0", "E0", "support"],
      ["C1", "E1", "refute"],
      ["C2", "E2", "mixture"],
    ]);
    expect(rows.remarks.join()).toContain("1 row without a label was left out");
  });

  it.each([
    ["numbers without names", parquet(columns([0])), 1, /footer names no classes/],
    ["a number beyond the names", parquet(columns([0, 7]), classes), 2, /the label 7 has no name/],
    ["a missing column", parquet(columns([0]).slice(1), classes), undefined, /lacks the column claim/],
    ["a file cut off", parquet(columns([0, 1]), classes).slice(0, 60), undefined, /no readable Parquet/],
    ["no Parquet at all", new Blob(["<html>404</html>"]), undefined, /no readable Parquet/],
    ["nothing", new Blob([]), undefined, /is empty/],
  ] as const)("refuses %s", async (_, blob, line, says) => {
    const fault = await read("pubhealth", { "test.parquet": blob }).catch((error: unknown) => error);
    expect(fault).toMatchObject({ message: expect.stringMatching(says), place: { file: "test.parquet" } });
    expect((fault as { place: { line?: number } }).place.line).toBe(line);
  });
});

describe("words and tags as Parquet", () => {
  const columns = (tokens: string[][], tags: (number[] | string[])[]): Column[] => [
    { name: "tokens", data: tokens },
    { name: "ner_tags", data: tags },
  ];

  it("reads tags by name", async () => {
    const blob = parquet(columns([["skin", "rash", "."]], [["B-Disease", "I-Disease", "O"]]));
    const { format, rows } = await read("bc5cdr-disease", { "train.parquet": blob });
    expect(format.id).toBe("tagged-parquet");
    expect(rows.rows.full).toEqual([{ kind: "token", text: "skin rash .", spans: [{ start: 0, end: 9, label: "Disease" }] }]);
  });

  it("refuses lists of two lengths, by row", async () => {
    const blob = parquet(columns([["a"], ["b", "c"]], [["O"], ["O"]]));
    await expect(read("bc5cdr-disease", { "train.parquet": blob })).rejects.toMatchObject({
      code: "file-malformed",
      message: "train.parquet, line 2: 2 tokens and 1 tags",
    });
  });
});
