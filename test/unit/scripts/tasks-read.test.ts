// The line that reading a data set on the command line ends with.

import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readTask } from "../../../scripts/tasks-read.ts";

const fixture = (...path: string[]): string => join(import.meta.dirname, "../../fixtures/formats", ...path);

it("counts rows of the corpus's own sets, spans and remarks", async () => {
  expect(await readTask("bc5cdr-disease", [fixture("pubtator/good/bc5cdr-disease")])).toMatchObject({
    task: "bc5cdr-disease",
    format: "pubtator",
    train: 3,
    dev: 0,
    test: 3,
    labels: { Disease: 6 },
    spans: 6,
    remarks: expect.arrayContaining([expect.stringContaining("cut into sentences"), expect.stringContaining("type Chemical")]),
  });
});

it("takes single files, and counts every row of a corpus without sets", async () => {
  expect(await readTask("mqp", [fixture("mqp/good/as-published/mqp.csv")])).toEqual({
    task: "mqp",
    format: "mqp",
    train: 0,
    dev: 0,
    test: 2,
    labels: { not_equivalent: 1, equivalent: 1 },
    spans: 0,
    remarks: expect.arrayContaining([expect.stringContaining("A run needs more")]),
  });
  const files = ["training.abstracts.txt", "training.annotations.txt"].map((name) => fixture("chemdner/good/as-published", name));
  expect(await readTask("chemdner", files)).toMatchObject({ format: "chemdner", train: 5, test: 0, spans: 2 });
});

it("takes the file of a task of one's own", async () => {
  const folder = mkdtempSync(join(tmpdir(), "clinfuse-own-"));
  const own = join(folder, "urgency.json");
  const labels = [{ name: "urgent" }, { name: "routine" }];
  writeFileSync(own, JSON.stringify({ name: "Urgency", family: "classification", labels }));
  const rows = join(folder, "test.jsonl");
  writeFileSync(rows, '{"text": "My chest hurts.", "labels": ["urgent"]}\n{"text": "A form to sign.", "labels": ["routine"]}\n');
  expect(await readTask(own, [rows])).toMatchObject({ task: "urgency", test: 2, labels: { urgent: 1, routine: 1 } });
  writeFileSync(own, JSON.stringify({ name: "Urgency", family: "classification" }));
  expect(await readTask(own, [rows])).toMatchObject({ error: { file: "urgency.json" } });
});

it.each([
  ["an unknown task", "bc5", ["mqp/good/as-published"], "not-found", /no task "bc5"/],
  ["a missing path", "mqp", ["nowhere"], "file-missing", /no file or folder/],
  ["no path", "mqp", [], "file-missing", /no file or folder is named/],
  ["several formats", "bc5cdr-disease", ["choice/broken/several-formats"], "format-several", /several formats/],
  ["files of another task", "mqp", ["hoc/good/as-published"], "format-unfit", /HoC's folders/],
] as const)("says in words what is wrong: %s", async (_, task, paths, code, says) => {
  const { error } = (await readTask(
    task,
    paths.map((path) => fixture(path)),
  )) as { error: object };
  expect(error).toMatchObject({ code, message: expect.stringMatching(says) });
  expect(Object.keys(error)).toEqual(["code", "message", "file", "line"]);
});

it("tells rows that stand in two sets, and those of no set, also where a run could not be drawn", async () => {
  const folder = mkdtempSync(join(tmpdir(), "read-sets-"));
  const row = (first: string, label: number): string => `1,${first},Does it?,${label}\n`;
  writeFileSync(join(folder, "train.csv"), row("Is it?", 1) + row("Was it?", 0));
  writeFileSync(join(folder, "test.csv"), row("Is it?", 1) + row("Is it?", 0));
  writeFileSync(join(folder, "sample.csv"), row("Will it?", 1));
  const read = (await readTask("mqp", [folder])) as { remarks: readonly string[] };
  expect(read).toMatchObject({ train: 2, dev: 0, test: 2 });
  expect(read.remarks).toEqual([
    expect.stringContaining("A run needs more"),
    expect.stringContaining("2 of 2 test rows are training rows, 1 of them with another label there"),
    expect.stringContaining("1 of 2 test rows contradicts an earlier one"),
    "sample.csv holds 1 more row, not counted here.",
  ]);
});

it("names the folder where the fault is no one file's", async () => {
  const folder = fixture("choice/broken/several-formats");
  expect(await readTask("bc5cdr-disease", [folder])).toMatchObject({ error: { code: "format-several", file: folder } });
  const empty = mkdtempSync(join(tmpdir(), "clinfuse-read-"));
  expect(await readTask("mqp", [empty])).toMatchObject({ error: { code: "file-missing", file: empty } });
});

it("names file and line of a fault", async () => {
  expect(await readTask("healthver", [fixture("healthver/broken/unknown-label")])).toMatchObject({
    error: { code: "unknown-label", file: "healthver_test.csv", line: 4 },
  });
});

describe("names on the command line", () => {
  const folder = mkdtempSync(join(tmpdir(), "read-"));
  const row = "1,Is it?,Does it?,1\n";
  writeFileSync(join(folder, "mqp.csv"), row);
  mkdirSync(join(folder, "linked"));
  writeFileSync(join(folder, "linked/mqp.csv"), row);
  symlinkSync("nowhere", join(folder, "linked/train.csv"));
  mkdirSync(join(folder, "deep/1/2/3/4/5/6/7/8/9"), { recursive: true });
  const at = (...path: string[]): string => join(folder, ...path);

  it("reads a file that is named twice once", async () => {
    expect(await readTask("mqp", [at("mqp.csv"), at("mqp.csv")])).toMatchObject({ test: 1 });
  });

  it.each([
    ["an empty name", "", "file-missing", "the name of a file or folder is empty"],
    ["a link to nothing in a folder", at("linked"), "file-missing", `a link leads nowhere: ${at("linked/train.csv")}`],
    ["folders too deep", at("deep"), "file-too-large", "folders deep"],
  ])("says which is wrong: %s", async (_, path, code, says) => {
    expect(await readTask("mqp", [path])).toMatchObject({ error: { code, message: expect.stringContaining(says) } });
  });

  it("says that too few rows are left to test on", async () => {
    const few = at("few.csv");
    writeFileSync(few, Array.from({ length: 20 }, (_, i) => `${i},Is it ${i}?,Does it?,${i % 2}\n`).join(""));
    const read = await readTask("mqp", [few]);
    expect(read).toMatchObject({ train: 0, dev: 0, test: 20, remarks: [expect.stringContaining("still have a row to test on")] });
  });
});
