// Real methods, the scripted engine and the real run log: a run that is killed and resumed writes the same bytes as an unbroken one.

import "fake-indexeddb/auto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { rng } from "../../../src/base/rng.ts";
import { openScripted, type Script } from "../../../src/engines/scripted.ts";
import { tourScript } from "../../../src/engines/tour-script.ts";
import { readDataset } from "../../../src/formats/dataset.ts";
import { drawnOf, logFormat } from "../../../src/generate/log.ts";
import { generate } from "../../../src/generate/run.ts";
import { type RunConfig, runId } from "../../../src/generate/run-config.ts";
import type { SourceConfig } from "../../../src/generate/source.ts";
import { sourceOf } from "../../../src/generate/sources.ts";
import { knowledgeOf, type Topic } from "../../../src/knowledge/topic.ts";
import { openDb } from "../../../src/store/db.ts";
import { runLog } from "../../../src/store/run-log.ts";
import { tasks } from "../../../src/tasks/catalogue.ts";
import { families } from "../../../src/tasks/families.ts";
import type { Task } from "../../../src/tasks/task.ts";

const samples = join(import.meta.dirname, "../../../public/samples");
const sampleOf = (task: Task) => {
  const names = ["train_few.jsonl", "dev_few.jsonl", "test.jsonl", "label.txt"];
  return readDataset(task, new Map(names.map((n) => [n, new Blob([readFileSync(join(samples, task.id, n))])])), rng("sample"));
};

const topics = ["gout", "asthma", "portal hypertension", "migraine", "sepsis", "psoriasis"].map(
  (name): Topic => ({
    entities: [{ id: `X:${name}`, name, type: "Disease" }],
    source: "kg",
    provenance: { source: "s", licence: "CC0-1.0" },
  }),
);

const pairs = ["lithium", "cisplatin", "warfarin", "aspirin"].map(
  (name, i): Topic => ({
    entities: [
      { name, type: "Drug" },
      { name: ["tremor", "deafness", "bleeding", "gastritis"][i] as string, type: "Disease" },
    ],
    source: "kg",
  }),
);

const writer = { model: "scripted", sampling: { temperature: 1, topP: 1, maxTokens: 60 }, grammar: true };
const clingen = (demonstrations: "fixed" | "shuffled"): SourceConfig => ({
  kind: "clingen",
  topics: "kg",
  styles: "paper",
  marks: "graph",
  writer: { ...writer, demonstrations },
});

async function setUp(task: Task, source: SourceConfig) {
  const config: RunConfig = { task: task.id, source, seed: 11, size: 24, examples: "-", knowledge: "-" };
  const knowledge = knowledgeOf({
    topics: Object.fromEntries(task.labels.map((l) => [l.id, families[task.family].topic === "pair" ? pairs : topics])),
    styles: [{ name: "medical literature", source: "paper" }],
    lexicon: ["renal failure", "headache"],
  });
  const tools = { model: openScripted({ script }) };
  const demonstrations = (await sampleOf(task)).train;
  return { config, ports: { task, source: sourceOf(source), tools, knowledge, demonstrations, gold: [] } };
}

/** The tour's answers, of which every fourth is thrown away: each run has some. */
const script: Script = (prompt, stream) => (stream.int(4) === 0 ? "" : tourScript(prompt, stream));

async function bytesOf(store: ReturnType<typeof runLog>, id: string): Promise<string> {
  let bytes = "";
  for await (const entry of store.read(id)) bytes += `${JSON.stringify(entry)}\n`;
  return bytes;
}

const cases = tasks.flatMap((task) => [
  { name: `${task.id}, clingen, fixed`, task, source: clingen("fixed") },
  { name: `${task.id}, clingen, shuffled`, task, source: clingen("shuffled") },
  {
    name: `${task.id}, zerogen`,
    task,
    source: { kind: "zerogen", writer: { ...writer, demonstrations: "none" } } satisfies SourceConfig,
  },
]);

describe("a run of the scripted engine", () => {
  it.each(cases)("$name: killed five times and resumed equals unbroken, byte for byte", async ({ name, task, source }) => {
    const { config, ports } = await setUp(task, source);
    const id = await runId(config);
    const signal = new AbortController().signal;

    const whole = runLog(await openDb(`whole ${name}`), logFormat);
    for await (const _ of generate(config, { ...ports, store: whole }, signal));
    const expected = await bytesOf(whole, id);
    expect(expected.match(/"type":"accepted"/g)).toHaveLength(24);
    expect(expected).toContain('"type":"rejected"');

    for (const kill of [1, 2, 3, 5, 8]) {
      // A killed tab: a new connection each time, what was in flight is gone.
      const store = runLog(await openDb(`broken ${name}`), logFormat);
      let seen = 0;
      for await (const event of generate(config, { ...ports, store }, signal)) {
        if (event.type !== "opened" && ++seen === kill) break;
      }
    }
    const resumed = runLog(await openDb(`broken ${name}`), logFormat);
    expect(expected.startsWith(await bytesOf(resumed, id))).toBe(true);
    for await (const _ of generate(config, { ...ports, store: resumed }, signal));
    expect(await bytesOf(resumed, id)).toBe(expected);
  });

  it("keeps each topic's ids, source and licence with its example", async () => {
    const task = tasks.find((t) => t.family === "ner") as Task;
    const { config, ports } = await setUp(task, clingen("fixed"));
    const store = runLog(await openDb("provenance"), logFormat);
    for await (const event of generate({ ...config, size: 3 }, { ...ports, store }, new AbortController().signal)) {
      if (event.type !== "accepted") continue;
      const { topic } = drawnOf(event);
      const name = topic?.entities[0]?.name;
      expect(topic).toEqual(topics.find((t) => t.entities[0]?.name === name));
      expect("text" in event.example && event.example.text.toLowerCase()).toContain(name);
    }
  });
});
