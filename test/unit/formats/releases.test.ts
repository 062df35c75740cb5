// Corpora as releases, tools and operating systems lay them out: archives in archives, a file an annotator, names of types without blanks.

import { zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { readRows } from "../../../src/formats/dataset.ts";
import { taskById } from "../../../src/tasks/catalogue.ts";
import type { Task } from "../../../src/tasks/task.ts";
import { readTaskJson } from "../../../src/tasks/task-file.ts";

type Content = string | Uint8Array<ArrayBuffer>;
const bytesOf = (content: Content) => (typeof content === "string" ? new TextEncoder().encode(content) : content);
const zipOf = (files: Readonly<Record<string, Content>>): Uint8Array<ArrayBuffer> =>
  zipSync(
    Object.fromEntries(Object.entries(files).map(([path, content]) => [path, bytesOf(content)])),
  ) as Uint8Array<ArrayBuffer>;
const read = (task: string | Task, files: Readonly<Record<string, Content>>) =>
  readRows(
    typeof task === "string" ? taskById(task) : task,
    new Map(Object.entries(files).map(([path, content]) => [path, new Blob([bytesOf(content)])])),
  );

describe("a zip", () => {
  const mqp = "1,Is it a rash?,Have I a rash?,1\n1,Is it a rash?,Is it late?,0\n";

  it("may have names with backslashes, as some programs of Windows write them", async () => {
    const { rows } = await read("mqp", { "corpus.zip": zipOf({ "data\\train.csv": mqp, "data\\test.csv": mqp }) });
    expect([rows.rows.full, rows.rows.test].map((set) => set?.length)).toEqual([2, 2]);
  });

  it("may hold a zip for each set", async () => {
    const inner = { "train.zip": zipOf({ "train/mqp.csv": mqp }), "test.zip": zipOf({ "test/mqp.csv": mqp }) };
    const { rows } = await read("mqp", { "corpus.zip": zipOf(inner) });
    expect([rows.rows.full, rows.rows.test].map((set) => set?.length)).toEqual([2, 2]);
  });

  it("passes over a zip that lies beside its data, damaged or not", async () => {
    for (const inner of [zipOf({ "mqp.csv": mqp }), "damaged"])
      expect(
        (await read("mqp", { "corpus.zip": zipOf({ "mqp.csv": mqp, "old/backup.zip": inner }) })).rows.rows.pool,
      ).toHaveLength(2);
  });

  it("is refused where zips lie three deep", async () => {
    const deep = zipOf({ "c.zip": zipOf({ "train.csv": mqp }) });
    await expect(read("mqp", { "a.zip": zipOf({ "b.zip": deep }) })).rejects.toThrow(/archive inside of another/);
  });
});

describe("INCEpTION's export", () => {
  const xmi = (start: number, end: number) =>
    `<xmi:XMI xmlns:xmi="http://www.omg.org/XMI" xmlns:cas="http:///uima/cas.ecore" xmlns:t="http:///de/tudarmstadt/ukp/dkpro/core/api/ner/type.ecore">
<cas:Sofa xmi:id="1" sofaString="Zolmine eases rash."/>
<t:NamedEntity xmi:id="2" sofa="1" begin="${start}" end="${end}" value="Disease"/>
<cas:View sofa="1" members="2"/></xmi:XMI>`;
  const annotator = (name: string, start: number, end: number) =>
    zipOf({ [`${name}.xmi`]: xmi(start, end), "TypeSystem.xml": "<t/>" });
  const spans = async (files: Readonly<Record<string, Content>>) =>
    (await read("bc5cdr-disease", files)).rows.rows.pool?.map((e) => (e.kind === "token" ? e.spans : []));
  const own = {
    "annotation/d1.txt/alice.zip": annotator("alice", 14, 18),
    "annotation/d1.txt/bob.zip": annotator("bob", 0, 7),
    "source/d1.txt": "Zolmine eases rash.",
  };

  it("is one document, by the first annotator, where each has a zip", async () => {
    expect(await spans(own)).toEqual([[{ start: 14, end: 18, label: "Disease" }]]);
  });

  it("is one document also where the folder annotation alone was chosen", async () => {
    const { "source/d1.txt": _, ...annotation } = own;
    const second = { "annotation/d2.txt/bob.zip": annotator("bob", 0, 7) };
    expect(await spans({ ...annotation, ...second })).toEqual([
      [{ start: 14, end: 18, label: "Disease" }],
      [{ start: 0, end: 7, label: "Disease" }],
    ]);
  });

  it("is the curated one where there is one", async () => {
    const curated = { "curation/d1.txt/CURATION_USER.zip": annotator("CURATION_USER", 8, 13) };
    expect(await spans({ ...own, ...curated })).toEqual([[{ start: 8, end: 13, label: "Disease" }]]);
  });
});

describe("BRAT", () => {
  const task = readTaskJson(
    { name: "Events", family: "ner", labels: [{ name: "adverse drug event" }, { name: "drug" }] },
    "task.json",
  ).task;
  const text = "Rash after zolmine.";

  it("names types of several words by underscores or hyphens", async () => {
    const { rows } = await read(task, {
      "a.txt": text,
      "a.ann": "T1\tadverse_drug_event 0 4\tRash\n",
      "b.TXT": `Late ${text}`,
      "b.ann": "T1\tAdverse-Drug-Event 5 9\tRash\n",
    });
    expect(rows.rows.pool?.map((e) => (e.kind === "token" ? e.spans : []))).toEqual([
      [{ start: 0, end: 4, label: "adverse drug event" }],
      [{ start: 5, end: 9, label: "adverse drug event" }],
    ]);
  });

  it.each([
    ["T1 drug 11 18 zolmine\n", /a\.ann, line 1: the row .* begins with no id and a tab/],
    ["version https://git-lfs.github.com/spec/v1\noid sha256:0\n", /Git LFS/],
    ["<!doctype html><html></html>", /web page/],
  ])("is refused by what is wrong with the marks, not for want of the text beside them: %j", async (ann, says) => {
    await expect(read(task, { "a.txt": text, "a.ann": ann })).rejects.toThrow(says);
    await expect(read(task, { "a.txt": text, "a.ann": ann, "b.txt": text, "b.ann": "" })).rejects.toThrow(says);
  });
});

it("reads PubTator's BioC, whose relations have objects among their infons", async () => {
  const role = (type: string) => ({ identifier: "MESH:D1", type });
  const json = {
    PubTator3: [
      {
        id: "1",
        passages: [
          {
            infons: { type: "title" },
            offset: 0,
            text: "Zolmine eases rash.",
            annotations: [{ id: "1", infons: { type: "Disease" }, text: "rash", locations: [{ offset: 14, length: 4 }] }],
          },
        ],
        relations: [
          {
            id: "R1",
            infons: { score: "0.9", role1: role("Chemical"), role2: role("Disease"), type: "Association" },
            nodes: [{ refid: "0", role: "0,1" }],
          },
        ],
      },
    ],
  };
  const { rows } = await read("bc5cdr-disease", { "a.json": JSON.stringify(json) });
  expect(rows.rows.pool).toMatchObject([{ spans: [{ start: 14, end: 18 }] }]);
});

it("reads a corpus that lies there in two formats once, and refuses two corpora", async () => {
  const pubtator = "1|t|Zolmine eases rash.\n1|a|\n1\t14\t18\trash\tDisease\tD1\n\n";
  const bioc = `<collection><document><id>1</id><passage><infon key="type">title</infon><offset>0</offset><text>Zolmine eases rash.</text>
<annotation id="0"><infon key="type">Disease</infon><location offset="14" length="4"/><text>rash</text></annotation></passage></document></collection>`;
  const { format, rows } = await read("bc5cdr-disease", {
    "CDR_TestSet.PubTator.txt": pubtator,
    "CDR_TestSet.BioC.xml": bioc,
  });
  expect([format.id, rows.rows.test?.length]).toEqual(["pubtator", 1]);
  expect(rows.remarks.join()).toContain("1 other file was passed over (CDR_TestSet.BioC.xml)");
  for (const files of [
    { "CDR_TestSet.PubTator.txt": pubtator, "Other.BioC.xml": bioc },
    { "cdr.train.txt": pubtator, "cdr.test.xml": bioc },
  ])
    await expect(read("bc5cdr-disease", files)).rejects.toThrow(/several formats/);
});

describe("CASI's ends", () => {
  const of = async (rows: string) =>
    (await read("casi", { "test.csv": `snippet,annotations\n${rows}` })).rows.rows.test?.map((e) =>
      e.kind === "token" ? e.spans.map(({ start, end }) => e.text.slice(start, end)) : [],
    );

  it("stay exclusive where one annotation among many ends inside a word", async () => {
    const right = "\"Take zolmine, 5 mg, po.\",\"[[5, 12, 'Medication1'], [14, 18, 'Dosage1'], [20, 22, 'Route1']]\"\n";
    const slip = '"Stop antibiotics now.","[[5, 15, \'Medication1\']]"\n';
    expect(await of(right + slip)).toEqual([["zolmine", "5 mg", "po"], ["antibiotic"]]);
  });

  it("name the last character where that ends more words", async () => {
    expect(await of("\"Take zolmine, 5 mg, po.\",\"[[5, 11, 'Medication1'], [14, 17, 'Dosage1']]\"\n")).toEqual([
      ["zolmine", "5 mg"],
    ]);
  });
});

describe("MedNLI beside MEDIQA-NLI", () => {
  const row = (id: string, label?: string) =>
    `${JSON.stringify({ pairID: id, sentence1: `He is ${id}.`, sentence2: "He is ill.", ...(label ? { gold_label: label } : {}) })}\n`;
  const files = {
    "mli_train_v1.jsonl": row("a", "entailment"),
    "mli_dev_v1.jsonl": row("b", "neutral"),
    "mli_test_v1.jsonl": row("c", "entailment"),
    "mednli_bionlp19_shared_task.jsonl": row("d"),
    "mednli_bionlp19_shared_task_ground_truth.csv": "pair_id,label\nd,contradiction\n",
  };
  const texts = async (task: string) => {
    const { rows } = (await read(task, files)).rows;
    return Object.fromEntries(
      Object.entries(rows).map(([set, all]) => [set, all?.map((e) => (e.kind === "pair" ? e.first : ""))]),
    );
  };

  it("tests MEDIQA-NLI on the shared task's pairs alone, and leaves all of MedNLI to learn from", async () => {
    expect(await texts("mediqa-nli")).toEqual({ full: ["He is c.", "He is a."], dev: ["He is b."], test: ["He is d."] });
  });

  it("learns from a training set that bears the shared task's name", async () => {
    const { rows } = (
      await read("mediqa-nli", { "mediqa_train.jsonl": row("t", "neutral"), "mli_test_v1.jsonl": row("c", "entailment") })
    ).rows;
    expect([rows.full?.length, rows.test?.length]).toEqual([1, 1]);
  });

  it("leaves the shared task's pairs out of MedNLI, and says so", async () => {
    expect(await texts("mednli")).toEqual({ full: ["He is a."], dev: ["He is b."], test: ["He is c."] });
    expect((await read("mednli", files)).rows.remarks.join()).toContain("it is the test set of MEDIQA-NLI");
  });
});

describe("rows of JSON", () => {
  it("keep types apart that a hyphen tells apart", async () => {
    const { task: both } = readTaskJson(
      { name: "Drugs", family: "ner", labels: [{ name: "co-drug" }, { name: "co drug" }] },
      "task.json",
    );
    const doccano = JSON.stringify({
      text: "Rash after zolmine.",
      label: [
        [0, 4, "co drug"],
        [11, 18, "co-drug"],
      ],
    });
    const { rows } = await read(both, { "a.jsonl": doccano });
    expect(rows.rows.pool).toMatchObject([{ spans: [{ label: "co drug" }, { label: "co-drug" }] }]);
  });

  it("have ends of a relation in either order", async () => {
    const ends = { head: { end: 7, start: 0 }, tail: { end: 18, start: 14 } };
    const line = JSON.stringify({ text: "Zolmine eases rash.", ...ends, label: "induce" });
    expect((await read("cdr", { "train.jsonl": line })).rows.rows.full).toMatchObject([
      { head: { start: 0 }, tail: { start: 14 } },
    ]);
  });

  it.each([
    { O: 0, "B-Disease": 1 },
    { 0: "O", 1: "B-Disease" },
  ])("have tags by the numbers of %j", async (names) => {
    const line = JSON.stringify({ tokens: ["rash", "."], ner_tags: [1, 0] });
    const { rows } = await read("bc5cdr-disease", { "train.jsonl": line, "label.json": JSON.stringify(names) });
    expect(rows.rows.full).toMatchObject([{ spans: [{ start: 0, end: 4, label: "Disease" }] }]);
  });
});

it("takes a HealthVer row without an id for one of its own", async () => {
  const csv =
    "id,evidence,claim,question,label,topic_ip,split\n,It helps.,It works.,q,Supports,1,test\n,It harms.,It works.,q,Refutes,1,test\n";
  expect((await read("healthver", { "test.csv": csv })).rows.rows.test).toHaveLength(2);
});

it("unquotes cells of a table with tabs as pandas writes them", async () => {
  const tsv = 'sentence\tlabel\n"The ""late"" @GENE$ causes @DISEASE$."\t1\nA @GENE$ in @DISEASE$.\t0\n';
  const { rows } = await read("gad", { "train.tsv": tsv });
  expect(rows.rows.full?.map((e) => (e.kind === "relation" ? e.text : ""))).toEqual([
    'The "late" @GENE$ causes @DISEASE$.',
    "A @GENE$ in @DISEASE$.",
  ]);
});
