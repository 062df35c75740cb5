// The folder of a batch: what is stopped in the middle goes on, a changed plan is refused, and one command at a time works in it.

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { batch, type ChatServer, cellFileIn, chatServer, runBatch as run } from "./batch-server.ts";

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

const cellFile = (name: string, cell: object) => cellFileIn(folder, name, cell);

describe("the folder of a batch", () => {
  it("takes answers in, and says that no data set is written, where none is accepted yet", async () => {
    const at = join(folder, "early");
    const first = await batch(
      "--out",
      at,
      cellFile("early-cell", { task: "mqp", source: "zerogen", seed: 1, size: 2, model: "m" }),
    );
    expect(first.last.next).toBe("turn-1.jsonl");
    const answers = join(at, "answers-1.jsonl");
    await runBatch(join(at, "turn-1.jsonl"), answers);
    const { code, last, aside } = await batch("--in", at, answers, "--dataset", join(at, "python"));
    expect([code, last.next, last.accepted]).toEqual([0, "turn-2.jsonl", 0]);
    expect(aside.join("\n")).toContain("No example is accepted yet");
    expect(existsSync(join(at, "python"))).toBe(false);
  });

  it("begins anew in a folder of a plan that came to no request", async () => {
    const at = join(folder, "topicless");
    const cell = { task: "chemprot", seed: 1, size: 2, model: "m" };
    const none = await batch("--out", at, cellFile("topicless-cell", { ...cell, source: "clingen" }));
    expect([none.code, none.last.error?.code, readdirSync(at)]).toEqual([1, "no-topics", ["plan.json"]]);
    const some = await batch("--out", at, cellFile("topicless-cell", { ...cell, source: "zerogen" }));
    expect([some.code, some.last.next]).toEqual([0, "turn-1.jsonl"]);
  });

  it("writes the turn that is due when it was stopped between the answers and that turn, though an answer is missing", async () => {
    const at = join(folder, "stopped");
    await batch("--out", at, cellFile("stopped-cell", { task: "mqp", source: "clingen", seed: 1, size: 3, model: "m" }));
    const answers = join(at, "answers-1.jsonl");
    await runBatch(join(at, "turn-1.jsonl"), answers);
    writeFileSync(answers, readFileSync(answers, "utf8").trimEnd().split("\n").slice(1).join("\n"));
    const whole = await batch("--in", at, answers);
    expect(whole.last).toMatchObject({ next: "turn-2.jsonl" });
    const turn = readFileSync(join(at, "turn-2.jsonl"), "utf8");
    rmSync(join(at, "turn-2.jsonl"));
    const again = await batch("--in", at, answers);
    expect(again.last).toMatchObject({ next: "turn-2.jsonl", missing: whole.last.missing });
    expect(readFileSync(join(at, "turn-2.jsonl"), "utf8")).toBe(turn);
  });

  it("refuses a plan that was changed after it asked, and keeps no answer by it", async () => {
    const at = join(folder, "changed");
    await batch("--out", at, cellFile("changed-cell", { task: "mqp", source: "zerogen", seed: 1, size: 2, model: "m" }));
    const answers = join(at, "answers-1.jsonl");
    await runBatch(join(at, "turn-1.jsonl"), answers);
    const plan = join(at, "plan.json");
    writeFileSync(plan, readFileSync(plan, "utf8").replace('"size": 2', '"size": 4'));
    const { code, last } = await batch("--in", at, answers);
    expect([code, last.error]).toEqual([
      1,
      { code: "file-malformed", message: expect.stringContaining("was changed"), file: plan, line: null },
    ]);
    expect(existsSync(join(at, "received.jsonl"))).toBe(false);
    for (const text of ["null", '{"form":"clinfuse-batch-1"}']) {
      writeFileSync(plan, text);
      expect((await batch("--in", at)).last.error).toMatchObject({ code: "file-malformed", file: plan });
    }
  });

  it("refuses a second command in a folder while one is at work, and none after one that was killed", async () => {
    const at = join(folder, "held");
    await batch("--out", at, cellFile("held-cell", { task: "mqp", source: "zerogen", seed: 1, size: 2, model: "m" }));
    const hold = (process: number, host = hostname()) => writeFileSync(join(at, ".lock"), JSON.stringify({ host, process }));
    hold(process.ppid);
    expect((await batch("--in", at)).last.error?.message).toMatch(/another command is at work/);
    hold(1, "another.machine");
    expect((await batch("--in", at)).last.error?.message).toMatch(/on another\.machine.*delete .*\.lock/);
    const { pid = 0 } = spawnSync(process.execPath, ["-e", ""]);
    hold(pid);
    expect((await batch("--in", at)).code).toBe(0);
    expect(existsSync(join(at, ".lock"))).toBe(false);
  });

  it("asks nothing by answers that it has read, where few attempts would be asked at a time", async () => {
    const at = join(folder, "again");
    const cell = cellFile("again-cell", { task: "bc5cdr-disease", source: "zerogen", seed: 1, size: 40, model: "m" });
    await batch("--out", at, cell, "--attempts", "1");
    const answers = join(at, "answers-1.jsonl");
    await runBatch(join(at, "turn-1.jsonl"), answers);
    const once = await batch("--in", at, answers);
    const again = await batch("--in", at, answers);
    expect(once.last.next).toBe("turn-2.jsonl");
    expect(again.last).toMatchObject({ turn: 2, asked: once.last.asked });
    expect(readdirSync(at).filter((name) => name.startsWith("turn-"))).toHaveLength(2);
  });
});
