// A run of masked fillings as a function: the model learns, then fills; it is left and goes on to the same bytes; what lacks a head is refused first.

import { describe, expect, it } from "vitest";
import { runLock } from "../../../src/base/locks.ts";
import { presetSource } from "../../../src/experiment/presets.ts";
import type { FillEvent, FillRequest } from "../../../src/experiment/steps.ts";
import type { LogEntry } from "../../../src/generate/log.ts";
import { type RunConfig, runId } from "../../../src/generate/run-config.ts";
import type { ConfigOf } from "../../../src/generate/source.ts";
import { noKnowledge } from "../../../src/knowledge/topic.ts";
import type { Example, TokenExample } from "../../../src/tasks/example.ts";
import { type MemoryRunStore, memoryRunStore } from "../generate/memory-run-store.ts";
import { pairExamples, tokenExamples } from "../train/toy.ts";
import { collect, never } from "./memory-ports.ts";
import { toyTraining } from "./toy-masked.ts";

const melm: ConfigOf<"melm"> = {
  ...presetSource("small", "melm"),
  tuning: { ...presetSource("small", "melm").tuning, learningRate: 5, epochs: 6, dropout: 0 },
};

function requestOf(over: Partial<RunConfig> = {}, few: readonly Example[] = tokenExamples(8, 1)): FillRequest {
  const config: RunConfig = {
    task: "bc5cdr-disease",
    source: melm,
    seed: 3,
    size: 12,
    examples: "-",
    knowledge: "-",
    ...over,
  };
  const run = { config, demonstrations: few, knowledge: noKnowledge };
  return { run, encoder: "masked", device: "auto", validation: tokenExamples(8, 2), seed: 7 };
}

const stage = {
  task: "bc5cdr-disease",
  encoder: "masked",
  device: "auto",
  few: tokenExamples(30, 1),
  synthetic: [],
  validation: tokenExamples(8, 2),
  test: tokenExamples(3, 9),
  config: { learningRate: 1, batchSize: 8, maxTokens: 64, warmup: 0.05, weightDecay: 0, clipNorm: 0, seed: 7 },
  fewEpochs: 4,
  syntheticEpochs: 1,
  save: "place",
} as const;

const maskedEvents = (events: readonly FillEvent[]) => events.flatMap((e) => (e.type === "masked" ? [e.event] : []));
const entriesOf = (events: readonly FillEvent[]) =>
  events.flatMap(({ type, event }) =>
    type === "generate" && (event.type === "accepted" || event.type === "rejected") ? [event] : [],
  );

async function written(store: MemoryRunStore, request = requestOf()) {
  const { procedures, count, held } = toyTraining(store);
  const events = await collect(procedures.fill(request, never));
  expect([count.open, held.size]).toEqual([0, 0]);
  return { events, lines: store.lines(await runId(request.run.config)) };
}

describe("a run that fills masked places", () => {
  it("fine-tunes first, and tells the loss, which falls; then it writes, and closes what it opened", async () => {
    const { events, lines } = await written(memoryRunStore());
    const tuning = maskedEvents(events);
    expect(tuning[0]).toEqual({ type: "device", device: "wasm", reason: expect.stringContaining("2 WASM threads") });
    const epochs = tuning.flatMap((e) => (e.type === "epoch" ? [e] : []));
    expect(epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(epochs.at(-1)?.validationLoss).toBeLessThan(epochs[0]?.validationLoss ?? 0);
    const best = epochs.reduce((a, b) => (b.validationLoss <= a.validationLoss ? b : a));
    expect(tuning.at(-1)).toEqual({ type: "tuned", bestEpoch: best.epoch });
    const firstRun = events.findIndex((e) => e.type === "generate");
    expect(events.findLastIndex((e) => e.type === "masked")).toBeLessThan(firstRun);
    expect(lines.filter((line) => line.includes('"accepted"'))).toHaveLength(12);
  });

  it("fills entities with what it saw masked, in words of their kind, and leaves the rest as it was", async () => {
    const { events } = await written(memoryRunStore());
    const few = tokenExamples(8, 1);
    const sick = /^(fever|cough|asthma|gout|lupus|flu)/;
    const outside = ({ text, spans }: TokenExample) =>
      spans.reduceRight((t, { start, end }) => t.slice(0, start) + t.slice(end), text);
    const fillings: string[] = [];
    for (const entry of entriesOf(events)) {
      if (entry.type !== "accepted" || entry.origin.kind !== "derived") continue;
      const made = entry.example as TokenExample;
      const from = few[entry.origin.from[0] as number] as TokenExample;
      expect(outside(made)).toBe(outside(from));
      fillings.push(...made.spans.map(({ start, end }) => made.text.slice(start, end)));
    }
    expect(fillings.filter((word) => sick.test(word)).length / fillings.length).toBeGreaterThan(0.8);
    expect(fillings.every((word) => !word.includes(" "))).toBe(true);
  });

  it("left at any moment, by a stop or a kill, it goes on to the same bytes", async () => {
    const whole = await written(memoryRunStore());
    for (let stop = 1; stop < whole.events.length; stop += 2) {
      const store = memoryRunStore();
      const killed = toyTraining(store).procedures.fill(requestOf(), never);
      for (let i = 0; i < stop; i++) await killed.next(); // and no clean-up is run
      expect((await written(store)).lines, `killed after event ${stop}`).toEqual(whole.lines);
    }
  }, 60_000);

  it("stopped while it learns says so, and frees the model", async () => {
    const { procedures, count, held } = toyTraining(memoryRunStore());
    const controller = new AbortController();
    const stopped = (async () => {
      for await (const { event } of procedures.fill(requestOf(), controller.signal))
        if (event.type === "epoch") controller.abort();
    })();
    await expect(stopped).rejects.toMatchObject({ code: "aborted" });
    expect([count.opened, count.open, held.size]).toEqual([1, 0, 0]);
  });

  it("extended, goes on after what it has; with another seed of the fine-tuning it fills otherwise", async () => {
    const store = memoryRunStore();
    const { lines } = await written(store);
    const before = [...lines];
    const more = await written(store, requestOf({ size: 16 }));
    expect(more.lines.slice(0, before.length)).toEqual(before);
    const fresh = await written(memoryRunStore(), requestOf({ size: 16 }));
    expect(more.lines).toEqual(fresh.lines);
    const other = await written(memoryRunStore(), { ...requestOf(), seed: 8 });
    expect(other.lines).not.toEqual(before);
  });

  it("ends with what it has where nothing new comes any more", async () => {
    const one = tokenExamples(8, 1).slice(0, 1);
    const { events, lines } = await written(memoryRunStore(), requestOf({ size: 100_000 }, one));
    expect(lines.length).toBeGreaterThan(50);
    expect(events.at(-1)).toMatchObject({ event: { type: "finished" } });
  });

  it("reads pairs with their label before them", async () => {
    const source = { ...presetSource("small", "conditional-mlm"), tuning: { ...melm.tuning, maskRate: 0.15 } };
    const few = pairExamples(8, 1);
    const { events } = await written(memoryRunStore(), {
      ...requestOf({ task: "mqp", source, size: 8 }, few),
      validation: pairExamples(4, 2),
    });
    const accepted = entriesOf(events).flatMap((e) => (e.type === "accepted" ? [e] : []));
    expect(accepted).toHaveLength(8);
    for (const { example, label, origin } of accepted as Extract<LogEntry, { type: "accepted" }>[]) {
      const from = few[origin.kind === "derived" ? (origin.from[0] as number) : -1];
      expect([label, (example as { label: string }).label]).toEqual([from?.label, from?.label]);
    }
  });

  it("is one tab's at a time", async () => {
    const { procedures, hold, count } = toyTraining(memoryRunStore());
    await hold(runLock(await runId(requestOf().run.config)));
    await expect(collect(procedures.fill(requestOf(), never))).rejects.toMatchObject({ code: "run-busy" });
    expect(count.opened).toBe(0);
  });
});

describe("an encoder without a masked head", () => {
  it("is refused in words, before anything is opened, trained or written", async () => {
    const store = memoryRunStore();
    const { procedures, count, held } = toyTraining(store);
    const request = { ...requestOf(), encoder: "bare" };
    await expect(collect(procedures.fill(request, never))).rejects.toMatchObject({
      code: "no-masked-head",
      message: expect.stringMatching(/cls\.predictions.*: choose one that was saved with its masked-language-model head/),
    });
    expect([count.opened, held.size, store.lines(await runId(request.run.config))]).toEqual([0, 0, []]);
  });
});

describe("a filter by labels", () => {
  it("keeps what a classifier of the few-shot set labels alike, and goes on to the same bytes", async () => {
    const request = { ...requestOf({ source: { ...melm, filter: true } }), stage };
    const { events, lines } = await written(memoryRunStore(), request);
    expect(events.some((e) => e.type === "train" && e.event.type === "stage-finished")).toBe(true);
    expect(events.some((e) => e.type === "train" && e.event.type === "scored")).toBe(false);
    const plain = await written(memoryRunStore());
    const texts = (of: readonly FillEvent[], type: string) =>
      entriesOf(of).flatMap((e) => (e.type === type && e.type === "accepted" ? [(e.example as TokenExample).text] : []));
    expect(texts(events, "accepted")).toHaveLength(12);
    expect(texts(plain.events, "accepted")).toHaveLength(12);
    const store = memoryRunStore();
    const killed = toyTraining(store).procedures.fill(request, never);
    for (let i = 0; i < events.length - 6; i++) await killed.next();
    expect((await written(store, request)).lines).toEqual(lines);
  });

  it("throws away what it labels otherwise, counted by its reason", async () => {
    const { procedures } = toyTraining(memoryRunStore());
    const untrained = { ...stage, config: { ...stage.config, learningRate: 0 }, fewEpochs: 1 }; // it marks nothing
    const request = { ...requestOf({ source: { ...melm, filter: true } }), stage: untrained };
    const events = await collect(procedures.fill(request, never));
    const reasons = new Set(entriesOf(events).map((e) => (e.type === "rejected" ? e.reason : "accepted")));
    expect([...reasons]).toEqual(["labels-differ"]);
    expect(entriesOf(events)).toHaveLength(50);
  });
});
