// Another machine's answers over the store of products: begun, read in parts, taken over, extended, and refused.

import { describe, expect, it } from "vitest";
import { type BatchRequest, batchFile, configBy } from "../../../src/experiment/batch-file.ts";
import { drive } from "../../../src/experiment/drive.ts";
import type { CellResult } from "../../../src/experiment/drive-cell.ts";
import type { ExperimentConfig } from "../../../src/experiment/experiment-config.ts";
import { planOfOne } from "../../../src/experiment/plan.ts";
import type { ExperimentPorts } from "../../../src/experiment/ports.ts";
import { presetConfig } from "../../../src/experiment/presets.ts";
import type { LogEntry } from "../../../src/generate/log.ts";
import type { SourceConfig } from "../../../src/generate/source.ts";
import { memoryGraphStore } from "../../../src/knowledge/graph-store.ts";
import type { KnowledgeData } from "../../../src/knowledge/topic.ts";
import { batchProcedures } from "../../../src/procedures/batch.ts";
import { sampleData, sampleKnowledge } from "../experiment/batch-sample.ts";
import { memoryProducts } from "../experiment/memory-products.ts";
import { memoryRunStore } from "../generate/memory-run-store.ts";
import { answeredLines } from "../scripts/answered-line.ts";
import { memoryLocks, never } from "./memory-ports.ts";

const model = "meta-llama/Llama-3.1-8B-Instruct";
const choices = { model, grammar: "vllm", ratio: 2 } as const;

async function requestOf(change: Partial<ExperimentConfig> = {}, knowledge?: KnowledgeData): Promise<BatchRequest> {
  const config = presetConfig("small", { task: "bc5cdr-disease", source: "clingen", seed: 1, size: 6, ...change });
  const data = await sampleData(config.task as string);
  return { config: configBy(config, choices), choices, data, ...(knowledge ? { knowledge } : {}) };
}

const known = (change: Partial<ExperimentConfig> = {}) => requestOf(change, sampleKnowledge("bc5cdr-disease"));

function setUp() {
  const [products, runs, graphs, { hold, held }] = [memoryProducts(), memoryRunStore(), memoryGraphStore(), memoryLocks()];
  const procedures = batchProcedures({
    products: async () => products,
    runs: async () => runs,
    graphs: async () => graphs,
    hold,
  });
  const lines = async (request: BatchRequest, name = "turn-1.jsonl") =>
    (await procedures.batchLines({ ...request, name }, never)).text();
  return { procedures, products, runs, held, lines };
}

const file = (name: string, lines: readonly string[]) => new File([lines.join("\n")], name);

async function drivenTo(request: BatchRequest, { products, runs }: ReturnType<typeof setUp>): Promise<CellResult> {
  const unasked = () => {
    throw new Error("nothing was to be asked of an engine");
  };
  const pipeline = { openModel: unasked, generate: unasked, readRun: ({ id }: { id: string }) => runs.read(id) };
  const ports = { data: async () => request.data, pipeline, trainer: {} } as unknown as ExperimentPorts;
  const options = { until: "made", knowledge: request.knowledge as KnowledgeData } as const;
  for await (const event of drive(planOfOne(request.config, "p"), products, ports, never, options)) {
    if (event.type === "result") return event.result;
  }
  throw new Error("the plan has no result");
}

describe("another machine's answers", () => {
  it("are read in parts, twice and among faults, and the run is there as if this browser had written it", async () => {
    const at = setUp();
    const { procedures } = at;
    const request = await known();
    expect((await procedures.batchState(request, never)).told).toBeUndefined();
    const asked = await procedures.askBatch(request, never);
    expect(asked.told).toMatchObject({
      counts: { asked: 12, next: "turn-1.jsonl" },
      last: { requests: 12, waiting: 12 },
      again: 0,
    });
    expect(await at.lines(request)).toContain(`"model":"${model}"`);
    expect(await at.lines(request)).toContain("structured_outputs");
    const answers = await answeredLines(await at.lines(request));
    const foreign = (answers[0] ?? "").replace(/"custom_id":"[^"]+"/, '"custom_id":"stray"');
    const parts = [file("a.jsonl", [...answers.slice(0, 4), foreign, '{"custom_id": "cut'])];
    const part = await procedures.readBatch({ ...request, files: parts }, never);
    expect(part.told).toMatchObject({
      counts: { answered: 4, foreign: 1, malformed: 1, next: "missing.jsonl" },
      again: 8,
      faulty: 2,
    });
    expect((await at.lines(request, "missing.jsonl")).trimEnd().split("\n")).toHaveLength(8);
    expect((await procedures.batchState(request, never)).told).toEqual(part.told);
    const rest = [file("a.jsonl", answers.slice(3, 7)), file("a.jsonl", answers.slice(7))];
    const whole = await procedures.readBatch({ ...request, files: rest }, never);
    expect(whole.told).toMatchObject({ counts: { accepted: 6, duplicate: 1, next: null } });
    const taken = await procedures.takeBatch(request, never);
    const { made } = await drivenTo(request, at);
    expect(made).toMatchObject({ run: taken.run, accepted: 6, writer: { engine: batchFile, id: `${batchFile}/${model}` } });
    expect(at.held.size).toBe(0);

    // A capsule brings the log alone: it is found by the choices. Without it, the error says where the answers are read.
    expect((await drivenTo(request, { ...at, products: memoryProducts() })).made).toEqual(made);
    const empty = { ...at, products: memoryProducts(), runs: memoryRunStore() };
    await expect(drivenTo(request, empty)).rejects.toMatchObject({ code: "nothing-accepted" });
  });

  it("of a larger size are not asked for by a look, which keeps nothing", async () => {
    const at = setUp();
    const small = await known();
    await at.procedures.askBatch(small, never);
    await at.procedures.readBatch({ ...small, files: [file("a.jsonl", await answeredLines(await at.lines(small)))] }, never);
    const large = await known({ size: 30 });
    expect((await at.procedures.batchState(large, never)).told?.counts).toMatchObject({ size: 30, next: null });
    expect((await at.procedures.askBatch(large, never)).told?.counts.next).toBe("turn-2.jsonl");
    expect((await at.lines(large, "turn-2.jsonl")).split("\n").length).toBeGreaterThan(10);
  });

  it("extend a run that was taken over, and a smaller size takes its beginning", async () => {
    const at = setUp();
    const small = await known();
    await at.procedures.askBatch(small, never);
    await at.procedures.readBatch(
      { ...small, files: [file("a.jsonl", (await answeredLines(await at.lines(small))).slice(1))] },
      never,
    );
    const { run } = await at.procedures.takeBatch(small, never);
    const held: LogEntry[] = [];
    for await (const entry of at.runs.read(run)) held.push(entry);

    const large = await known({ size: 11 });
    expect((await at.procedures.batchState(large, never)).told?.counts).toMatchObject({ size: 11, accepted: expect.any(Number) });
    expect((await at.procedures.askBatch(large, never)).told?.counts.next).toBe("turn-2.jsonl");
    for (let turn: string | null = "turn-2.jsonl"; turn !== null; ) {
      const files: File[] = [file("b.jsonl", await answeredLines(await at.lines(large, turn)))];
      turn = (await at.procedures.readBatch({ ...large, files }, never)).told?.counts.next ?? null;
    }
    expect((await at.procedures.takeBatch(large, never)).run).toBe(run);
    const all: LogEntry[] = [];
    for await (const entry of at.runs.read(run)) all.push(entry);
    expect(all.slice(0, held.length)).toEqual(held);
    expect((await drivenTo(large, at)).made).toMatchObject({ run, accepted: 11 });

    const less = await known({ size: 3 });
    expect((await at.procedures.takeBatch(less, never)).run).toBe(run);
    expect((await drivenTo(less, at)).made).toMatchObject({ run, accepted: 3 });
  });

  it("of other choices are another batch, and the one before comes back", async () => {
    const at = setUp();
    const first = await known();
    const told = (await at.procedures.askBatch(first, never)).told;
    for (const other of [
      await known({ seed: 2 }),
      { ...first, config: configBy(first.config, { ...choices, model: "m" }), choices: { ...choices, model: "m" } },
    ]) {
      expect((await at.procedures.batchState(other, never)).told).toBeUndefined();
    }
    const trainedOtherwise = await known({ encoder: "another", device: "wasm" });
    expect((await at.procedures.batchState(trainedOtherwise, never)).told).toEqual(told);
    const older = { ...first, choices: { ...choices, grammar: "vllm-guided" } as const };
    expect(await at.lines(older)).toContain("guided_grammar");
  });

  it("give the knowledge first; with it the batch stays the same, with another it is another", async () => {
    const at = setUp();
    const { source, ...paper } = presetConfig("paper", { task: "mqp", source: "clingen", size: 4 });
    const request = await requestOf({ ...paper, source: { ...source, topics: "none", styles: "llm" } as SourceConfig });
    await at.procedures.askBatch(request, never);
    const styled = await at.procedures.readBatch(
      { ...request, files: [file("a.jsonl", await answeredLines(await at.lines(request)))] },
      never,
    );
    expect(styled.knowledge?.styles.length).toBeGreaterThan(0);
    const knowledge = styled.knowledge as KnowledgeData;
    expect((await at.procedures.batchState({ ...request, knowledge }, never)).told).toEqual(styled.told);
    const edited = { ...knowledge, styles: knowledge.styles.slice(1) };
    expect((await at.procedures.batchState({ ...request, knowledge: edited }, never)).told).toBeUndefined();
  });

  it.each([
    ["no answer", "lies here\nand there", "file-malformed", /wrong\.jsonl, line 1: the line is not JSON/],
    ["the prompts themselves", undefined, "file-malformed", /wrong\.jsonl, line 1: \S+ has no "response"/],
    [
      "another batch's",
      '{"custom_id":"x-r0-a0-t1","response":{"body":{"choices":[{"message":{"content":"a"}}]}}}',
      "file-malformed",
      /line 1: x-r0-a0-t1 answers nothing/,
    ],
    ["no line", "\n\n", "file-empty", /holds no line/],
  ])("are refused by file and line where one is of %s, and nothing is changed", async (_, text, code, message) => {
    const at = setUp();
    const request = await known();
    await at.procedures.askBatch(request, never);
    const before = structuredClone([...at.products.kept]);
    const good = file("good.jsonl", await answeredLines(await at.lines(request)));
    const wrong = new File([text ?? (await at.lines(request))], "wrong.jsonl");
    const reading = at.procedures.readBatch({ ...request, files: [good, wrong] }, never);
    await expect(reading).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
      place: { file: "wrong.jsonl" },
    });
    expect([...at.products.kept]).toEqual(before);
    expect(at.held.size).toBe(0);
  });
});
