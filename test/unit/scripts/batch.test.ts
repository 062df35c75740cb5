// npm run batch from end to end: a small server that speaks /v1/chat/completions, and a runner that does what `vllm run-batch` does.

import { existsSync, linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FeedbackGiver } from "../../../scripts/batch-feedback.ts";
import { readJsonl } from "../../../src/formats/clingen.ts";
import { taskById } from "../../../src/tasks/catalogue.ts";
import { mqp } from "../../../src/tasks/mqp.ts";
import {
  toTheEnd as answeredFrom,
  batch,
  batchBy,
  type ChatServer,
  cellFileIn,
  chatServer,
  type Printed,
  runBatch as run,
} from "./batch-server.ts";

const samples = join(import.meta.dirname, "../../../public/samples");
let server: ChatServer;
let folder = "";

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "clinfuse-batch-"));
  server = await chatServer();
});

afterAll(async () => {
  rmSync(folder, { recursive: true });
  await server.close();
});

const runBatch = (input: string, output: string) => run(server.url, input, output);
const toTheEnd = (at: string, first: Printed) => answeredFrom(server.url, at, first);

const cellFile = (name: string, cell: object) => cellFileIn(folder, name, cell);

const products = (at: string) =>
  ["dataset.jsonl", "log.jsonl", "received.jsonl"].map((name) => readFileSync(join(at, name), "utf8"));

describe("npm run batch", () => {
  it.each([
    ["bc5cdr-disease", "clingen", 8, 1],
    ["mqp", "clingen", 8, 2],
    ["cdr", "zerogen", 6, 1],
  ])("takes %s by %s to its data set", async (task, source, size, turns) => {
    const at = join(folder, `${task}-${source}`);
    const first = await batch("--out", at, cellFile(`${task}-cell`, { task, source, seed: 1, size, model: "org/model" }));
    expect(first).toMatchObject({ code: 0, last: { turn: 1, asked: 2 * size, answered: 0, next: "turn-1.jsonl", missing: [] } });
    const { end, turns: ran } = await toTheEnd(at, first);
    expect(ran.length).toBeGreaterThanOrEqual(turns);
    expect(end.last).toMatchObject({
      accepted: size,
      missing: [],
      failed: 0,
      duplicate: 0,
      foreign: 0,
      malformed: 0,
      dataset: "dataset.jsonl",
    });
    const rows = readJsonl(taskById(task), readFileSync(join(at, "dataset.jsonl"), "utf8"), { file: "dataset.jsonl" });
    expect(rows).toHaveLength(size);
    const [head, ...entries] = readFileSync(join(at, "log.jsonl"), "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(head).toMatchObject({ type: "run", config: { task, size, source: { writer: { model: "batch/org/model" } } } });
    const rejected = Object.values(end.last.rejected).reduce((sum, n) => sum + n, 0);
    expect(entries.filter((entry) => entry.type === "accepted" || entry.type === "rejected")).toHaveLength(size + rejected);
  });

  it("asks for styles first where the paper does, all in one file, and then for the texts", async () => {
    const at = join(folder, "styles");
    const first = await batch(
      "--out",
      at,
      cellFile("styles-cell", { task: "mqp", source: "clingen", seed: 2, size: 4, preset: "paper", model: "m" }),
    );
    expect(first.last).toMatchObject({ run: null, asked: 3 });
    const { end, turns } = await toTheEnd(at, first);
    expect(end.last).toMatchObject({ accepted: 4 });
    expect(readFileSync(join(at, "turn-2.jsonl"), "utf8")).toContain("-r0-a000000-t1");
    expect(turns.length).toBeGreaterThanOrEqual(3);
    const styles = new Set(
      readFileSync(join(at, "dataset.jsonl"), "utf8")
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line).style),
    );
    for (const style of styles) expect(["medical journals", "patient forums", "discharge letters"]).toContain(style);
  });

  it("takes ProGen's rounds: chance chooses at first, then an encoder, and a training that fails leaves the batch where it stood", async () => {
    const at = join(folder, "progen");
    const source = { kind: "progen", round: 4, influenceFrom: 10 };
    const first = await batch("--out", at, cellFile("progen-cell", { task: "hoc", source, seed: 1, size: 20, model: "m" }));
    const fails: FeedbackGiver = () => Promise.reject(new Error("no browser"));
    await expect(answeredFrom(server.url, at, first, fails)).rejects.toThrow('"code":"failed","message":"no browser"');
    const barriers: number[] = [];
    const helpful: FeedbackGiver = async ({ data }, { after, accepted }) => {
      barriers.push(after);
      expect(data.validation.length).toBeGreaterThan(0);
      return { after, demonstrations: accepted.slice(-6) };
    };
    const passed = await batchBy(helpful, "--in", at);
    const { next, turn } = passed.last;
    expect([barriers, next]).toEqual([[16], `turn-${turn}.jsonl`]);
    await runBatch(join(at, next as string), join(at, "last.jsonl"));
    const { last } = await batchBy(helpful, "--in", at, join(at, "last.jsonl"));
    expect([last.accepted, last.next, barriers]).toEqual([20, null, [16]]);
    expect(readFileSync(join(at, "log.jsonl"), "utf8").match(/"type":"feedback"/g)).toHaveLength(2);
  });

  it("has the test items answered, and scores the answers", async () => {
    const at = join(folder, "in-context");
    const task = { id: "mqp", test: 7 };
    const first = await batch(
      "--out",
      at,
      cellFile("in-context-cell", { task, source: "in-context", seed: 1, size: 3, model: "m" }),
    );
    expect(first.last).toMatchObject({ asked: 7, size: 7 });
    for (const { body } of readFileSync(join(at, "turn-1.jsonl"), "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line))) {
      expect(body).toMatchObject({ temperature: 0 });
    }
    // Each item answered alike: the accuracy is the label's share.
    const lines = readFileSync(join(at, "turn-1.jsonl"), "utf8").trimEnd().split("\n");
    const choices = [{ message: { content: "equivalent" }, finish_reason: "stop" }];
    const answers = lines.map((line) =>
      JSON.stringify({ custom_id: JSON.parse(line).custom_id, response: { status_code: 200, body: { choices } } }),
    );
    writeFileSync(join(at, "answers-1.jsonl"), answers.join("\n"));
    const { last } = await batch("--in", at, join(at, "answers-1.jsonl"));
    const test = readJsonl(mqp, readFileSync(join(samples, "mqp", "test.jsonl"), "utf8"), {
      file: "test.jsonl",
    }).slice(0, 7);
    const same = test.filter((item) => item.label === "equivalent").length;
    expect(last).toMatchObject({ accepted: 7, next: null, dataset: "predictions.jsonl" });
    expect(last.scores?.values.accuracy).toBeCloseTo(same / 7, 9);
    expect((await batch("--in", at, "--dataset", join(folder, "none"))).last.error?.message).toMatch(/makes predictions/);
  });

  it("takes a task of one's own, from its file", async () => {
    const at = join(folder, "own");
    const row = (text: string, label: string) => ({ text, labels: [label] });
    const examples = {
      train: [row("Chest pain since an hour.", "urgent"), row("A form to sign.", "routine")],
      validation: [row("He fell and lost consciousness.", "urgent")],
      test: [row("Refill of my tablets.", "routine")],
    };
    const task = {
      name: "Urgency",
      family: "classification",
      labels: [{ name: "urgent" }, { name: "routine" }],
      topicList: { every: ["asthma"] },
      examples,
    };
    const cell = cellFile("own-cell", { task: "task.json", source: "clingen", seed: 1, size: 4, model: "m" });
    writeFileSync(join(folder, "own-cell", "task.json"), JSON.stringify(task));
    const { end } = await toTheEnd(at, await batch("--out", at, cell));
    expect(end.last).toMatchObject({ accepted: 4, next: null });
    const made = readFileSync(join(at, "dataset.jsonl"), "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(new Set(made.map(({ label }) => label))).toEqual(new Set(["urgent", "routine"]));
    expect(made.every(({ topic }) => topic === "asthma")).toBe(true);
    expect((await batch("--in", at, "--dataset", join(folder, "own-python"))).code).toBe(0);
    expect(readFileSync(join(folder, "own-python", "README.md"), "utf8")).toContain(`'1': "routine"`);
  });

  it("names what is missing, failed, duplicate and foreign, goes on, and holds the same bytes once the rest is there", async () => {
    const cell = cellFile("faults-cell", { task: "bc5cdr-disease", source: "clingen", seed: 1, size: 6, model: "m" });
    const whole = join(folder, "whole");
    await toTheEnd(whole, await batch("--out", whole, cell));

    const at = join(folder, "faults");
    const answers = join(at, "answers.jsonl");
    await batch("--out", at, cell);
    const lines = (await runBatch(join(at, "turn-1.jsonl"), answers)).toSorted((a, b) =>
      JSON.parse(a).custom_id < JSON.parse(b).custom_id ? -1 : 1,
    );
    const ids = lines.map((line) => JSON.parse(line).custom_id as string);
    const fails = JSON.stringify({
      id: "x",
      custom_id: ids[1],
      response: { status_code: 500, body: {} },
      error: { message: "out of memory" },
    });
    const foreign = (lines[2] ?? "").replace(ids[2] ?? "", "another-batch-7");
    writeFileSync(answers, [foreign, ...lines.slice(2), lines[3], fails, '{"custom_id": "cut'].join("\n"));
    const read = await batch("--in", at, answers);
    expect(read.code).toBe(0);
    expect(read.last).toMatchObject({ missing: [ids[0]], failed: 1, duplicate: 1, foreign: 1, malformed: 1, accepted: 6 });
    expect(read.aside.join("\n")).toContain("another-batch-7 answers nothing");
    expect(read.aside.join("\n")).toContain(`${ids[1]} out of memory`);
    expect(
      readFileSync(join(at, "missing.jsonl"), "utf8")
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line).custom_id),
    ).toEqual(ids.slice(0, 2));

    await runBatch(join(at, "missing.jsonl"), answers);
    const after = await batch("--in", at, answers);
    expect(after.last).toMatchObject({ missing: [], failed: 0, next: null });
    expect(existsSync(join(at, "missing.jsonl"))).toBe(false);
    expect(products(at)).toEqual(products(whole));
  });

  it("tells a batch that is begun again, or asked for its state, that its answers are awaited", async () => {
    const at = join(folder, "awaited");
    const cell = cellFile("awaited-cell", { task: "bc5cdr-disease", source: "clingen", seed: 1, size: 2, model: "m" });
    await batch("--out", at, cell);
    for (const args of [
      ["--out", at, cell],
      ["--in", at],
    ]) {
      const { last, aside } = await batch(...args);
      expect(last).toMatchObject({ turn: 1, answered: 0, next: "missing.jsonl" });
      expect(aside.join("\n")).toMatch("have no answer yet");
      expect(aside.join("\n")).not.toMatch("gave an example");
    }
  });

  it.each([
    ["--in", "--grammar", "vllm"],
    ["--in", "--attempts", "30"],
    ["--in", "--model", "another"],
    ["--out", "--dataset", "x"],
  ])("refuses what %s would pass over: %s", async (direction, option, value) => {
    const at = join(folder, "passed-over");
    const { code, last } = await batch(direction, at, option, value);
    expect([code, last.error?.code, existsSync(at)]).toEqual([1, "bad-arguments", false]);
    expect(last.error?.message).toMatch(`${option} goes with --${direction === "--in" ? "out" : "in"}`);
  });

  it("replaces its files whole, so that a stop in the middle of one leaves the answers before it", async () => {
    const at = join(folder, "replaced");
    await batch(
      "--out",
      at,
      cellFile("replaced-cell", { task: "bc5cdr-disease", source: "clingen", seed: 1, size: 2, model: "m" }),
    );
    const lines = await runBatch(join(at, "turn-1.jsonl"), join(at, "all.jsonl"));
    const part = (name: string, some: readonly string[]) => {
      writeFileSync(join(folder, name), some.join("\n"));
      return join(folder, name);
    };
    await batch("--in", at, part("replaced-1.jsonl", lines.slice(0, 1)));
    linkSync(join(at, "received.jsonl"), join(folder, "before.jsonl")); // the same file under a second name
    const before = readFileSync(join(folder, "before.jsonl"), "utf8");
    expect((await batch("--in", at, part("replaced-2.jsonl", lines.slice(1)))).last).toMatchObject({ answered: 4 });
    expect(readFileSync(join(folder, "before.jsonl"), "utf8")).toBe(before);
    expect(readFileSync(join(at, "received.jsonl"), "utf8").length).toBeGreaterThan(before.length);
    expect(readdirSync(at).filter((name) => name.endsWith(".new"))).toEqual([]);
  });

  it("reads the same answers twice to no effect, and tells its state without any", async () => {
    const at = join(folder, "whole");
    const before = products(at);
    const again = await batch("--in", at, join(at, "answers-1.jsonl"));
    expect(again.last).toMatchObject({ duplicate: 12, next: null, accepted: 6 });
    expect((await batch("--in", at)).last).toMatchObject({ duplicate: 0, next: null, accepted: 6 });
    expect(products(at)).toEqual(before);
  });

  it("reads the lines of a file that ends inside of a character, and counts the last", async () => {
    const at = join(folder, "cut");
    const answers = join(at, "answers.jsonl");
    await batch("--out", at, cellFile("cut-cell", { task: "bc5cdr-disease", source: "clingen", seed: 1, size: 2, model: "m" }));
    const lines = await runBatch(join(at, "turn-1.jsonl"), answers);
    const cut = Buffer.from(`${lines.slice(1).join("\n")}\n${lines[0]?.slice(0, 40)}Sj\u00f6`);
    writeFileSync(answers, cut.subarray(0, -1));
    const read = await batch("--in", at, answers);
    expect(read.last).toMatchObject({ answered: 3, malformed: 1, missing: [JSON.parse(lines[0] ?? "").custom_id] });
    expect(read.aside.join("\n")).toContain("answers.jsonl, line 4: the line is not JSON: cut off");
  });

  it("takes a folder of answers, whose files any machine may have written, and refuses one that has none", async () => {
    const at = join(folder, "parts");
    await batch("--out", at, cellFile("parts-cell", { task: "bc5cdr-disease", source: "clingen", seed: 1, size: 6, model: "m" }));
    const lines = await runBatch(join(at, "turn-1.jsonl"), join(at, "answers.jsonl"));
    const parts = join(folder, "answered");
    mkdirSync(parts);
    expect((await batch("--in", at, parts)).last.error).toMatchObject({ code: "file-missing", file: parts });
    writeFileSync(join(parts, "b.jsonl"), lines.slice(0, 5).join("\n"));
    writeFileSync(join(parts, "a.jsonl"), lines.slice(5).join("\n"));
    writeFileSync(join(parts, "log.txt"), "no answers\n");
    expect((await batch("--in", at, parts)).last).toMatchObject({ missing: [], malformed: 0, next: null });
    expect(products(at)).toEqual(products(join(folder, "whole")));
  });

  it("asks nothing more when no answer came", async () => {
    const at = join(folder, "unanswered");
    await batch("--out", at, cellFile("unanswered-cell", { task: "mqp", source: "clingen", seed: 1, size: 3, model: "m" }));
    const { last } = await batch("--in", at);
    expect(last).toMatchObject({ turn: 1, asked: 6, next: "missing.jsonl" });
    expect(last.missing).toHaveLength(6);
    expect(readdirSync(at)).not.toContain("turn-2.jsonl");
  });

  it("writes a data set for Python", async () => {
    const at = join(folder, "whole");
    const to = join(folder, "python");
    expect((await batch("--in", at, "--dataset", to)).code).toBe(0);
    expect(
      readFileSync(join(to, "data", "train.jsonl"), "utf8")
        .trimEnd()
        .split("\n"),
    ).toHaveLength(6);
    expect(readFileSync(join(to, "README.md"), "utf8")).toContain("path: data/train.parquet");
    expect(
      readFileSync(join(to, "data", "train.parquet"))
        .subarray(0, 4)
        .toString(),
    ).toBe("PAR1");
  });

  const cell = { task: "mqp", source: "clingen", seed: 1, size: 3, model: "m" };
  it.each([
    [
      "a share of tokens above all",
      { ...cell, source: { kind: "zerogen", writer: { sampling: { topP: 7 } } } },
      /topP takes a number from 0 to 1/,
    ],
    ["no model", { ...cell, model: undefined }, /no "model"/],
    ["an unknown task", { ...cell, task: "mqq" }, /cell\.json: task takes .*mqp/],
    ["a typo", { ...cell, sise: 3 }, /sise is no field/],
    ["no size", { ...cell, size: undefined }, /no "size"/],
    ["two cells", { ...cell, seed: undefined, seeds: [1, 2] }, /one element/],
    ["a source without prompts", { ...cell, source: "word-substitution" }, /asks no language model/],
    [
      "candidates to be ranked",
      { ...cell, source: { kind: "clingen", writer: { candidates: 3 } } },
      /source has a writer with "candidates"/,
    ],
    ["a source that does not suit", { ...cell, task: "cdr", source: "back-translation" }, /makes no examples for cdr/],
    ["an encoder that is not here", { ...cell, encoder: "bert" }, /encoder takes .*all-minilm-l6-v2/],
    ["a folder that is not there", { ...cell, task: { id: "mqp", data: "nowhere" } }, /there is no folder/],
    ["a graph that is not there", { ...cell, graph: "nowhere" }, /nodes\.tsv/],
    ["a list", [], /takes an object/],
  ])("refuses a file with %s in words", async (_, wrong, message) => {
    const path = cellFile("wrong", wrong);
    const { code, last } = await batch("--out", join(folder, "wrong-out"), path);
    expect(code).toBe(1);
    expect(last.error).toMatchObject({ code: "file-malformed", file: path, line: null });
    expect(last.error?.message).toMatch(message);
    expect(existsSync(join(folder, "wrong-out", "plan.json"))).toBe(false);
  });

  it("refuses what is no batch, no file, or another batch's folder", async () => {
    const path = cellFile("other", cell);
    expect((await batch("--in", join(folder, "empty"))).last.error).toMatchObject({ code: "file-missing" });
    expect(existsSync(join(folder, "empty"))).toBe(false);
    expect((await batch("--in", join(folder, "whole"), "nothing.jsonl")).last.error).toMatchObject({
      code: "file-missing",
      file: "nothing.jsonl",
    });
    expect((await batch("--out", join(folder, "whole"), path)).last.error?.message).toMatch(/holds another batch/);
    expect((await batch("--out", "a", "--in", "b")).last.error).toMatchObject({ code: "bad-arguments" });
    expect((await batch("--out", join(folder, "x"), path, "--grammar", "gbnf")).last.error?.message).toMatch(
      /--grammar takes none, vllm/,
    );
    expect((await batch("--out", join(folder, "x"), path, "--attempts", "0")).last.error?.message).toMatch(/--attempts/);
    expect((await batch("--nothing")).code).toBe(1);
  });
});
