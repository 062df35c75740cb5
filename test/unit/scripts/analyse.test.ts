// npm run analyse: arguments, formats, and sentences for what is wrong. The whole way is tried where the model is there.

import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { main } from "../../../scripts/analyse.ts";
import { readSet } from "../../../scripts/analyse-files.ts";
import { modelsFolder } from "../../../scripts/models-folder.ts";

const folder = mkdtempSync(join(tmpdir(), "clinfuse-analyse-"));
const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const jsonl = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).join("\n");

describe("reading", () => {
  it("takes a column of texts, two of a pair, lines, and a task's own files", async () => {
    const texts = file("texts.csv", 'id,text\n1,"Fever, and cough"\n2,Gout\n');
    expect((await readSet(texts, undefined)).texts).toEqual(["Fever, and cough", "Gout"]);
    const one = file("one.csv", 'text\r\n"Fever, and ""cough"""\r\n"Two\nlines"\r\nGout\r\n');
    expect((await readSet(one, undefined)).texts).toEqual(['Fever, and "cough"', "Two\nlines", "Gout"]);
    const pairs = file("pairs.jsonl", jsonl([{ text_a: "Is it gout?", text_b: "Have I gout?", label: "equivalent" }]));
    expect((await readSet(pairs, undefined)).texts).toEqual(["Is it gout? Have I gout?"]);
    expect((await readSet(file("lines.txt", "one\n\ntwo\n"), undefined)).texts).toEqual(["one", "two"]);
    const tagged = file("tagged.jsonl", jsonl([{ tokens: ["Severe", "gout", "."], spans: [[1, 1, "Disease"]] }]));
    expect(await readSet(tagged, "bc5cdr-disease")).toMatchObject({
      texts: ["Severe gout ."],
      marked: [["gout"]],
      name: "tagged",
    });
    expect((await readSet(tagged, undefined)).marked).toEqual([["gout"]]);
  });

  it("takes the format of a task of one's own by its file", async () => {
    const own = file("side.json", JSON.stringify({ name: "Side", family: "ner", labels: [{ name: "adverse event" }] }));
    const rows = file(
      "side.jsonl",
      jsonl([
        { tokens: ["A", "rash", "came", "."], spans: [[1, 1, "adverse_event"]] },
        { tokens: ["Well", "."], spans: [] },
      ]),
    );
    expect(await readSet(rows, own)).toMatchObject({ texts: ["A rash came .", "Well ."], marked: [["rash"], []] });
  });

  it("calls a folder without files empty, with a task and without one", async () => {
    mkdirSync(join(folder, "empty"));
    for (const task of [undefined, "mqp"]) await expect(readSet(join(folder, "empty"), task)).rejects.toThrow(/empty folder/);
  });
});

describe("documents that several tasks can read", () => {
  const document = (id: number, title: string, abstract: string, ...marks: readonly string[]) =>
    [`${id}|t|${title}`, `${id}|a|${abstract}`, ...marks.map((mark) => `${id}\t${mark}`)].join("\n");

  it("are sentences, each once, with the names of every type", async () => {
    const marks = ["0\t4\tGout\tDisease\tD1", "10\t20\tallopurine\tChemical\tD2", "25\t29\trash\tDisease\tD3", "CID\tD2\tD3"];
    const path = file("documents.txt", `${document(1, "Gout took allopurine for rash.", "Nobody fell ill.", ...marks)}\n\n`);
    expect(await readSet(path, undefined)).toMatchObject({
      texts: ["Gout took allopurine for rash.", "Nobody fell ill."],
      marked: [["Gout", "allopurine", "rash"], []],
      as: "bc5cdr-disease and bc5cdr-chemical",
    });
    expect((await readSet(path, "cdr")).texts).toHaveLength(2); // a pair each
  });
});

describe("rows of a table", () => {
  it("leaves out those without text, and says how many", async () => {
    const some = file("some.csv", "id,text\n1,Gout\n2,\n3,\u200b\n");
    expect(await readSet(some, undefined)).toMatchObject({
      texts: ["Gout"],
      marked: [[]],
      as: expect.stringContaining("2 rows"),
    });
    await expect(readSet(file("blank.csv", "id,text\n1,\n2, \n"), undefined)).rejects.toThrow(/holds no text/);
  });

  it("takes a task's table without a header, whose first row says a word twice", async () => {
    const bare = file("pairs-bare.csv", "0,Is it gout?,Have I gout?,0\n1,Is it asthma?,Have I asthma?,1\n");
    expect((await readSet(bare, undefined)).texts).toEqual(["Is it gout? Have I gout?", "Is it asthma? Have I asthma?"]);
  });
});

describe("the command", () => {
  const run = async (...args: string[]) => {
    const printed: string[] = [];
    const code = await main(
      args,
      (line) => printed.push(line),
      () => undefined,
    );
    return { code, last: JSON.parse(printed.at(-1) as string) };
  };

  it("refuses a folder for results that is a file before it reads anything", async () => {
    const taken = file("taken", "x");
    for (const out of [taken, join(taken, "inside")]) {
      await expect(run("--real", "x", "--synthetic", "x", "--out", out)).rejects.toThrow(
        /--out takes a folder.*a file has this name/,
      );
    }
  });

  it("refuses a folder that is no graph before it reads anything", async () => {
    await expect(run("--real", "x", "--synthetic", "x", "--graph", join(folder, "no-graph"))).rejects.toThrow(
      /--graph: there is no nodes\.tsv/,
    );
  });

  it("names what is missing or wrong", async () => {
    await expect(run("--real", "x")).rejects.toThrow(/--synthetic is missing/);
    await expect(run("--synthetic", "x")).rejects.toThrow(/--real is missing/);
    const absent = await run("--real", join(folder, "absent.csv"), "--synthetic", join(folder, "absent.csv"));
    expect(absent).toMatchObject({ code: 1, last: { error: { code: "file-missing" } } });
    const broken = file("broken.jsonl", '{"text": "a"}\n{"text": \n');
    expect(await run("--real", broken, "--synthetic", broken)).toMatchObject({
      code: 1,
      last: { error: { code: "file-malformed", line: 2 } },
    });
    expect(await run("--real", broken, "--synthetic", broken, "--task", "nonsense")).toMatchObject({ code: 1 });
  });

  it.skipIf(!existsSync(join(modelsFolder, "all-minilm-l6-v2", "model.safetensors")))(
    "measures sets, one of a single text, and finds a copy",
    async () => {
      const names = ["asthma", "gout", "migraine", "anaemia", "sepsis", "eczema", "angina", "malaria"];
      const real = file(
        "real.txt",
        names.map((name, i) => `Patient ${i} came to ward ${i % 3} because of ${name} and was kept there.`).join("\n"),
      );
      const copies = file(
        "copies.txt",
        `Patient 2 came to ward 2 because of migraine and was kept there.\nThe weather was fine.`,
      );
      const one = file("one.txt", "Severe gout.");
      const { code, last } = await run("--real", real, "--synthetic", copies, "--synthetic", one);
      expect(code).toBe(0);
      expect(Object.keys(last)).toEqual(
        expect.arrayContaining(["n", "cmd", "aps", "nearest", "entities", "distinct", "leakage", "intervals"]),
      );
      expect(last.n).toEqual({ real: 8, copies: 2, one: 1 });
      expect(last.nearest.copies).toBeGreaterThan(0.5);
      expect(last.leakage.copies).toMatchObject({ longest: 13, verbatim: 1 });
      expect(last.leakage.copies.nearest).toBeCloseTo(1, 4);
      expect(last.intervals.cmd.one).toBeNull();
      expect([last.aps.one, last.self_bleu.one]).toEqual([null, null]);
      expect(last.nearest.one).toBeTypeOf("number");
      expect(last.remarks).toEqual([
        "One text has no pair: no aps and self_bleu of one (1).",
        "An interval wants 10 texts of each set that it is about: real (8), copies (2), one (1).",
        "Copies are judged by 19 held-out real texts or more, and there are 8: no copied, share and p.",
      ]);
      expect(JSON.stringify(last)).not.toMatch(/NaN|Infinity/);
    },
    60_000,
  );
});
