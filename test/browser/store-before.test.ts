// Storage that the version before made, put into this origin: the app's own stores and workers still open it.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Notebook, upgradedNotebook } from "../../src/experiment/notebook.ts";
import { trainRequestOf } from "../../src/experiment/requests.ts";
import { type AttemptEntry, drawnOf, logFormat, turnsOf } from "../../src/generate/log.ts";
import { runId } from "../../src/generate/run-config.ts";
import { writerOf } from "../../src/generate/sources.ts";
import { noKnowledge } from "../../src/knowledge/topic.ts";
import { type Db, openDb } from "../../src/store/db.ts";
import { notebooks } from "../../src/store/notebook.ts";
import { ownTasks } from "../../src/store/own-tasks.ts";
import { runLog } from "../../src/store/run-log.ts";
import { wipeAll } from "../../src/store/wipe.ts";
import type { Example } from "../../src/tasks/example.ts";
import { generateClient } from "../../src/workers/generate.client.ts";
import { trainClient } from "../../src/workers/train.client.ts";
import recorded from "../fixtures/store-2/expected.json";
import { loadStore } from "../fixtures/store-2/load.ts";
import { collect } from "../unit/store/contract.ts";

interface ExpectedRun {
  readonly id: string;
  readonly title: string;
  readonly task: string;
  readonly run: string;
  readonly logs: readonly string[];
  readonly accepted: number;
  readonly rejected: Readonly<Record<string, number>>;
  readonly attempts: number;
  readonly topics: readonly string[];
  readonly scores: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

const [diseases, half, left] = recorded.notebooks;
if (!diseases?.dataset || !diseases.prediction || !half || !left?.checkpoint) throw new Error("the record is not whole");
const ends: Readonly<Record<string, { generated?: string; scores?: readonly string[]; losses?: readonly number[] }>> =
  Object.fromEntries(recorded.notebooks.map(({ id, finished = {} }) => [id, finished]));
const expected = recorded.notebooks as unknown as readonly ExpectedRun[];

const generate = generateClient();
const train = trainClient();
let db: Db;

beforeAll(async () => {
  await wipeAll(await openDb());
  await loadStore();
  db = await openDb();
});
afterAll(async () => {
  generate.close();
  train.close();
  await wipeAll(db);
});

async function opened(id: string): Promise<Notebook & Required<Pick<Notebook, "data">>> {
  const stored = await notebooks(db).get(id);
  if (!stored?.data) throw new Error(`no notebook ${id} with data`);
  const notebook = upgradedNotebook<Notebook>(stored);
  return { ...notebook, data: stored.data };
}

/** No source of that version had a barrier. */
async function logOf(run: string): Promise<AttemptEntry[]> {
  return (await collect(runLog(db, logFormat).read(run))).filter((entry) => entry.type !== "feedback");
}

function counts(entries: readonly AttemptEntry[]) {
  const rejected: Record<string, number> = {};
  for (const entry of entries) if (entry.type === "rejected") rejected[entry.reason] = (rejected[entry.reason] ?? 0) + 1;
  return { accepted: entries.filter(({ type }) => type === "accepted").length, rejected, attempts: entries.length };
}

/** "60 examples from 68 attempts" */
const numbersOf = (sentence: string) => (sentence.match(/\d+/g) ?? []).map(Number);

/** "Accuracy 0.500 0.550 +0.050" */
const afterBoth = (row: string) => Number(row.split(" ")[2]);

describe("notebooks", () => {
  it("are listed, the latest change first", async () => {
    const titles = (await notebooks(db).list()).map(({ id, title }) => ({ id, title }));
    expect(titles).toEqual([...expected].reverse().map(({ id, title }) => ({ id, title })));
  });

  it.each(expected)("$title: has its task, rows, knowledge, logs and scores", async ({ id, task, run, logs, topics, scores }) => {
    const notebook = await opened(id);
    expect(notebook.config.task).toBe(task);
    expect(notebook.run).toBe(run);
    expect(notebook.logs).toEqual(logs);
    expect(notebook.data.train).toHaveLength(task === "mqp" ? 10 : 5);
    expect(notebook.data.test).toHaveLength(60);
    expect(Object.keys(notebook.knowledge?.topics ?? {}).sort()).toEqual([...topics].sort());
    const results = notebook.training?.results ?? {};
    expect(Object.keys(results).sort()).toEqual(Object.keys(scores).sort());
    for (const stage of ["few", "synthetic"] as const) {
      const result = results[stage];
      if (!result) continue;
      expect(result.predicted).toHaveLength(60);
      const wanted = Object.entries(scores[stage] ?? {});
      expect(wanted.length).toBeGreaterThan(0);
      for (const [metric, value] of wanted) {
        expect(result.scores.values[metric as keyof typeof result.scores.values]).toBeCloseTo(value, 4);
      }
    }
  });
});

describe("tasks of the user's own", () => {
  it("have a place, which that version did not know", async () => {
    expect(await ownTasks(db).list()).toEqual([]);
  });
});

describe("logs", () => {
  it.each(expected)("$title: has its accepted and rejected examples", async ({ run, accepted, rejected, attempts }) => {
    const log = await logOf(run);
    expect(counts(log)).toEqual({ accepted, rejected, attempts });
    expect((await runLog(db, logFormat).get(run))?.next).toBe(attempts);
    for (const entry of log) expect(turnsOf(entry)[0]?.messages.at(-1)?.content.length).toBeGreaterThan(20);
  });

  it("hold the dataset that the version before gave as a file", async () => {
    const accepted = (await logOf(diseases.run)).flatMap((entry) => (entry.type === "accepted" ? [entry] : []));
    const close = (text: string) => text.replace(/\s/g, "");
    const read = accepted.map((entry) => {
      const { example, index } = entry;
      const { topic, style } = drawnOf(entry);
      if (example.kind !== "token") throw new Error(`a ${example.kind} among tokens`);
      const spans = example.spans.map(({ start, end }) => close(example.text.slice(start, end)));
      return { index, text: close(example.text), spans, topic: topic?.entities.map((e) => e.name).join(", "), style };
    });
    const given = diseases.dataset.map(({ attempt, tokens, spans, topic, style }) => {
      const words = spans.map(([first, last]) => tokens.slice(Number(first), Number(last) + 1).join(""));
      return { index: attempt, text: tokens.join(""), spans: words, topic, style };
    });
    expect(read).toEqual(given);
  });

  it("have the id that their config names", async () => {
    const runs = await runLog(db, logFormat).list();
    expect(runs.map((run) => run.id).sort()).toEqual(recorded.runs.map((run) => run.id).sort());
    for (const { id, config } of runs) expect(await runId(config)).toBe(id);
  });

  it("go on where they were stopped, to the same end", async () => {
    const { data, config } = await opened(half.id);
    const run = (await runLog(db, logFormat).get(half.run))!;
    await collect(generate.procedures.openModel({ model: writerOf(config.source)?.model ?? "", engine: config.engine }));
    const request = { config: run.config, demonstrations: data.train, knowledge: noKnowledge };
    const events = await collect(generate.procedures.generate(request));
    expect(events[0]).toMatchObject({ type: "opened", run: half.run, next: half.attempts, accepted: half.accepted });
    const [accepted, attempts] = numbersOf(ends[half.id]!.generated!);
    expect(counts(await logOf(half.run))).toMatchObject({ accepted, attempts });
  });
});

describe("a graph of the user's own", () => {
  it("is there with its names", async () => {
    const [graph] = await generate.procedures.graphs(null);
    expect(graph).toMatchObject({ name: "Ten names", nodes: { Disease: 5, Symptom: 3, Drug: 2 } });
    const topics = { every: { kind: "nodes", types: ["Disease", "Symptom"] } } as const;
    expect(await generate.procedures.countTopics({ graph: graph!.id, topics })).toBe(8);
  });
});

describe("a trained model", () => {
  it("reads a sentence as it did", async () => {
    const { text } = diseases.prediction.example;
    const { training } = await opened(diseases.id);
    const examples: Example[] = [{ kind: "token", text, spans: [] }];
    const asked = { task: diseases.task, model: training!.model!, device: "wasm", examples } as const;
    const last = (await collect(train.procedures.predict(asked))).at(-1);
    const [read] = last?.type === "predicted" ? last.examples : [];
    const spans = read?.kind === "token" ? read.spans : [];
    expect(spans.map(({ start, end }) => text.slice(start, end))).toEqual(diseases.prediction.marks);
  });

  it("left on its way goes on there, to the same scores", async () => {
    const { checkpoint } = left;
    const { config, data, id } = await opened(left.id);
    const accepted = (await logOf(left.run)).flatMap((entry) => (entry.type === "accepted" ? [entry] : []));
    const request = await trainRequestOf(
      config,
      data,
      accepted.map((s) => s.example),
      id,
      train.procedures.recipe,
    );
    expect(await train.procedures.leftOff(request)).toEqual({ stage: checkpoint.stage, step: checkpoint.step });

    const events = await collect(train.procedures.train(request));
    expect(events).toContainEqual({ type: "resumed", stage: checkpoint.stage, step: checkpoint.step });
    const steps = events.flatMap((e) => (e.type === "step" && e.stage === "synthetic" ? [e] : []));
    const { losses = [], scores = [] } = ends[left.id] ?? {};
    expect(steps.map(({ step }) => step)).toEqual(losses.map((_, i) => i + 1));
    // The first ones after the checkpoint: AdamW's moments and the order of the batches are those of the training that was left.
    for (const { step, loss } of steps.slice(0, checkpoint.step + 10)) {
      expect(Math.abs(loss / losses[step - 1]! - 1), `step ${step}: the loss is ${loss}`).toBeLessThan(0.02);
    }
    const scored = events.flatMap((e) => (e.type === "scored" && e.stage === "synthetic" ? [e.scores.values.accuracy] : []));
    // Another processor's sums may move a pair or two over the border.
    expect(Math.abs(scored[0]! - afterBoth(scores[0]!))).toBeLessThan(0.06);
    expect(await train.procedures.leftOff(request)).toBeUndefined();
  });
});
