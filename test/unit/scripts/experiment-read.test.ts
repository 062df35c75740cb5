// Faults of an experiment's file and of the data that it names, before any cell runs: code, file and line, in words.

import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { faultOf } from "../../../scripts/command.ts";
import { checkData, readExperiment } from "../../../scripts/experiment-read.ts";
import type { Manifest } from "../../../src/models/manifest.ts";

const manifest = {
  models: [
    { id: "all-minilm-l6-v2", kind: "encoder", name: "m", files: [] },
    { id: "smollm2-135m-instruct", kind: "language-model", name: "s", files: [] },
  ],
} as unknown as Manifest;
const folder = mkdtempSync(join(tmpdir(), "clinfuse-experiment-"));

function put(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, content);
  return path;
}

const whole = { tasks: ["mqp"], sources: ["none"], seeds: [1], size: 5 };
const plan = (change: object) => put("plan.json", JSON.stringify({ ...whole, ...change }));

function faultIn(path: string) {
  try {
    readExperiment(path, manifest);
  } catch (error) {
    return faultOf(error, "failed");
  }
  return undefined;
}

describe("a file at fault has a code, its name and its line", () => {
  const latin = Buffer.from(JSON.stringify({ ...whole, engine: "café" }, null, 1), "latin1");
  it.each([
    ["a wrong field", () => plan({ sizes: 5 }), "file-malformed", null, /sizes is no field/],
    ["a missing field", () => plan({ size: undefined }), "file-malformed", null, /has no "size"/],
    ["a folder that is not there", () => plan({ tasks: [{ id: "mqp", data: "nowhere" }] }), "file-malformed", null, /no folder/],
    ["broken JSON", () => put("plan.json", '{\n "tasks": ["mqp"],\n "size" 5 }'), "file-malformed", 3, /line 3: not JSON/],
    ["JSON that is cut off", () => put("plan.json", '{"tasks": ["mqp"'), "file-malformed", 1, /it is cut off/],
    ["Latin-1", () => put("plan.json", latin), "file-malformed", 12, /line 12: not UTF-8 text/],
    ["UTF-16", () => put("plan.json", Buffer.from(`\ufeff{"tasks": []}`, "utf16le")), "file-malformed", null, /UTF-16/],
    ["UTF-16 without a mark", () => put("plan.json", Buffer.from('{"tasks": []}', "utf16le")), "file-malformed", null, /UTF-16/],
    ["no file", () => join(folder, "none.json"), "file-missing", null, /there is no file/],
    ["a folder", () => folder, "file-malformed", null, /is a folder/],
  ] as const)("%s", (_, write, code, line, says) => {
    const path = write();
    expect(faultIn(path)).toEqual({ code, file: path, line, message: expect.stringMatching(says) });
  });

  it("but a byte order mark is none", () => {
    expect(faultIn(put("plan.json", `\ufeff${JSON.stringify(whole)}`))).toBeUndefined();
  });
});

const pairs = (n: number) =>
  Array.from({ length: n }, (_, i) => JSON.stringify({ _id: i % 2, text_a: `Is it ${i}?`, text_b: `Was it ${i}?` })).join("\n");

describe("data", () => {
  it("are all read before the first cell: each fault is told, and the first one has code, file and line", async () => {
    put("good/train_few.jsonl", pairs(10));
    put("good/dev_few.jsonl", pairs(12).split("\n").slice(10).join("\n"));
    put("good/test.jsonl", pairs(20).split("\n").slice(12).join("\n"));
    put("broken/train_few.jsonl", `${pairs(2)}\n{"_id": 0, "text_a": "x"`);
    put("broken/test.jsonl", pairs(4));
    put("empty/test.jsonl", "");
    const data = ["good", "broken", "empty"].map((name) => ({ id: "mqp", data: name }));
    const { cells } = readExperiment(plan({ tasks: data, seeds: [1, 2] }), manifest);
    expect(cells).toHaveLength(6);
    const told: string[] = [];
    const fault = await checkData(cells, (line) => told.push(line)).catch((error: unknown) => faultOf(error));
    expect(fault).toMatchObject({ code: "file-malformed", file: "broken/train_few.jsonl", line: 3 });
    expect(told).toHaveLength(2);
    expect(told.map((line) => /\((\w+)\)/.exec(line)?.[1])).toEqual(["broken", "empty"]);
    const good = cells.filter((cell) => cell.data.source === "good");
    const remarks = await checkData(good, (line) => told.push(line));
    expect(remarks.join(" ")).not.toContain("UTF-8");
  });

  it("in an encoding of their own are told once, with the task and the folder", async () => {
    const rows = Array.from({ length: 40 }, (_, i) => `${i},Is the pain in café ${i}?,Was it ${i}?,${i % 2}`);
    put("odd/mqp.csv", Buffer.from(rows.join("\n"), "latin1"));
    const { cells } = readExperiment(plan({ tasks: [{ id: "mqp", data: "odd" }], seeds: [1, 2] }), manifest);
    const remarks = (await checkData(cells, () => undefined)).filter((line) => line.includes("UTF-8"));
    expect(remarks).toEqual([expect.stringMatching(/^MQP \(odd\): 40 lines of mqp\.csv .* Windows-1252/)]);
  });

  it("of no format that fits are a fault of their field", () => {
    put("strange/notes.json", JSON.stringify({ tasks: ["mqp"] }));
    const fault = faultIn(plan({ tasks: [{ id: "mqp", data: "strange" }] }));
    expect(fault).toMatchObject({ code: "format-unknown", message: expect.stringMatching(/^plan\.json: tasks\[0\]\.data: /) });
  });

  it("of the sample, which has no more training rows, are a fault before the first cell too, told once", async () => {
    const { cells } = readExperiment(plan({ tasks: ["mqp"], sources: ["gold", "none"], seeds: [1, 2] }), manifest);
    const told: string[] = [];
    const fault = await checkData(cells, (line) => told.push(line)).catch((error: unknown) => faultOf(error));
    expect(fault).toMatchObject({ code: "not-enough-examples", message: expect.stringContaining("the sample has none") });
    expect(told).toHaveLength(1);
  });

  it("without the training rows that a source takes are a fault of the file too", async () => {
    const { cells } = readExperiment(plan({ tasks: [{ id: "mqp", data: "good" }], sources: ["gold"] }), manifest);
    const fault = await checkData(cells, () => undefined).catch((error: unknown) => faultOf(error));
    expect(fault).toMatchObject({ code: "not-enough-examples", message: expect.stringContaining("training rows") });
  });
});
