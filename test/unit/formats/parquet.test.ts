// Corpora as Parquet: labels by the names in the footer, and files that lack them.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, it } from "vitest";
import { readRows } from "../../../src/formats/dataset.ts";
import { huggingFaceFolder } from "../../../src/formats/huggingface.ts";
import { taskById } from "../../../src/tasks/catalogue.ts";
import type { Example } from "../../../src/tasks/example.ts";

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
    expect(format.id).toBe("parquet");
    expect(rows.rows.test?.map((e) => (e.kind === "pair" ? [e.first, e.second, e.label] : e))).toEqual([
      ["C0", "E0", "support"],
      ["C1", "E1", "refute"],
      ["C2", "E2", "mixture"],
    ]);
    expect(rows.remarks.join()).toContain("1 row without a label was left out");
  });

  it.each([
    ["numbers without names", parquet(columns([0])), 1, /copies of PUBHEALTH number them differently/],
    ["a number beyond the names", parquet(columns([0, 7]), classes), 2, /the label 7 has no name/],
    [
      "a missing column",
      parquet(columns([0]).slice(1), classes),
      undefined,
      /it has the columns explanation, label; PUBHEALTH takes claim, explanation/,
    ],
    ["a file cut off", parquet(columns([0, 1]), classes).slice(0, 60), undefined, /no readable Parquet/],
    ["no Parquet at all", new Blob(["<html>404</html>"]), undefined, /no readable Parquet/],
    ["nothing", new Blob([]), undefined, /is empty/],
  ] as const)("refuses %s", async (_, blob, line, says) => {
    const fault = await read("pubhealth", { "test.parquet": blob }).catch((error: unknown) => error);
    expect(fault).toMatchObject({ message: expect.stringMatching(says), place: { file: "test.parquet" } });
    expect((fault as { place: { line?: number } }).place.line).toBe(line);
  });
});

describe("Parquet as pyarrow compresses it", () => {
  it.each(["gzip", "zstd", "brotli", "lz4"])("reads %s", async (codec) => {
    const bytes = readFileSync(join(import.meta.dirname, `../../fixtures/parquet/${codec}.parquet`));
    const { rows } = await read("mqp", { "test.parquet": new Blob([bytes]) });
    expect(rows.rows.test).toEqual(
      Array.from({ length: 40 }, (_, i) => ({
        kind: "pair",
        first: `Is ${i} mg of it safe?`.repeat(8),
        second: `May I take ${i} mg?`.repeat(8),
        label: i % 2 === 1 ? "equivalent" : "not_equivalent",
      })),
    );
  });
});

describe("other corpora as Parquet", () => {
  const texts = (name: string, data: readonly string[]): Column => ({ name, data: [...data], type: "STRING" });

  it("has pairs under the names of the hub, of BigBio and of MedNLI", async () => {
    const columns = (first: string, second: string, label: Column) => [texts(first, ["a?"]), texts(second, ["b?"]), label];
    const number: Column = { name: "label", data: [1], type: "INT32" };
    const named = { label: { names: ["0", "1"], _type: "ClassLabel" } };
    const hub = await read("mqp", {
      "train-00000-of-00001.parquet": parquet(columns("question_1", "question_2", number), named),
    });
    const bigBio = await read("mqp", { "train/0000.parquet": parquet(columns("text_1", "text_2", texts("label", ["1"]))) });
    for (const { rows } of [hub, bigBio])
      expect(rows.rows.full).toEqual([{ kind: "pair", first: "a?", second: "b?", label: "equivalent" }]);
    const nli = parquet(columns("sentence1", "sentence2", texts("gold_label", ["contradiction"])));
    expect((await read("mednli", { "test.parquet": nli })).rows.rows.test).toMatchObject([{ label: "contradict" }]);
  });

  it.each([
    [{ feature: { names: ["treatment", "none"], _type: "ClassLabel" }, _type: "Sequence" }],
    [[{ names: ["treatment", "none"], _type: "ClassLabel" }]],
  ])("names the classes of a list, whichever way the footer writes it", async (label) => {
    const blob = parquet([texts("text", ["a", "b"]), { name: "label", data: [[0], [1]] }], { label });
    const { rows } = await read("litcovid", { "test.parquet": blob });
    expect(rows.rows.test).toEqual([{ kind: "sentence", text: "a", labels: ["treatment"] }]);
    expect(rows.remarks.join()).toContain("1 row without a label was left out");
  });

  it("reads health_fact's numbers without a footer where -1 is among them", async () => {
    const blob = parquet([
      texts("claim", ["a", "b"]),
      texts("main_text", ["c", "d"]),
      { name: "label", data: [-1, 2], type: "INT32" },
    ]);
    expect((await read("pubhealth", { "test.parquet": blob })).rows.rows.test).toMatchObject([{ first: "b", label: "support" }]);
  });

  it.each(["bc5cdr-disease", "hoc", "chemprot", "mqp"])("has the examples of %s as they leave Clinfuse", async (id) => {
    const task = taskById(id);
    const text = "The 😊 gout of a long name";
    const [head, tail] = [
      { start: 7, end: 11 },
      { start: 17, end: 26 },
    ];
    const label = (task.labels[1] ?? task.labels[0])?.id as string;
    const examples = {
      token: { kind: "token", text, spans: [{ ...head, label }] },
      sentence: { kind: "sentence", text, labels: [label, task.labels[2]?.id as string] },
      relation:
        task.shape === "relation"
          ? { kind: "relation", text, head: { ...head, label: task.head.type }, tail: { ...tail, label: task.tail.type }, label }
          : undefined,
      pair: { kind: "pair", first: text, second: "What?", label },
    } as const;
    const example = examples[task.shape] as Example;
    const origin = { topic: null, topic_source: null, topic_licence: null, style: null };
    const about = { title: "t", paragraphs: [], licence: "other" };
    const made = huggingFaceFolder(task, [example as never], [origin], about).get("data/train.parquet") as BlobPart;
    expect((await read(id, { "train.parquet": new Blob([made]) })).rows.rows.full).toEqual([example]);
  });

  it.each(["mqp", "hoc", "gad", "chemdner"])(
    "refuses columns that make no examples of %s, and names those that do",
    async (id) => {
      const blob = parquet([texts("words", ["a"]), texts("weather", ["b"])]);
      await expect(read(id, { "test.parquet": blob })).rejects.toThrow(
        /^test\.parquet: it has the columns words, weather; \w+ takes .*(label|tags)/,
      );
    },
  );
});

describe("words and tags as Parquet", () => {
  const columns = (tokens: string[][], tags: (number[] | string[])[]): Column[] => [
    { name: "tokens", data: tokens },
    { name: "ner_tags", data: tags },
  ];

  it("reads tags by name", async () => {
    const blob = parquet(columns([["skin", "rash", "."]], [["B-Disease", "I-Disease", "O"]]));
    const { format, rows } = await read("bc5cdr-disease", { "train.parquet": blob });
    expect(format.id).toBe("parquet");
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
