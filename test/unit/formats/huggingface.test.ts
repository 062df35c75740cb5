// A data set for Python, read back: the Parquet by another reader of it, the card as YAML by load_dataset where there is Python.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { describe, expect, it } from "vitest";
import { huggingFaceFolder, type RowOrigin } from "../../../src/formats/huggingface.ts";
import { taskById } from "../../../src/tasks/catalogue.ts";
import type { Example } from "../../../src/tasks/example.ts";
import { splitsOf } from "./load-dataset.ts";

const graph: RowOrigin = { topic: "gout", topic_source: "Disease Ontology", topic_licence: "CC0-1.0", style: "clinical notes" };
const nothing: RowOrigin = { topic: null, topic_source: null, topic_licence: null, style: null };
const about = { title: 'A "title": with colons', paragraphs: ["Made for a test."], licence: "other" };

const cases: readonly [task: string, examples: readonly Example[], rows: readonly object[]][] = [
  [
    "bc5cdr-disease",
    [
      {
        kind: "token",
        text: "Gout-like 𝛼 pain, then renal failure.",
        spans: [
          { start: 0, end: 4, label: "Disease" },
          { start: 24, end: 37, label: "Disease" },
        ],
      },
      { kind: "token", text: "No entity.", spans: [] },
    ],
    [
      {
        tokens: ["Gout", "-", "like", "𝛼", "pain", ",", "then", "renal", "failure", "."],
        ner_tags: [1, 0, 0, 0, 0, 0, 0, 1, 2, 0],
      },
      { tokens: ["No", "entity", "."], ner_tags: [0, 0, 0] },
    ],
  ],
  [
    "cdr",
    [
      {
        kind: "relation",
        text: "𝛼 aspirin led to gastritis",
        head: { start: 3, end: 10, label: "Chemical" },
        tail: { start: 18, end: 27, label: "Disease" },
        label: taskById("cdr").labels[1]?.id ?? "",
      },
    ],
    [
      {
        head: "aspirin",
        head_type: "Chemical",
        head_start: 2,
        head_end: 9,
        tail: "gastritis",
        tail_start: 17,
        tail_end: 26,
        label: 1,
      },
    ],
  ],
  [
    "mqp",
    [{ kind: "pair", first: "A\nb?", second: "C", label: taskById("mqp").labels[1]?.id ?? "" }],
    [{ text_a: "A\nb?", text_b: "C", label: 1 }],
  ],
  [
    "litcovid",
    [
      {
        kind: "sentence",
        text: "One",
        labels: [taskById("litcovid").labels[2]?.id ?? "", taskById("litcovid").labels[0]?.id ?? ""],
      },
      { kind: "sentence", text: "None", labels: [] },
    ],
    [
      { text: "One", labels: [2, 0] },
      { text: "None", labels: [] },
    ],
  ],
];

const folderOf = (task: string, examples: readonly Example[]) =>
  huggingFaceFolder(taskById(task), examples as never, [graph, nothing].slice(0, examples.length), about);

describe.each(cases)("%s", (task, examples, expected) => {
  const files = folderOf(task, examples);

  it("holds the same rows as JSONL and as Parquet", async () => {
    const jsonl = (files.get("data/train.jsonl") as string)
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(jsonl).toMatchObject(expected);
    const bytes = files.get("data/train.parquet") as Uint8Array<ArrayBuffer>;
    const rows = await parquetReadObjects({ file: bytes.buffer });
    const plain = rows.map((row) =>
      JSON.parse(JSON.stringify(row, (_, value) => (typeof value === "bigint" ? Number(value) : value))),
    );
    expect(plain).toEqual(jsonl);
    expect(plain[0]).toMatchObject(graph);
  });

  it("names the labels in the order of the task, in the footer and in the card", () => {
    const bytes = files.get("data/train.parquet") as Uint8Array<ArrayBuffer>;
    const footer = parquetMetadata(bytes.buffer).key_value_metadata?.find(({ key }) => key === "huggingface")?.value ?? "";
    for (const { id } of taskById(task).labels) {
      expect(footer).toContain(JSON.stringify(task === "bc5cdr-disease" ? `I-${id}` : id));
      expect(files.get("README.md")).toContain(
        `'${task === "bc5cdr-disease" ? 2 : taskById(task).labels.findIndex((l) => l.id === id)}':`,
      );
    }
  });

  it("is read by load_dataset, the card's Parquet and the JSONL alike", async ({ skip }) => {
    const folder = mkdtempSync(join(tmpdir(), "clinfuse-dataset-"));
    try {
      for (const [name, content] of files) {
        mkdirSync(dirname(join(folder, name)), { recursive: true });
        writeFileSync(join(folder, name), content);
      }
      const read = splitsOf(folder);
      if (!read) return skip("no Python with `datasets` (CLINFUSE_PYTHON names one): load_dataset was not tried");
      expect(read.card.rows).toEqual(read.jsonl.rows);
      expect(read.card.rows).toMatchObject(expected);
      for (const { id } of taskById(task).labels) expect(JSON.stringify(read.card.features)).toContain(id);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }, 120_000);
});
