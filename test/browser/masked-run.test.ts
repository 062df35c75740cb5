// A user's own encoder, imported as a folder, fills masked words in the worker that trains: to its end, through a killed worker, and refused without the head.

import { afterAll, beforeAll, expect, it } from "vitest";
import { breathe } from "../../src/base/async.ts";
import { hold, runLock } from "../../src/base/locks.ts";
import type { ModelFiles } from "../../src/classifier/encoder-files.ts";
import { openMaskedModel } from "../../src/classifier/masked-model.ts";
import { presetSource } from "../../src/experiment/presets.ts";
import type { FillEvent, FillRequest } from "../../src/experiment/steps.ts";
import type { LogEntry } from "../../src/generate/log.ts";
import { runId } from "../../src/generate/run-config.ts";
import { noKnowledge } from "../../src/knowledge/topic.ts";
import { modelAccess } from "../../src/models/access.ts";
import { filledRun } from "../../src/procedures/filled-run.ts";
import { modelStore } from "../../src/store/model-store.ts";
import { generateClient } from "../../src/workers/generate.client.ts";
import { modelClient } from "../../src/workers/models.client.ts";
import { trainClient } from "../../src/workers/train.client.ts";
import { memoryRunStore } from "../unit/generate/memory-run-store.ts";
import { tokenExamples } from "../unit/train/toy.ts";
import { randomEncoder } from "./random-encoder.ts";

const patience = 240_000;
const never = new AbortController().signal;
const library = modelClient();
const clients = [trainClient()];
const ids: Record<"masked" | "bare", string> = { masked: "", bare: "" };

async function imported(name: string, folder: ModelFiles): Promise<string> {
  const files = [...folder].map(([path, blob]) => ({ path: `${name}/${path}`, file: new File([blob], path) }));
  for await (const event of library.procedures.import({ name, files })) {
    const [first] = event.type === "imported" ? event.imported : [];
    if (first) return first.id;
  }
  throw new Error("nothing was imported");
}

beforeAll(async () => {
  ids.masked = await imported("tiny-masked", randomEncoder(3, 1, { kind: "masked" }));
  ids.bare = await imported("tiny-bare", randomEncoder(3));
});

afterAll(async () => {
  for (const id of Object.values(ids)) await library.procedures.remove({ id });
  for (const client of [...clients, library]) client.close();
});

const preset = presetSource("small", "melm");
const requestOf = (encoder: string): FillRequest => ({
  run: {
    config: {
      task: "bc5cdr-disease",
      source: { ...preset, tuning: { ...preset.tuning, epochs: 2, maxTokens: 32, learningRate: 1e-3 } },
      seed: 3,
      size: 8,
      examples: `${Date.now()}`, // a run of its own at each run of the test
      knowledge: "-",
    },
    demonstrations: tokenExamples(6, 1),
    knowledge: noKnowledge,
  },
  encoder,
  device: "wasm",
  validation: tokenExamples(4, 2),
  seed: 7,
});

async function collect<T>(from: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of from) all.push(one);
  return all;
}

it(
  "writes the same log in a worker that is killed on the way as here without a break",
  async () => {
    const request = requestOf(ids.masked);
    const run = await runId(request.run.config);
    const whole = memoryRunStore();
    const ports = { models: modelAccess(modelStore()), hold, runs: async () => whole, openMaskedModel };
    const openStage = () => Promise.reject(new Error("it filters nothing"));
    await collect(filledRun(ports, request, { device: "wasm", reason: "", openStage }, never));
    const expected: LogEntry[] = await collect(whole.read(run));
    expect(expected.filter(({ type }) => type === "accepted")).toHaveLength(8);

    const [first] = clients as [(typeof clients)[number]];
    const told: FillEvent[] = [];
    for await (const event of first.procedures.fill(request)) {
      told.push(event);
      if (event.type !== "generate" || event.event.type !== "accepted") continue;
      first.close(); // it hears of no stop
      break;
    }
    expect(told.some((e) => e.type === "masked" && e.event.type === "tuned")).toBe(true);
    while ((await navigator.locks.query()).held?.some(({ name }) => name === runLock(run))) await breathe();
    const second = trainClient();
    clients.push(second);
    await collect(second.procedures.fill(request));
    const pipeline = generateClient();
    expect(await collect(pipeline.procedures.readRun({ id: run }))).toEqual(expected);
    pipeline.close();
  },
  patience,
);

it("an encoder without its masked head is refused across the worker's border, and nothing is written", async () => {
  const client = trainClient();
  clients.push(client);
  const told: FillEvent[] = [];
  const refused = (async () => {
    for await (const event of client.procedures.fill(requestOf(ids.bare))) told.push(event);
  })();
  await expect(refused).rejects.toMatchObject({ code: "no-masked-head" });
  expect(told.filter(({ type }) => type === "generate")).toEqual([]);
});
