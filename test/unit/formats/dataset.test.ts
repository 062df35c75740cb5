// A folder as a dataset: its sets, those that are drawn, and what it says of rows that make the scores say something else.

import { describe, expect, it } from "vitest";
import { rng } from "../../../src/base/rng.ts";
import { readDataset } from "../../../src/formats/dataset.ts";
import { bc5cdrDisease } from "../../../src/tasks/bc5cdr-disease.ts";
import { tasks } from "../../../src/tasks/catalogue.ts";
import { mqp } from "../../../src/tasks/mqp.ts";

const row = (i: number) => JSON.stringify({ _id: i % 2, text_a: `question ${i}?`, text_b: `other ${i}?` });
const rows = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => row(from + i)).join("\n");
const keys = (examples: readonly { first: string }[]) => examples.map((e) => e.first);
const labels = "not_equivalent\nequivalent\n";
const tree = (files: Record<string, string | Uint8Array<ArrayBuffer>>) =>
  new Map(Object.entries(files).map(([name, content]) => [name, new Blob([content])]));
const read = (files: Record<string, string | Uint8Array<ArrayBuffer>>, seed = 1) =>
  readDataset(mqp, tree({ "label.txt": labels, ...files }), rng("x", seed));

describe("readDataset", () => {
  it("takes the three files as they are", async () => {
    const data = await read({ "train_few.jsonl": rows(0, 10), "dev_few.jsonl": rows(10, 20), "test.jsonl": rows(20, 50) });
    expect([data.train.length, data.validation.length, data.test.length, data.remarks]).toEqual([10, 10, 30, []]);
  });

  it("draws a missing validation set from rows outside training and test, five per label, the same for the same seed", async () => {
    const files = { "train_few.jsonl": rows(0, 10), "test.jsonl": rows(20, 50), "all.jsonl": rows(0, 50) };
    const data = await read(files);
    expect(new Set(keys(data.validation))).toEqual(new Set(Array.from({ length: 10 }, (_, i) => `question ${i + 10}?`)));
    expect(data.test).toHaveLength(30);
    expect(data.remarks).toEqual([expect.stringMatching(/dev_few\.jsonl is missing: 10 examples/)]);
    expect(await read(files)).toEqual(data);
  });

  it("takes from the test set at last, and leaves those rows out of it", async () => {
    const data = await read({ "train_few.jsonl": rows(0, 10), "test.jsonl": rows(20, 50) });
    expect(data.test).toHaveLength(20);
    expect(keys(data.test).filter((k) => keys(data.validation).includes(k))).toEqual([]);
    expect(data.validation.filter((e) => e.label === "equivalent")).toHaveLength(5);
  });

  it("draws no pair that has a training pair's text, be it from the test set, unless there is no other", async () => {
    const mirror = (i: number) => JSON.stringify({ _id: 1 - (i % 2), text_a: `Question ${i}?`, text_b: `another ${i}?` });
    const mirrors = Array.from({ length: 10 }, (_, i) => mirror(i)).join("\n");
    const files = { "train_few.jsonl": rows(0, 10), "all.jsonl": mirrors };
    const data = await read({ ...files, "test.jsonl": rows(20, 50) });
    expect(data.validation.filter(({ first }) => data.train.some((e) => e.first === first.toLowerCase()))).toEqual([]);
    expect([data.validation.length, data.test.length]).toEqual([10, 20]);
    expect(data.remarks).toEqual([expect.stringMatching(/^dev_few\.jsonl is missing: 10 examples were drawn from test\.jsonl/)]);

    const without = await read({ ...files, "test.jsonl": rows(20, 24) });
    expect(keys(without.validation).toSorted()).toEqual(Array.from({ length: 10 }, (_, i) => `Question ${i}?`));
    expect(without.test).toHaveLength(4);
    expect(without.remarks.join("\n")).toMatch(/10 of 10 validation rows share a text with a training row of another label/);
  });

  it("draws no training row that is a validation row or has a text of one, and counts those", async () => {
    const half = (i: number) => JSON.stringify({ _id: i % 2, text_a: `question ${i}?`, text_b: `third ${i}?` });
    const files = { "dev_few.jsonl": rows(10, 20), "test.jsonl": rows(40, 60) };
    const pool = [rows(10, 20), ...[10, 11, 12].map(half), rows(0, 10)].join("\n");
    const data = await read({ ...files, "train.jsonl": pool });
    expect(keys(data.train).toSorted()).toEqual(Array.from({ length: 10 }, (_, i) => `question ${i}?`));
    expect(data.remarks).toEqual([
      "train_few.jsonl is missing: 10 examples were drawn from the folder's rows outside the test set; 13 rows that share a text with the validation set were passed over.",
    ]);
  });

  it("leaves no copy of a row that it took from the test set there", async () => {
    const [once, twice] = [rows(20, 50), rows(20, 50).replaceAll("question", "Question ")];
    const data = await read({ "train_few.jsonl": rows(0, 10), "test.jsonl": `${once}\n${twice}` });
    const plain = (examples: readonly { first: string }[]) => keys(examples).map((k) => k.toLowerCase().replace(/ +/, " "));
    expect(plain(data.test).filter((k) => plain(data.validation).includes(k))).toEqual([]);
    expect(data.remarks[0]).toMatch(
      /10 examples were drawn from test\.jsonl and left out of the test set, with \d+ cop(y|ies) of them\.$/,
    );
  });

  it("has the real rows beyond the three sets in an order by seed: a share of a file that is sorted by label holds each label", async () => {
    const of = (label: number) => Array.from({ length: 60 }, (_, i) => row(100 + 2 * i + label));
    const files = {
      ...{ "train_few.jsonl": rows(0, 10), "dev_few.jsonl": rows(10, 20), "test.jsonl": rows(20, 50) },
      "train.jsonl": [...of(0), ...of(1), rows(0, 10)].join("\n"),
    };
    const [gold, same, other] = [await read(files), await read(files), await read(files, 2)].map((data) => data.gold ?? []);
    expect(keys(gold!).toSorted()).toEqual(Array.from({ length: 120 }, (_, i) => `question ${i + 100}?`).toSorted());
    expect(new Set(gold!.slice(0, 12).map(({ label }) => label))).toEqual(new Set(["equivalent", "not_equivalent"]));
    expect(same).toEqual(gold);
    expect(keys(other!)).not.toEqual(keys(gold!));
    expect(keys(other!).toSorted()).toEqual(keys(gold!).toSorted());
  });

  it("says which file is missing, and which label has too few", async () => {
    await expect(read({})).rejects.toThrow(/no test\.jsonl/);
    await expect(read({ "test.jsonl": rows(0, 4) })).rejects.toThrow(/fewer than 5/);
  });

  it("says how it counted labels where label.txt is missing", async () => {
    const files = { "train_few.jsonl": rows(0, 10), "dev_few.jsonl": rows(10, 20), "test.jsonl": rows(20, 50) };
    const { remarks } = await readDataset(mqp, tree(files), rng("x"));
    expect(remarks).toEqual([expect.stringMatching(/^label\.txt is missing: .* not_equivalent, equivalent, in this order/)]);
  });
});

describe("text that is no UTF-8", () => {
  const bytes = (text: string, of: (code: number) => number[]) => Uint8Array.from([...text].flatMap((c) => of(c.charCodeAt(0))));
  const good = { "train_few.jsonl": rows(0, 10), "dev_few.jsonl": rows(10, 20) };

  it.each([
    [
      "Latin-1",
      bytes(`${row(1)}\n${row(2).replace("question", "Sj\u00f6gren")}`, (c) => [c]),
      /test\.jsonl, line 2: not UTF-8 text/,
    ],
    ["UTF-16", bytes(row(1), (c) => [c & 255, c >> 8]), /test\.jsonl: not UTF-8 text but UTF-16/],
    ["a gzip file", Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0), /test\.jsonl: not UTF-8 text but gzip/],
  ] as [string, Uint8Array<ArrayBuffer>, RegExp][])("is refused by file and named: %s", async (_, content, says) => {
    await expect(read({ ...good, "test.jsonl": content })).rejects.toMatchObject({
      code: "file-malformed",
      message: expect.stringMatching(says),
      place: { file: "test.jsonl" },
    });
  });

  it("is refused in label.txt too", async () => {
    const files = { ...good, "test.jsonl": rows(20, 30), "label.txt": bytes("\uFEFFequivalent", (c) => [c & 255, c >> 8]) };
    await expect(read(files)).rejects.toThrow(/label\.txt: not UTF-8 text but UTF-16/);
  });
});

describe("remarks on the rows", () => {
  const good = { "train_few.jsonl": rows(0, 10), "dev_few.jsonl": rows(10, 20) };
  const remarksOf = async (files: Record<string, string>) =>
    (await read({ ...good, "test.jsonl": rows(20, 30), ...files })).remarks;

  it("count test rows that are training or validation rows, also in another case or spacing", async () => {
    const shouted = row(12).replace("question 12", "QUESTION\\t 12");
    const remarks = await remarksOf({ "test.jsonl": [rows(5, 10), rows(20, 24), shouted].join("\n") });
    expect(remarks).toEqual([
      expect.stringMatching(/^5 of 10 test rows are training rows: /),
      expect.stringMatching(/^1 of 10 test rows is a validation row: /),
    ]);
  });

  it("count those that have another label there", async () => {
    const other = row(4).replace('"_id":0', '"_id":1');
    const remarks = await remarksOf({ "test.jsonl": [rows(20, 28), row(5), other].join("\n") });
    expect(remarks).toEqual([
      expect.stringMatching(/^2 of 10 test rows are training rows, 1 of them with another label there: /),
    ]);
  });

  it("count validation rows that are training rows", async () => {
    expect(await remarksOf({ "dev_few.jsonl": rows(8, 18) })).toEqual([
      expect.stringMatching(/^2 of 10 validation rows are training rows: /),
    ]);
  });

  it("count validation rows that share a text with training rows of other labels alone", async () => {
    const half = (i: number, label: number) => JSON.stringify({ _id: label, text_a: `question ${i}?`, text_b: `new ${i}?` });
    const remarks = await remarksOf({ "dev_few.jsonl": [half(0, 1), half(1, 1), half(2, 1), rows(13, 20)].join("\n") });
    expect(remarks).toEqual([
      expect.stringMatching(/^2 of 10 validation rows share a text with a training row of another label: /),
    ]);
  });

  it("count rows that repeat or contradict an earlier one, in each set", async () => {
    const other = row(24).replace('"_id":0', '"_id":1');
    expect(await remarksOf({ "test.jsonl": [rows(20, 30), row(21), row(22), other].join("\n") })).toEqual([
      expect.stringMatching(/^2 of 13 test rows repeat an earlier one\.$/),
      expect.stringMatching(/^1 of 13 test rows contradicts an earlier one/),
    ]);
    expect((await remarksOf({ "train_few.jsonl": [rows(0, 10), row(3)].join("\n") })).join()).toMatch(
      /1 of 11 training rows repeats/,
    );
  });

  it("name labels without an example, in each set", async () => {
    const only = (from: number) => [from, from + 2, from + 4].map(row).join("\n");
    expect(await remarksOf({ "train_few.jsonl": only(0), "dev_few.jsonl": only(10), "test.jsonl": only(20) })).toEqual([
      expect.stringMatching(/^No training row carries the label "equivalent": /),
      expect.stringMatching(/^No validation row carries the label "equivalent": /),
      expect.stringMatching(/^No test row carries the label "equivalent": /),
    ]);
  });

  it("are told with the format's own", async () => {
    const tokens = (word: string, spans: unknown[]) => JSON.stringify({ tokens: [word, "fever"], spans });
    const files = tree({
      "train_few.jsonl": tokens("a", [
        [0, 0, "Disease"],
        [0, 0, "Disease"],
      ]),
      "dev_few.jsonl": tokens("b", [[1, 1, "Disease"]]),
      "test.jsonl": tokens("a", [[0, 0, "Disease"]]),
    });
    expect((await readDataset(bc5cdrDisease, files, rng("x"))).remarks).toEqual([
      "1 span of train_few.jsonl stands twice in one row and was counted once.",
      expect.stringMatching(/^1 of 1 test rows is a training row: /),
    ]);
  });
});

describe.each(tasks.map((t) => [t.id, t] as const))("task %s", (_, task) => {
  it("has labels told apart, and a description for each", () => {
    expect(new Set(task.labels.map((l) => l.id)).size).toBe(task.labels.length);
    for (const label of task.labels) expect(label.description.length).toBeGreaterThan(10);
  });
});
