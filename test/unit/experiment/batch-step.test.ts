// The step of a batch over a store in memory: turns asked, answers taken in any parts, and one log at the end.

import { describe, expect, it } from "vitest";
import { batchWriter } from "../../../src/experiment/batch-file.ts";
import { type BatchWork, type Stepped, step } from "../../../src/experiment/batch-step.ts";
import { memoryBatch, missingFile, turnFile } from "../../../src/experiment/batch-store.ts";
import { sameSeeds } from "../../../src/experiment/plan.ts";
import { presetConfig } from "../../../src/experiment/presets.ts";
import { requestLine } from "../../../src/generate/batch-lines.ts";
import type { SourceConfig, SourceKind } from "../../../src/generate/source.ts";
import type { Example } from "../../../src/tasks/example.ts";
import { textsOf } from "../../../src/tasks/shapes.ts";
import { answeredLines } from "../scripts/answered-line.ts";
import { sampleData, sampleKnowledge } from "./batch-sample.ts";

const never = new AbortController().signal;
type Batch = ReturnType<typeof memoryBatch>;

async function workOf(
  task: string,
  source: SourceKind | SourceConfig,
  size: number,
  preset: "small" | "paper" = "small",
): Promise<BatchWork> {
  const config = presetConfig(preset, { task, source, seed: 1, size });
  const data = await sampleData(task);
  const openGraph = () => Promise.reject(new Error("no graph was to be opened"));
  const of = { name: "b", writer: batchWriter("m"), config, seeds: sameSeeds(1), data, ratio: 2, openGraph };
  return preset === "paper" ? of : { ...of, knowledge: sampleKnowledge(task) };
}

const linesOf = (batch: Batch, turn: number) =>
  (batch.kept.turns[turn - 1] ?? []).map((request) => `${requestLine(request, "m", "none")}\n`).join("");

const read = (batch: Batch, work: BatchWork, ...parts: string[][]) =>
  step(batch, work, new Map(parts.map((lines, i) => [`part-${i}.jsonl`, lines.join("\n")])), never);

async function toTheEnd(batch: Batch, work: BatchWork): Promise<Stepped> {
  let stepped = await step(batch, work, new Map(), never);
  for (let turn = 1; stepped.counts.next === turnFile(turn); turn++) {
    stepped = await read(batch, work, await answeredLines(linesOf(batch, turn)));
  }
  return stepped;
}

describe("the step of a batch", () => {
  it.each([
    ["bc5cdr-disease", "clingen", 1],
    ["mqp", "clingen", 2],
    ["cdr", "zerogen", 1],
    [
      "hoc",
      { ...presetConfig("small", { task: "hoc", source: "progen" }).source, round: 4, influenceFrom: 500 } as SourceConfig,
      2,
    ],
  ] as const)("takes %s to its examples, in %#", async (task, source, turns) => {
    const [batch, work] = [memoryBatch(), await workOf(task, source, 8)];
    const { counts, log } = await toTheEnd(batch, work);
    expect(counts).toMatchObject({ accepted: 8, size: 8, missing: [], failed: 0, next: null });
    expect(counts.turn).toBeGreaterThanOrEqual(turns);
    expect(log.filter(({ type }) => type === "accepted")).toHaveLength(8);
  });

  it("holds one log, whatever the parts and the order of the answers", async () => {
    const work = await workOf("bc5cdr-disease", "clingen", 6);
    const whole = await toTheEnd(memoryBatch(), work);
    const batch = memoryBatch();
    await step(batch, work, new Map(), never);
    const lines = (await answeredLines(linesOf(batch, 1))).toReversed();
    const first = await read(batch, work, lines.slice(0, 5), [
      (lines[0] ?? "").replace(/"b-r/, '"other-r'),
      '{"custom_id": "cut',
    ]);
    expect(first.counts).toMatchObject({ answered: 5, foreign: 1, malformed: 1, next: missingFile });
    expect(batch.kept.missing).toHaveLength(7);
    const end = await read(batch, work, lines.slice(3), lines.slice(5));
    expect(end.counts).toMatchObject({ duplicate: 9, next: null, accepted: 6 });
    expect(end.log).toEqual(whole.log);
    expect(end.run).toEqual(whole.run);
  });

  it("asks for styles in the turn before, and keeps what they gave", async () => {
    const paper = presetConfig("paper", { task: "mqp", source: "clingen" }).source;
    const styled = { ...paper, topics: "none", styles: "llm" } as SourceConfig;
    const [batch, work] = [memoryBatch(), await workOf("mqp", styled, 4, "paper")];
    const { counts, run } = await toTheEnd(batch, work);
    expect(counts.accepted).toBe(4);
    expect(linesOf(batch, 1)).not.toContain("-r0-");
    expect(linesOf(batch, 2)).toContain("b-r0-a000000-t1");
    expect(batch.kept.knowledge?.styles.map(({ name }) => name)).toContain("patient forums");
    expect(run?.knowledge).toEqual(batch.kept.knowledge);
  });

  it("extends a run whose beginning is settled, and leaves late answers to it aside", async () => {
    const [batch, work] = [memoryBatch(), await workOf("bc5cdr-disease", "clingen", 4)];
    await step(batch, work, new Map(), never);
    const lines = await answeredLines(linesOf(batch, 1));
    const first = await read(batch, work, lines.slice(1));
    expect(first.counts).toMatchObject({ accepted: 4, next: null });
    const settled = first.log.length;
    const more = { ...work, config: { ...work.config, size: 9 }, settled };
    const asked = await step(batch, { ...more, asks: true }, new Map(), never);
    expect(asked.counts).toMatchObject({ next: "turn-2.jsonl", size: 9 });
    const end = await read(batch, more, lines.slice(0, 1), await answeredLines(linesOf(batch, 2)));
    expect(end.counts).toMatchObject({ late: 1, accepted: 9, next: null });
    expect(end.log.slice(0, settled)).toEqual(first.log);
  });

  it("stands at a barrier until its feedback is given, and shows that in the next prompts", async () => {
    const source = {
      ...presetConfig("small", { task: "hoc", source: "progen" }).source,
      round: 4,
      influenceFrom: 2,
    } as SourceConfig;
    const [batch, work] = [memoryBatch(), await workOf("hoc", source, 30)];
    await step(batch, work, new Map(), never);
    const at = await read(batch, work, await answeredLines(linesOf(batch, 1)));
    expect(at.barrier?.after).toBe(4);
    expect(at.barrier?.accepted).toEqual(at.log.flatMap((entry) => (entry.type === "accepted" ? [entry.example] : [])));
    expect(at.counts).toMatchObject({ accepted: 4, next: null, turn: 1 });
    // Left there, it stands there still, and asks nothing.
    const again = await step(batch, { ...work, asks: true }, new Map(), never);
    expect([again.barrier?.after, again.counts.next, batch.kept.turns.length]).toEqual([4, null, 1]);
    const chosen = (at.barrier?.accepted ?? []).slice(0, 2);
    const feedback = { after: 4, demonstrations: chosen };
    const on = await step(batch, { ...work, feedback }, new Map(), never);
    expect([on.barrier, on.counts.next]).toEqual([undefined, "turn-2.jsonl"]);
    expect(on.log.filter(({ type }) => type === "feedback")).toEqual([{ type: "feedback", ...feedback }]);
    const shown = textsOf(chosen[0] as Example)[0] as string;
    expect(linesOf(batch, 1)).not.toContain(JSON.stringify(shown).slice(1, -1));
    expect(linesOf(batch, 2)).toContain(JSON.stringify(shown).slice(1, -1));
    // The next step finds it kept.
    const next = await read(batch, work, await answeredLines(linesOf(batch, 2)));
    expect(next.barrier?.after).toBe(16);
    expect(next.log.slice(0, on.log.length)).toEqual(on.log);
  });

  it("asks what is due where the step before was stopped between its answers and its prompts", async () => {
    const work = await workOf("mqp", "clingen", 4);
    const stopped = memoryBatch();
    await step(stopped, work, new Map(), never);
    const lines = await answeredLines(linesOf(stopped, 1));
    const failing = { ...stopped, ask: () => Promise.reject(new Error("the disk is full")) };
    await expect(step(failing, work, new Map([["a.jsonl", lines.join("\n")]]), never)).rejects.toThrow("the disk is full");
    expect((await step(stopped, work, new Map(), never)).counts.next).toBe("turn-2.jsonl");
  });
});
