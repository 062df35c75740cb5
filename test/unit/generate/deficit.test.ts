// The deficit sampler: what it draws, and that a run drawn by it is the same whatever its engine and its interruptions.

import { describe, expect, it } from "vitest";
import { rng } from "../../../src/base/rng.ts";
import type { LanguageModel } from "../../../src/engines/language-model.ts";
import { leastCovered } from "../../../src/generate/deficit.ts";
import { attemptHistory, historyBlock, knownTo, type Past } from "../../../src/generate/history.ts";
import { type AttemptEntry, drawnOf, type LogEntry } from "../../../src/generate/log.ts";
import { memoryLog } from "../../../src/generate/memory-log.ts";
import { generate } from "../../../src/generate/run.ts";
import { type RunConfig, runId } from "../../../src/generate/run-config.ts";
import type { ConfigOf, Source } from "../../../src/generate/source.ts";
import { sourceOf } from "../../../src/generate/sources.ts";
import { knowledgeOf, type Topic } from "../../../src/knowledge/topic.ts";
import { mqp } from "../../../src/tasks/mqp.ts";
import { fewShot, writerOf } from "./asked.ts";

const topic = (name: string): Topic => ({ entities: [{ name, type: "Disease" }], source: "kg" });
const names = ["lung cancer", "skin cancer", "gout", "asthma", "measles"];
const topics = names.map(topic);
const styles = ["letter", "note"].map((name) => ({ name, source: "user" as const }));
const labels = ["yes", "no"];
const choices = { labels, topicsFor: () => topics, styles };
const past = (label: string, name: string, style: string, outcome: Past["outcome"]): Past => ({
  label,
  topic: topic(name),
  style,
  outcome,
});
const nameOf = (of: { topic?: Topic }) => of.topic?.entities[0]?.name ?? "";

describe("the least covered", () => {
  it("goes through every label, topic and style before it takes one again", () => {
    const drawn: Past[] = [];
    for (let i = 0; i < 20; i++) drawn.push({ ...leastCovered(choices, drawn, i, rng("x", i)), outcome: "accepted" });
    const cells = new Set(drawn.map((of) => `${of.label} ${nameOf(of)} ${of.style}`));
    expect(cells.size).toBe(20);
    for (const half of [drawn.slice(0, 10), drawn.slice(10)]) {
      expect(new Set(half.map((of) => `${of.label} ${nameOf(of)}`)).size).toBe(10);
    }
  });

  it("comes back to what was thrown away, but not for ever", () => {
    const all = names.map((name) => past("yes", name, "note", name === "gout" ? "rejected" : "accepted"));
    const choose = (more: readonly Past[]) =>
      nameOf(leastCovered({ ...choices, labels: ["yes"] }, [...all, ...more], 9, rng("x", 1)));
    expect(choose([])).toBe("gout");
    expect(choose(Array.from({ length: 4 }, () => past("yes", "gout", "note", "rejected")))).not.toBe("gout");
    expect(choose([past("yes", "gout", "note", "open")])).not.toBe("gout");
  });

  it("prefers, among equals, what shares a word with what was thrown away", () => {
    const rejected = [past("no", "lung cancer", "note", "rejected"), past("no", "gout", "note", "accepted")];
    const firsts = Array.from({ length: 30 }, (_, i) =>
      nameOf(leastCovered({ ...choices, labels: ["yes"] }, rejected, 2, rng("x", i))),
    );
    expect(new Set(firsts)).toEqual(new Set(["lung cancer", "skin cancer"]));
  });

  it("draws what is left by chance: no first topic is preferred", () => {
    const firsts = Array.from({ length: 500 }, (_, i) => nameOf(leastCovered(choices, [], 0, rng("x", i))));
    for (const name of names) expect(firsts.filter((one) => one === name).length).toBeGreaterThan(60);
  });
});

describe("the history of an attempt", () => {
  const entry = (index: number): AttemptEntry =>
    ({ type: "rejected", index, label: "yes", origin: { kind: "prompted", turns: [] }, reason: "empty" }) as const;

  it("holds outcomes of whole blocks, so that it is the same however many attempts are in flight", async () => {
    const history = attemptHistory();
    const seen: (readonly Past[])[] = [];
    const ask = (i: number) =>
      history.choose(
        i,
        (before) => {
          seen[i] = before;
          return { label: "yes" };
        },
        new AbortController().signal,
      );
    const asked = Array.from({ length: 2 * historyBlock + 1 }, (_, i) => ask(i));
    await Promise.all(asked.slice(0, 2 * historyBlock));
    expect(seen.length).toBe(2 * historyBlock); // the next one waits for the first block
    for (let i = 0; i < historyBlock + 5; i++) history.record(entry(i));
    await Promise.all(asked);
    const outcomes = seen.at(-1)?.map(({ outcome }) => outcome);
    expect(outcomes).toEqual([
      ...Array.from({ length: historyBlock }, () => "rejected"),
      ...Array.from({ length: historyBlock }, () => "open"),
    ]);
    expect(knownTo(historyBlock)).toBe(0);
  });

  it("lets go of an attempt that waits when the run is stopped", async () => {
    const history = attemptHistory();
    const controller = new AbortController();
    const waiting = history.choose(2 * historyBlock, () => ({ label: "yes" }), controller.signal);
    controller.abort();
    await expect(waiting).rejects.toThrow();
  });
});

const source: ConfigOf<"clingen"> = {
  kind: "clingen",
  topics: "kg",
  styles: "paper",
  marks: "model",
  draws: "deficit",
  writer: writerOf("shuffled"),
};
const config: RunConfig = { task: "mqp", source, seed: 3, size: 80, examples: "e", knowledge: "k" };

/** Answers late and out of turn; every third prompt is answered with nothing usable. */
function model(slots: number): LanguageModel {
  return {
    id: "test",
    contextTokens: 4000,
    slots,
    deterministic: true,
    async complete(request) {
      const stream = rng("answer", request.seed, JSON.stringify(request.messages));
      await new Promise((resolve) => setTimeout(resolve, stream.int(3)));
      const words = Array.from({ length: 12 }, () =>
        stream.pick(["fever", "cough", "pain", "heart", "ankle", "night", "week"]),
      ).join(" ");
      const text = stream.next() < 0.3 ? "" : `Does my ${words} get better with ${stream.int(1e6)} drops?`;
      return { text, finish: "stop", promptTokens: 1, completionTokens: 1 };
    },
    close: async () => undefined,
  } as LanguageModel;
}

async function entriesOf(slots: number, kills: readonly number[] = [], of = config): Promise<readonly LogEntry[]> {
  const log = memoryLog([]);
  const ports = {
    task: mqp,
    source: sourceOf(of.source) as Source,
    tools: { model: model(slots) },
    store: log,
    demonstrations: fewShot(mqp),
    gold: [],
    knowledge: knowledgeOf({ topics: Object.fromEntries(mqp.labels.map(({ id }) => [id, topics])), styles, lexicon: [] }),
  };
  for (const size of [...kills, of.size]) {
    for await (const _ of generate({ ...of, size }, ports, new AbortController().signal));
  }
  return log.entries;
}

describe("a run by the deficit sampler", () => {
  it("is the same with any number of slots, and after any break", async () => {
    const whole = await entriesOf(1);
    expect(whole.length).toBeGreaterThan(2 * historyBlock);
    expect(await entriesOf(16)).toEqual(whole);
    expect(await entriesOf(4, [1, 20, 45])).toEqual(whole);
  });

  it("covers what it draws from more evenly than chance, and is another run than chance's", async () => {
    const { draws: _, ...uniform } = source;
    const spread = (entries: readonly LogEntry[]) => {
      const counts = new Map<string, number>();
      for (const each of entries) {
        if (each.type !== "accepted") continue;
        const key = `${each.label} ${nameOf(drawnOf(each))}`;
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
      const mean = [...counts.values()].reduce((a, b) => a + b, 0) / counts.size;
      return [...counts.values()].reduce((sum, n) => sum + (n - mean) ** 2, 0);
    };
    const byChance = { ...config, source: uniform };
    expect(spread(await entriesOf(4))).toBeLessThan(spread(await entriesOf(4, [], byChance)));
    expect(await runId(config)).not.toBe(await runId(byChance));
    expect(await runId({ ...config, source: { ...source, draws: "uniform" } })).toBe(await runId(byChance));
  });
});
