// Variants of corpora that people hold: names in capitals, lists of one document, labels in other spelling, documents that stand twice.

import { describe, expect, it, vi } from "vitest";
import { readRows } from "../../../src/formats/dataset.ts";
import { sentencesOf } from "../../../src/formats/reading/sentences.ts";
import { taskById } from "../../../src/tasks/catalogue.ts";
import { readTaskJson } from "../../../src/tasks/task-file.ts";

type Files = Readonly<Record<string, string>>;
const read = (task: string, files: Files) =>
  readRows(taskById(task), new Map(Object.entries(files).map(([path, text]) => [path, new Blob([text])])));
const rowsOf = async (task: string, files: Files) => (await read(task, files)).rows;

describe("ClinGen's names", () => {
  const row = (word: string): string => `{"_id": 0, "text_a": "${word}?", "text_b": "Is it?"}\n`;
  const want = { train: [{ first: "a?" }], validation: [{ first: "b?" }], test: [{ first: "c?", label: "equivalent" }] };

  it.each([
    ["in capitals", "TRAIN_FEW.JSONL", "DEV_FEW.JSONL", "TEST.JSONL", "LABEL.TXT"],
    ["as .json", "train_few.json", "dev_few.json", "test.json", "label.txt"],
    ["in several folders", "a/train_few.jsonl", "b/dev_few.jsonl", "c/test.jsonl", "d/label.txt"],
  ])("say the sets %s", async (_, train, dev, test, labels) => {
    const files = { [train]: row("a"), [dev]: row("b"), [test]: row("c"), [labels]: "equivalent\nnot_equivalent" };
    expect((await rowsOf("mqp", files)).rows).toMatchObject(want);
  });
});

describe("names of labels in several folders", () => {
  const tagged = `{"tokens": ["rash", "fever"], "tags": [1, 0]}\n`;
  const names = (one: string) => JSON.stringify({ O: 0, [one]: 1 });
  const pair = `{"_id": 0, "text_a": "a?", "text_b": "b?"}\n`;

  it.each([
    ["train/data.jsonl", "test/data.jsonl"],
    ["a/train.jsonl", "b/test.jsonl"],
    ["train.jsonl", "more/test.jsonl"],
  ])("are read where they agree: %s and %s", async (one, other) => {
    const besides = (path: string, name: string) => path.replace(/[^/]*$/, name);
    const files = { [one]: tagged, [other]: tagged };
    const labels = { [besides(one, "label.json")]: names("B-Disease"), [besides(other, "label.json")]: names("B-Disease") };
    const { rows } = await rowsOf("bc5cdr-disease", { ...files, ...labels });
    for (const set of [rows.full, rows.test]) expect(set).toMatchObject([{ spans: [{ start: 0, end: 4, label: "Disease" }] }]);
  });

  it("are taken for rows that state their document too", async () => {
    const row = `{"document_id": "7", "tokens": ["rash", "fever"], "labels": [1, 0]}\n`;
    const { rows } = await rowsOf("bc5cdr-disease", { "train.jsonl": row, "label.json": names("B-Disease") });
    expect(rows.full).toMatchObject([{ spans: [{ start: 0, end: 4, label: "Disease" }] }]);
  });

  it("are refused where two numbers or two orders differ, by file", async () => {
    const files = { "train/data.jsonl": tagged, "test/data.jsonl": tagged };
    const json = { "train/label.json": names("B-Disease"), "test/label.json": names("B-Chemical") };
    await expect(read("bc5cdr-disease", { ...files, ...json })).rejects.toThrow(
      "train/label.json: it names 1 B-Disease, and test/label.json names it B-Chemical: read the two apart",
    );
    const lists = { "a/label.txt": "equivalent\nnot_equivalent", "b/label.txt": "not_equivalent\nequivalent" };
    await expect(read("mqp", { "a/train.jsonl": pair, "b/test.jsonl": pair, ...lists })).rejects.toThrow(
      "b/label.txt: its labels stand in another order than those of a/label.txt: read the two apart",
    );
  });
});

describe("cells of labels", () => {
  it("tell a text without labels from one that nobody labelled", async () => {
    const labels = ["mild", "severe"].map((name) => ({ name }));
    const { task } = readTaskJson({ name: "Severity", family: "classification", carries: "any", labels }, "x");
    const cells = ["severe", "none", "[]", "nan", "-1", "N/A", ""];
    const csv = ["text,label", ...cells.map((cell, i) => `T${i},${cell}`)].join("\n");
    const { rows } = await readRows(task, new Map([["train.csv", new Blob([csv])]]));
    expect(rows.rows.full).toMatchObject([
      { text: "T0", labels: ["severe"] },
      { text: "T1", labels: [] },
      { text: "T2", labels: [] },
    ]);
    expect(rows.remarks.join()).toContain("4 rows without a label were left out");
  });
});

describe("HoC's folders", () => {
  const label = "Inducing angiogenesis--";

  it.each(["--AND Cellular energetics", " ANDCellular energetics--", "AND Cellular energetics", " AND Cellular energetics--X"])(
    "keeps both labels of %j",
    async (joined) => {
      const { rows } = await rowsOf("hoc", { "text/1.txt": "s .\n", "labels/1.txt": `<Inducing angiogenesis${joined}` });
      expect(rows.pool).toMatchObject([{ labels: ["cellular energetics", "inducing angiogenesis"] }]);
    },
  );

  it("takes lists of one document, and counts what stands in no list and what the folder lacks", async () => {
    const documents = Object.fromEntries(
      ["1", "2", "3"].flatMap((id) => [
        [`text/${id}.txt`, `s ${id} .\n`],
        [`labels/${id}.txt`, `<${label}`],
      ]),
    );
    const { rows, remarks } = await rowsOf("hoc", { ...documents, "train.txt": "1.txt", "test.txt": "2.txt,9.txt" });
    expect([rows.full, rows.test].map((set) => set?.length)).toEqual([1, 1]);
    expect(remarks).toContain("1 document that stands in no list of a set was left out.");
    expect(remarks).toContain("1 document that the list names and the folder does not hold was passed over (test.txt).");
  });

  it("refuses a document in two lists", async () => {
    const files = { "text/1.txt": "s .\n", "labels/1.txt": `<${label}`, "train.txt": "1.txt", "test.txt": "1.txt" };
    await expect(read("hoc", files)).rejects.toThrow(/1\.txt stands in the list of another set too/);
  });
});

describe("labels in other spelling", () => {
  const header = "pmid,journal,title,abstract,keywords,pub_type,authors,doi,label\n";

  it("are the task's", async () => {
    const names = "Case_Report; Epidemic  Forecasting ;case-report";
    const { rows } = await rowsOf("litcovid", { "BC7-LitCovid-Train.csv": `${header}1,J,T,A,,,,,${names}\n` });
    expect(rows.full).toMatchObject([{ labels: ["epidemic forecasting", "case report"] }]);
    expect((await rowsOf("mqp", { "mqp.csv": "1,A?,B?,1.0\n1,A?,C?,0.0\n" })).rows.pool).toMatchObject([
      { label: "equivalent" },
      { label: "not_equivalent" },
    ]);
  });

  it("are refused where they are other words", async () => {
    await expect(read("mqp", { "mqp.csv": "1,A?,B?,1\n1,A?,C?,1.5\n" })).rejects.toMatchObject({ place: { line: 2 } });
  });
});

it("reads MQP's columns by the names of a header, in any order, and as tabs", async () => {
  const want = [{ first: "A?", second: "B?", label: "equivalent" }];
  const csv = ",label,Question 2,question_1,dr_id\n0,1,B?,A?,7\n";
  expect((await rowsOf("mqp", { "mqp.csv": csv })).rows.pool).toMatchObject(want);
  expect((await rowsOf("mqp", { "pairs.tsv": "7\tA?\tB?\t1\n" })).rows.pool).toMatchObject(want);
});

describe("MultiVerS' claims", () => {
  const corpus = { "corpus.jsonl": '{"doc_id": 4, "title": "T", "abstract": ["S."]}\n' };
  const claims = (...lines: object[]) => ({
    ...corpus,
    "claims_test.jsonl": lines.map((line) => `${JSON.stringify({ claim: "C", doc_ids: [4], ...line })}\n`).join(""),
  });

  it("counts what is left out", async () => {
    const { rows, remarks } = await rowsOf(
      "healthver",
      claims(
        { id: 1, evidence: { "4": [{ sentences: [0], label: "SUPPORT" }], "5": [{ sentences: [0], label: "SUPPORT" }] } },
        { id: 1, evidence: { "4": [{ sentences: [0], label: "SUPPORT" }], "5": [{ sentences: [0], label: "SUPPORT" }] } },
        { id: 2 },
        { id: 3, doc_ids: [], evidence: {} },
      ),
    );
    expect(rows.test).toMatchObject([{ label: "support" }]);
    expect(remarks).toEqual(
      expect.arrayContaining([
        "1 row that stands twice was read once (claims_test.jsonl).",
        "1 row without a label was left out (claims_test.jsonl).",
        "1 claim without a cited document was left out (claims_test.jsonl).",
        "Evidence of 1 document that the claim does not cite was passed over (claims_test.jsonl).",
      ]),
    );
  });

  it("refuses evidence of two labels", async () => {
    const both = { "4": [{ label: "SUPPORT" }, { label: "CONTRADICT" }] };
    await expect(read("healthver", claims({ id: 1, evidence: both }))).rejects.toThrow(/line 1: .*several labels/);
  });
});

it("refuses two labels for one pair in a table of labels, and counts labels of pairs that no file holds", async () => {
  const pairs = { "shared_task.jsonl": '{"pairID": "a", "sentence1": "P", "sentence2": "H"}\n' };
  const labelled = (table: string) => ({ ...pairs, "ground_truth.csv": `pair_id,label\n${table}` });
  await expect(read("mediqa-nli", labelled("a,neutral\na,entailment\n"))).rejects.toMatchObject({ place: { line: 3 } });
  const { remarks } = await rowsOf("mediqa-nli", labelled("a,neutral\nb,entailment\n"));
  expect(remarks).toContain("1 label of pairs that no file holds was passed over.");
});

it("counts what BioC's documents hold beside the mentions", async () => {
  const annotation = (id: string, infons: string, places: string) =>
    `<annotation id="${id}">${infons}${places}<text>rash</text></annotation>`;
  const place = '<location offset="0" length="4"/>';
  const type = '<infon key="type">Disease</infon>';
  const body = [
    annotation("0", `${type}<infon key="CompositeRole">CompositeMention</infon>`, place),
    annotation("1", `${type}<infon key="CompositeRole">IndividualMention</infon>`, place),
    annotation("2", '<infon key="type">MeSH_Indexing_Chemical</infon>', ""),
  ].join("");
  const xml = `<collection><document><id>1</id><passage><offset>0</offset><text>rash.</text>${body}</passage></document></collection>`;
  const { rows, remarks } = await rowsOf("bc5cdr-disease", { "test.xml": xml });
  expect(rows.test).toMatchObject([{ spans: [{ start: 0, end: 4 }] }]);
  expect(remarks.join("\n")).toMatch(
    /1 mention inside a composite one was left out.*\n.*1 index term of the document was left out/,
  );
});

it("tells a document that stands twice with other mentions", async () => {
  const text = "9|t|Zolmine rash.\n9|a|A.\n";
  const files = { "CDR_TestSet.PubTator.txt": `${text}9\t8\t12\trash\tDisease\tD1\n\n${text}9\t0\t7\tZolmine\tDisease\tD2\n` };
  const { rows, remarks } = await rowsOf("bc5cdr-disease", files);
  expect(rows.test).toMatchObject([{ spans: [{ start: 8, end: 12 }] }, { spans: [] }]);
  expect(remarks).toContain("1 document that stands twice, with other mentions the second time, was read as it stands first.");
});

it("tells a set without rows", async () => {
  const header = "id,evidence,claim,label\n";
  const files = { "healthver_test.csv": `${header}1,E,C,Supports\n`, "healthver_dev.csv": header };
  expect((await rowsOf("healthver", files)).remarks).toContain("No row of healthver_dev.csv was read.");
});

it("takes ChemProt's test set with annotations where the one without lies beside it", async () => {
  const abstracts = "9\tZolmine blocks ABC1.\tA.\n";
  const entities = "9\tT1\tCHEMICAL\t0\t7\tZolmine\n9\tT2\tGENE\t15\t19\tABC1\n";
  const files = {
    "chemprot_test/chemprot_test_abstracts.tsv": abstracts,
    "chemprot_test/chemprot_test_entities.tsv": entities,
    "chemprot_test_gs/chemprot_test_abstracts_gs.tsv": abstracts,
    "chemprot_test_gs/chemprot_test_entities_gs.tsv": entities,
    "chemprot_test_gs/chemprot_test_relations_gs.tsv": "9\tCPR:9\tY \tSUBSTRATE\tArg1:T1\tArg2:T2\n",
  };
  const { rows, remarks } = await rowsOf("chemprot", files);
  expect(rows.test).toHaveLength(1);
  expect(remarks.join("\n")).toContain("chemprot_test/chemprot_test_entities.tsv was passed over");
});

it("names the line where a JSON list lacks a comma", async () => {
  const row = String.raw`{"text": "[CHEMICAL]Z[\\CHEMICAL] x [GENE]A[\\GENE]", "label": 4}`;
  await expect(read("chemprot", { "train_data.json": `[${row}\n${row}]` })).rejects.toThrow(/line 2: not JSON: a comma/);
});

describe("sentences of a long text", () => {
  it("are those of its parts, whatever the length", () => {
    const part = "Pt. seen by Dr. Roe at 3 p.m. today. The rash (see fig. 2) was red! Was it? It was 3.5 cm.\n";
    const short = sentencesOf(part, 0, part.length).map(({ start, end }) => part.slice(start, end));
    const long = part.repeat(300);
    const found = sentencesOf(long, 0, long.length).map(({ start, end }) => long.slice(start, end));
    expect(found).toEqual(Array.from({ length: 300 }, () => short).flat());
  });

  it("are found in work that grows with the length alone", () => {
    const text = "A rash. ".repeat(60_000);
    const segment = vi.spyOn(Intl.Segmenter.prototype, "segment"); // on a whole text it takes time by the square of the length
    expect(sentencesOf(text, 0, text.length)).toHaveLength(60_000);
    const pieces = segment.mock.calls.map(([piece]) => piece.length);
    segment.mockRestore();
    expect(pieces.length).toBeGreaterThan(0);
    expect(Math.max(...pieces)).toBeLessThan(text.length / 10);
    expect(pieces.reduce((sum, n) => sum + n, 0)).toBeLessThan(3 * text.length);
  });

  it("may be longer than a window", () => {
    const text = `${"word ".repeat(5000)}end. Next one.`;
    expect(sentencesOf(text, 0, text.length).map(({ start, end }) => text.slice(start, end).slice(-9))).toEqual([
      "word end.",
      "Next one.",
    ]);
  });
});
