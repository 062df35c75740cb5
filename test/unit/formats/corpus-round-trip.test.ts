// Texts with marks and labels out by each writer and in by its reader: equal, or what was lost was said before. Written samples, and whole corpora.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bioc } from "../../../src/formats/bioc.ts";
import { brat } from "../../../src/formats/brat.ts";
import { readLabels } from "../../../src/formats/clingen/labels.ts";
import { readJsonl, writeJsonl } from "../../../src/formats/clingen.ts";
import { readTable } from "../../../src/formats/columns.ts";
import { conll } from "../../../src/formats/conll.ts";
import { doccano } from "../../../src/formats/doccano.ts";
import type { Format } from "../../../src/formats/format.ts";
import { huggingFaceFolder } from "../../../src/formats/huggingface.ts";
import { inception } from "../../../src/formats/inception.ts";
import { labelStudio } from "../../../src/formats/label-studio.ts";
import { guessedColumns, guessedLabel, mappedRows } from "../../../src/formats/mapped-rows.ts";
import type { ReadNote } from "../../../src/formats/note.ts";
import { type NoteFormatId, noteFormats } from "../../../src/formats/note-format.ts";
import { neutral } from "../../../src/formats/note-table.ts";
import { readNotes } from "../../../src/formats/notes-read.ts";
import { ownNotes } from "../../../src/formats/own-notes.ts";
import { parquet } from "../../../src/formats/parquet.ts";
import { pubtator } from "../../../src/formats/pubtator.ts";
import { taskById } from "../../../src/tasks/catalogue.ts";
import type { Example, PairExample, SentenceExample, TokenExample } from "../../../src/tasks/example.ts";
import type { Task } from "../../../src/tasks/task.ts";

const shared = join(import.meta.dirname, "../../../../shared/data");
const notes = (examples: readonly TokenExample[]): ReadNote[] =>
  examples.map(({ text, spans }, i) => ({ note: { id: `n${i}`, file: "x", text }, spans, pieces: [] }));

/** Labels stand on pieces; a pair is one piece. */
const labelledNotes = (examples: readonly (SentenceExample | PairExample)[]): ReadNote[] =>
  examples.map((example, i) => {
    const [text, labels] = example.kind === "pair" ? [example.first, [example.label]] : [example.text, example.labels];
    const second = example.kind === "pair" ? { second: example.second } : {};
    return { note: { id: `n${i}`, file: "x", text, ...second }, spans: [], pieces: [{ start: 0, end: text.length, labels }] };
  });

async function back(format: Format, task: Task, files: ReadonlyMap<string, string | Blob>): Promise<readonly Example[]> {
  const tree = new Map(
    [...files].filter(([path]) => !path.endsWith(".conf")).map(([path, content]) => [path, new Blob([content])]),
  );
  const { rows } = await format.read(tree, task);
  return Object.values(rows).flatMap((set) => set ?? []);
}

/** Characters that a reader may lose: blanks, where a format has words alone or cuts a text into sentences. */
const inked = (text: string): string => text.replace(/\p{White_Space}+/gu, "");

/** All texts in a row, and every mark in its place among their visible characters. */
function inOneRow(examples: readonly Example[]): { readonly text: string; readonly marks: readonly string[] } {
  let text = "";
  const marks: string[] = [];
  for (const example of examples) {
    if (example.kind !== "token") throw new Error("inOneRow: texts with marks alone");
    for (const { start, end, label } of example.spans) {
      const at = text.length + inked(example.text.slice(0, start)).length;
      marks.push(`${at} ${at + inked(example.text.slice(start, end)).length} ${label}`);
    }
    text += inked(example.text);
  }
  return { text, marks };
}

const marking: Readonly<Partial<Record<NoteFormatId, Format>>> = {
  brat,
  pubtator,
  bioc,
  "bioc-json": bioc,
  jsonl: ownNotes,
  conll,
  doccano,
  "label-studio": labelStudio,
  xmi: inception,
};
const disease = taskById("bc5cdr-disease");

/** Forms that labels of whole texts come back from. */
const labelling = ["doccano", "label-studio", "jsonl"] as const;

/** Labelled texts in a table, as the page of one's own task reads them. */
function fromTable(task: Task, id: "csv" | "tsv", of: readonly ReadNote[]): readonly Example[] {
  const table = readTable([...noteFormats[id].write(of).values()][0] as string, `notes.${id}`);
  const labels = Object.fromEntries(task.labels.map((label) => [label.id, guessedLabel(task, label.id)]));
  const { examples, faults, leftOut } = mappedRows(task, table, { columns: guessedColumns(task, table), labels });
  expect([faults, leftOut]).toEqual([[], 0]);
  return examples;
}

async function expectMarksBack(id: NoteFormatId, format: Format, examples: readonly TokenExample[]): Promise<void> {
  const found = inOneRow(await back(format, disease, noteFormats[id].write(notes(examples))));
  const given = inOneRow(examples);
  const differs = given.text.split("").findIndex((c, i) => found.text[i] !== c);
  expect([id, found.text.length, given.text.slice(differs, differs < 0 ? 0 : differs + 60)]).toEqual([id, given.text.length, ""]);
  expect(found.marks).toEqual(given.marks);
}

/** Parquet and JSONL as Python reads them. */
async function expectParquetBack(examples: readonly TokenExample[]): Promise<void> {
  const origins = examples.map(() => ({ topic: null, topic_source: null, topic_licence: null, style: null }));
  const folder = huggingFaceFolder(disease, examples, origins, { title: "t", paragraphs: [], licence: "other" });
  const files = new Map(
    [...folder].filter(([path]) => path.endsWith(".parquet")).map(([path, content]) => [path, new Blob([content as BlobPart])]),
  );
  const found = inOneRow(await back(parquet, disease, files));
  expect(found).toEqual(inOneRow(examples));
}

const mark = (text: string, ...words: readonly string[]): TokenExample => ({
  kind: "token",
  text,
  spans: words.map((word) => ({ start: text.indexOf(word), end: text.indexOf(word) + word.length, label: "Disease" })),
});

/** Astral and composed characters, markup, quotes, separators of every format, marks side by side, at both ends and on one character. */
const samples: readonly TokenExample[] = [
  mark("Gout, fever & <b>rash</b>.", "Gout", "fever", "rash"),
  mark('A "naïve" 😊 man\'s c\u0327a had 5% renal|failure; no T1\\n.', "renal|failure", "T1"),
  mark("Ça va: x̄ ± 😊asthma😊", "asthma"),
  mark("Nothing was found in this one."),
  mark("gout fever", "gout", "fever"),
  mark('-DOCSTART- O # B-Disease {"a": [1,2]} ]]> &amp; &#10; =1+1', "B-Disease"),
  mark("HIV/AIDS-related\u00a0pain (grade 3)", "AIDS-related\u00a0pain"),
];

describe("written samples", () => {
  it.each(Object.entries(marking))("come back from %s with every mark in its place", async (id, format) => {
    await expectMarksBack(id as NoteFormatId, format, samples);
  });

  it("come back from Parquet with every mark in its place", () => expectParquetBack(samples));

  it.each(labelling)("with labels come back from %s", async (id) => {
    const task = taskById("litcovid");
    const labelled: SentenceExample[] = samples.map(({ text }, i) => ({
      kind: "sentence",
      text,
      labels: i % 2 ? ["treatment", "prevention"] : ["mechanism"],
    }));
    expect(await back(marking[id] as Format, task, noteFormats[id].write(labelledNotes(labelled)))).toEqual(labelled);
  });

  const labelled: SentenceExample[] = samples.map(({ text }, i) => ({
    kind: "sentence",
    text,
    labels: i % 2 ? ["treatment", "prevention"] : ["mechanism"],
  }));

  it.each(["csv", "tsv"] as const)("with labels come back from %s, but for the apostrophes that it tells of", (id) => {
    const of = labelledNotes(labelled);
    expect(noteFormats[id].lost(of)).toEqual(["Cells that begin as a formula does have an apostrophe before them: 1."]);
    const formula = (text: string) => (text.startsWith("-DOCSTART-") ? `'${text}` : text);
    expect(fromTable(taskById("litcovid"), id, of)).toEqual(labelled.map((one) => ({ ...one, text: formula(one.text) })));
  });

  it("compared two by two come back from CSV, TSV and JSON Lines, and their breaks from those that tell of none", async () => {
    const mqp = taskById("mqp");
    const pairs: PairExample[] = [
      { kind: "pair", first: 'Does "it" stain 😊?', second: "Will it, then, turn dark?", label: "equivalent" },
      { kind: "pair", first: "Is it\ngout?", second: "Is it\trash?", label: "different" },
    ];
    const of = labelledNotes(pairs.map((pair, i) => ({ ...pair, label: mqp.labels[i]?.id ?? "" })));
    const wanted = pairs.map((pair, i) => ({ ...pair, label: mqp.labels[i]?.id }));
    expect(fromTable(mqp, "csv", of)).toEqual(wanted);
    expect(await back(ownNotes, mqp, noteFormats.jsonl.write(of))).toEqual(wanted);
    expect(noteFormats.csv.lost(of)).toEqual([]);
    expect(noteFormats.tsv.lost(of)).toEqual(["Tabs and line breaks of 2 cells become blanks: a row of TSV is one line."]);
    expect(fromTable(mqp, "tsv", of)).toEqual([wanted[0], { ...wanted[1], first: "Is it gout?", second: "Is it rash?" }]);
  });

  it("are the same notes again where a model reads them from CSV or JSON Lines", async () => {
    const of = labelledNotes(labelled).map((one) => ({ ...one, note: { ...one.note, text: one.note.text.replace(/^-/, "_") } }));
    for (const id of ["csv", "jsonl"] as const) {
      const [[path, content]] = [...noteFormats[id].write(of)] as [[string, string]];
      const { notes: read } = await readNotes(new Map([[path, new Blob([content])]]), taskById("litcovid"));
      expect(read.map(({ id: name, text }) => [name, text])).toEqual(of.map(({ note: { id: name, text } }) => [name, text]));
    }
  });

  it("with line breaks come back, but for those that PubTator says it loses", async () => {
    const broken = [mark("Severe gout\nand fever.\n\nNo rash\r\ntoday.", "gout", "fever", "rash")];
    for (const [id, format] of Object.entries(marking)) await expectMarksBack(id as NoteFormatId, format, broken);
    expect(noteFormats.pubtator.lost(notes(broken)).join(" ")).toContain("Line breaks of 1 note become blanks");
    expect(noteFormats.xmi.lost(notes(broken))).toEqual([]);
  });
});

/** Rows of a corpus, as ClinGen's reader has them. */
function corpus<E extends Example>(folder: string, task: Task, most: number): readonly E[] {
  const labelIds = readLabels(task, readFileSync(join(shared, folder, "label.txt"), "utf8"));
  return readJsonl(task, readFileSync(join(shared, folder, "test.jsonl"), "utf8"), { file: folder, labelIds }).slice(
    0,
    most,
  ) as unknown as readonly E[];
}

describe("whole corpora (skipped where ../shared/data is absent)", () => {
  const there = (folder: string) => existsSync(join(shared, folder));

  it.skipIf(!there("bc5cdr-disease"))("BC5CDR-Disease comes back from every format of marks", { timeout: 120_000 }, async () => {
    const rows = corpus<TokenExample>("bc5cdr-disease", disease, 2000);
    for (const [id, format] of Object.entries(marking)) await expectMarksBack(id as NoteFormatId, format, rows);
    await expectParquetBack(rows);
  });

  it.skipIf(!there("hoc"))("HoC comes back from doccano, Label Studio, JSON Lines and CSV", { timeout: 60_000 }, async () => {
    const task = taskById("hoc");
    const rows = corpus<SentenceExample>("hoc", task, 1500).filter(({ text }) => text.trim() === text);
    for (const id of labelling)
      expect(await back(marking[id] as Format, task, noteFormats[id].write(labelledNotes(rows)))).toEqual(rows);
    const plain = rows.filter(({ text }) => neutral(text) === text);
    expect(fromTable(task, "csv", labelledNotes(plain))).toEqual(plain);
  });

  it.skipIf(!there("mqp") || !there("healthver"))("pairs come back from Label Studio", { timeout: 60_000 }, async () => {
    for (const folder of ["mqp", "healthver"]) {
      const task = taskById(folder);
      const rows = corpus<PairExample>(folder, task, 1500);
      const found = await back(labelStudio, task, noteFormats["label-studio"].write(labelledNotes(rows)));
      expect(found).toEqual(rows);
    }
  });

  it.skipIf(!there("cdr"))("CDR's relations come back from ClinGen's JSONL", { timeout: 60_000 }, () => {
    const task = taskById("cdr");
    const rows = corpus<Example>("cdr", task, 1500);
    expect(readJsonl(task, writeJsonl(task, rows as never), { file: "x.jsonl" })).toEqual(rows);
  });
});
