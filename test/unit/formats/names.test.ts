// What names say: of files and folders the set, of entity types the task's. Names as published corpora and people's own folders have them.

import { describe, expect, it } from "vitest";
import { readRows } from "../../../src/formats/dataset.ts";
import { isAside, setsOfDocuments, splitOf } from "../../../src/formats/reading/paths.ts";
import { isType, misspelt, typeAmong } from "../../../src/formats/reading/types.ts";
import { taskById } from "../../../src/tasks/catalogue.ts";

const read = (task: string, files: Readonly<Record<string, string>>) =>
  readRows(taskById(task), new Map(Object.entries(files).map(([path, text]) => [path, new Blob([text])])));

describe("the set of a file", () => {
  it.each([
    ["CDR_TrainingSet.PubTator.txt", "full"],
    ["NCBItrainset_corpus.txt", "full"],
    ["NER-Trn.tsv", "full"],
    ["bc5.train", "full"],
    ["train_dev.tsv", "full"],
    ["CDR_DevelopmentSet.PubTator.txt", "dev"],
    ["NCBIdevelopset_corpus.txt", "dev"],
    ["devset.tsv", "dev"],
    ["eng.testa", "dev"],
    ["valid.csv", "dev"],
    ["NCBItestset_corpus.txt", "test"],
    ["MEDIQA2019-Task2-RQE-TestSet-wLabels.xml", "test"],
    ["chemprot_test_abstracts_gs.tsv", "test"],
    ["evaluation.abstracts.txt", "test"],
    ["eng.testb", "test"],
    ["NER-Tst.tsv", "test"],
    ["ncbi.test/part1.tsv", "test"],
    ["train_few.jsonl", "train"],
    ["few_shot_dev.tsv", "validation"],
    ["dev-few-shot.jsonl", "validation"],
    ["few_shot_test.tsv", "test"],
    ["fewshot_train.jsonl", "train"],
    ["few.csv", "pool"],
    ["latest.tsv", "pool"],
    ["strain_devices.tsv", "pool"],
    ["testosterone.tsv", "pool"],
    ["intestinal.tsv", "pool"],
    ["validated.tsv", "pool"],
  ])("%s is %s", (path, split) => {
    expect(splitOf(path)).toBe(split);
  });
});

describe("the set of a document", () => {
  it("is its folder's, whatever its own name", () => {
    const set = setsOfDocuments(["train/blood_test_results", "train/1", "dev/valid_consent", "test/training_plan"]);
    expect(["train/blood_test_results", "dev/valid_consent", "test/training_plan"].map(set)).toEqual(["full", "dev", "test"]);
  });

  it("is its name's only where all names beside it say one", () => {
    expect(["train_1", "test_1"].map(setsOfDocuments(["train_1", "test_1"]))).toEqual(["full", "test"]);
    expect(["blood_test", "note"].map(setsOfDocuments(["blood_test", "note"]))).toEqual(["pool", "pool"]);
  });

  it("keeps a brat corpus's training documents out of its test set", async () => {
    const document = (path: string) => ({ [`${path}.txt`]: "A rash.", [`${path}.ann`]: "T1\tDisease 2 6\trash\n" });
    const { rows } = await read("bc5cdr-disease", {
      ...document("train/blood_test_results"),
      ...document("train/1"),
      ...document("dev/2"),
      ...document("test/3"),
    });
    expect([rows.rows.full, rows.rows.dev, rows.rows.test].map((set) => set?.length)).toEqual([2, 1, 1]);
  });
});

it("passes over what comes with a corpus, and no document that is called alike", () => {
  const with_ = [
    "README",
    "readme_ncbi.txt",
    "LICENSE-MIT",
    "license.txt",
    "CITATION.cff",
    "x/notice.txt",
    ".git/config",
    "__MACOSX/a.txt",
  ];
  const documents = ["citation_9.ann", "notice-of-discharge.ann", "license_9.txt", "notices/1.ann", "copying.tsv"];
  expect(with_.filter((path) => !isAside(path))).toEqual([]);
  expect(documents.filter(isAside)).toEqual([]);
});

it("takes a set that ClinGen has under another name beside its own files", async () => {
  const row = (text: string) => `{"_id": 0, "text_a": "${text}?", "text_b": "Is it?"}\n`;
  const files = { "train.jsonl": row("a"), "validation.jsonl": row("b"), "test.jsonl": row("c"), "test_old.jsonl": row("d") };
  const { rows } = await read("mqp", files);
  expect(rows.rows).toMatchObject({ full: [{ first: "a?" }], dev: [{ first: "b?" }], test: [{ first: "c?" }] });
  expect(rows.remarks.join("\n")).toContain("1 other file was passed over (test_old.jsonl).");
});

it("says that a training file holds generated rows, whatever its name", async () => {
  const files = {
    "train.jsonl": '{"Sentence": "A rash.", "Disease": ["rash"]}\n',
    "test.jsonl": '{"tokens": ["A", "rash"], "spans": [[1, 1, "Disease"]]}\n',
  };
  const { rows } = await read("bc5cdr-disease", files);
  expect(rows.remarks).toContain("train.jsonl holds generated rows: they are training rows.");
});

it("refuses folds of two corpora side by side", async () => {
  const row = "index\tsentence\tlabel\n1\t@GENE$ and @DISEASE$.\t1\n";
  const files = { "GAD/1/train.tsv": row, "GAD/1/test.tsv": row, "euadr/1/train.tsv": row, "euadr/1/test.tsv": row };
  await expect(read("gad", files)).rejects.toMatchObject({ code: "format-several" });
});

describe("the type of an entity", () => {
  it("goes by its own name before another of its kind", () => {
    expect(typeAmong(["Chemical", "Drug"], "drug")).toBe("Drug");
    expect(typeAmong(["Gene", "Protein"], "Protein")).toBe("Protein");
    expect(typeAmong(["Disease"], "SpecificDisease")).toBe("Disease");
  });

  it("is none of several of its kind that could be meant", () => {
    expect(typeAmong(["Chemical", "Drug"], "ChemicalEntity")).toBeUndefined();
  });

  it("has the names of one corpus there alone", () => {
    expect(isType("Disease", "Modifier")).toBe(false);
    expect(isType("Disease", "Modifier", new Set(["ncbi-disease"]))).toBe(true);
    expect(isType("Chemical", "FAMILY")).toBe(false);
    expect(isType("Chemical", "FAMILY", new Set(["chemdner"]))).toBe(true);
  });

  it("counts NCBI's modifiers where its classes stand, and leaves them out by count elsewhere", async () => {
    const text = "1|t|Rash and gout.\n1|a|\n1\t0\t4\tRash\tModifier\tD1\n";
    const ncbi = await read("bc5cdr-disease", { "a.txt": `${text}1\t9\t13\tgout\tSpecificDisease\tD2\n` });
    expect(ncbi.rows.rows.pool).toMatchObject([{ spans: [{ start: 0 }, { start: 9 }] }]);
    const other = await read("bc5cdr-disease", { "a.txt": `${text}1\t9\t13\tgout\tDisease\tD2\n` });
    expect(other.rows.rows.pool).toMatchObject([{ spans: [{ start: 9 }] }]);
    expect(other.rows.remarks).toContain("1 mention of the type Modifier was left out: the task marks other types.");
  });

  it.each([
    ["Diesase", "Disease"],
    ["Diseas", "Disease"],
    ["Chemcal", "Chemical"],
    ["Diseaze", "Disease"],
  ])("%s is %s misspelt", (raw, meant) => {
    expect(misspelt(["Disease", "Chemical"], raw)?.toLowerCase()).toBe(meant.toLowerCase());
  });

  it.each(["Rate", "Rate1", "Modified", "Decease", "Chemists"])("%s is another word", (raw) => {
    expect(misspelt(["Disease", "Chemical", "Route"], raw)).toBeUndefined();
  });
});
