import { describe, expect, it } from "vitest";
import { rng } from "../../../src/base/rng.ts";
import type { CompletionRequest, LanguageModel } from "../../../src/engines/language-model.ts";
import type { GenerateEvent } from "../../../src/generate/log.ts";
import { generate, patience } from "../../../src/generate/run.ts";
import { type RunConfig, runId } from "../../../src/generate/run-config.ts";
import type { Source, Turn } from "../../../src/generate/source.ts";
import { sources } from "../../../src/generate/sources.ts";
import { knowledgeOf, noKnowledge } from "../../../src/knowledge/topic.ts";
import type { Example } from "../../../src/tasks/example.ts";
import { mqp } from "../../../src/tasks/mqp.ts";
import { memoryRunStore } from "./memory-run-store.ts";

const config: RunConfig = {
  task: "mqp",
  source: {
    kind: "zerogen",
    writer: { model: "test", sampling: { temperature: 1, topP: 1, maxTokens: 20 }, demonstrations: "none", grammar: true },
  },
  seed: 7,
  size: 12,
  examples: "-",
  knowledge: "-",
};

/** Two turns; the second answer decides what becomes of it. */
const source: Source = {
  ...(sources.zerogen as Source),
  async attempt(i, { task }, { model }, stream, signal) {
    const label = task.labels[i % 2]?.id ?? "";
    const turns: Turn[] = [];
    const ask = async (content: string, seed: number) => {
      const messages = [{ role: "user", content }] as const;
      const request = { messages, sampling: { temperature: 1, topP: 1, maxTokens: 20 }, seed };
      const { text, finish, ...tokens } = await (model as LanguageModel).complete(request, signal);
      turns.push({ messages, text, ...tokens });
      return text;
    };
    const first = await ask(`first for ${label}, ${stream.int(1000)}`, i);
    const second = await ask(`second to ${first}`, i);
    const origin = { kind: "prompted", turns, style: "plain" } as const;
    if (second.includes("bad")) return { label, origin, parsed: { ok: false, reason: "malformed" } };
    return { label, origin, parsed: { ok: true, value: { kind: "pair", first, second, label } } };
  },
};

/** Answers from the request alone, slower ones out of turn; `most` counts requests in flight. */
function model(slots: number, answer?: (request: CompletionRequest) => string): LanguageModel & { most: number } {
  let flying = 0;
  const self = {
    id: "test",
    contextTokens: 100,
    slots,
    deterministic: true,
    most: 0,
    async complete(request: CompletionRequest, signal: AbortSignal) {
      self.most = Math.max(self.most, ++flying);
      const stream = rng("answer", request.seed, request.messages[0]?.content ?? "");
      await new Promise((resolve) => setTimeout(resolve, stream.int(4)));
      flying--;
      signal.throwIfAborted();
      const text = answer?.(request) ?? (stream.int(4) === 0 ? "bad" : `text ${stream.int(1_000_000)}`);
      return { text, finish: "stop" as const, promptTokens: 3, completionTokens: 2 };
    },
    close: async () => undefined,
  };
  return self;
}

/** The first three requests take so many milliseconds, and it tells how far each is. */
function slow(from: LanguageModel, milliseconds: number): LanguageModel {
  let asked = 0;
  return {
    ...from,
    async complete(request, signal, onProgress) {
      const steps = asked++ < 3 ? 10 : 1;
      for (let i = 1; i <= steps; i++) {
        onProgress?.({ promptTokens: i, promptTotal: 10, completionTokens: Math.max(0, i - 3) });
        if (steps > 1) await new Promise((resolve) => setTimeout(resolve, milliseconds / steps));
      }
      return from.complete(request, signal);
    },
  };
}

const demonstrations = [
  { kind: "pair", first: "Demo one?", second: "Demo two?", label: "equivalent" },
  { kind: "pair", first: "Is demo three a long one?", second: "Yes.", label: "equivalent" },
] as const;

const portsOf = (languageModel: LanguageModel, of = source) => ({
  task: mqp,
  source: of,
  tools: { model: languageModel },
  store: memoryRunStore(),
  demonstrations,
  gold: [],
  knowledge: knowledgeOf(noKnowledge),
});

async function run(
  store: ReturnType<typeof memoryRunStore>,
  options: { slots?: number; stopAfter?: number; size?: number; answer?: () => string } = {},
) {
  const { slots = 3, stopAfter = Number.POSITIVE_INFINITY, size = config.size, answer } = options;
  const events: GenerateEvent[] = [];
  const ports = { ...portsOf(model(slots, answer)), store };
  for await (const event of generate({ ...config, size }, ports, new AbortController().signal)) {
    events.push(event);
    if (events.length > stopAfter) break;
  }
  return events;
}

describe("generate", () => {
  it("ends with as many accepted examples as asked for, labels in turn, and counts that add up", async () => {
    const events = await run(memoryRunStore());
    const accepted = events.filter((e) => e.type === "accepted");
    const rejected = events.filter((e) => e.type === "rejected");
    expect(accepted).toHaveLength(12);
    expect(rejected.length).toBeGreaterThan(0);
    expect(events.at(-1)).toEqual({ type: "finished", accepted: 12, attempts: 12 + rejected.length });
    for (const entry of [...accepted, ...rejected]) expect(entry.label).toBe(mqp.labels[entry.index % 2]?.id);
    expect(accepted[0]).toMatchObject({ origin: { style: "plain", turns: [{ promptTokens: 3 }, { completionTokens: 2 }] } });
  });

  it("writes the same bytes unbroken, one at a time, and stopped at any point and resumed", async () => {
    const id = await runId(config);
    const whole = memoryRunStore();
    await run(whole);
    const sequential = memoryRunStore();
    await run(sequential, { slots: 1 });
    expect(sequential.lines(id)).toEqual(whole.lines(id));
    for (let stopAfter = 0; stopAfter < whole.lines(id).length; stopAfter += 3) {
      const broken = memoryRunStore();
      await run(broken, { stopAfter });
      expect(broken.lines(id).length).toBeLessThan(whole.lines(id).length);
      await run(broken);
      expect(broken.lines(id)).toEqual(whole.lines(id));
    }
  });

  it("tells how far the first sentences are before one is there, four times a second at most, and writes the same bytes", async () => {
    const id = await runId(config);
    const silent = memoryRunStore();
    await run(silent);
    const store = memoryRunStore();
    const events: GenerateEvent[] = [];
    let told = 0;
    const startedAt = performance.now();
    const ports = { ...portsOf(slow(model(3), 700)), store };
    for await (const event of generate(config, ports, new AbortController().signal)) {
      events.push(event);
      if (event.type === "writing") told++;
    }
    const first = events.findIndex((e) => e.type === "accepted" || e.type === "rejected");
    const before = events.slice(1, first);
    expect(before.length).toBeGreaterThan(0);
    expect(before[0]).toMatchObject({ type: "writing", underWay: 3, promptTotal: 30 });
    const tokens = before.map((e) => (e.type === "writing" ? e.tokens : Number.NaN));
    expect(tokens).toEqual(tokens.toSorted((a, b) => a - b));
    expect(tokens.at(-1)).toBeGreaterThan(0);
    expect(told).toBeLessThanOrEqual((performance.now() - startedAt) / 250);
    expect(store.lines(id)).toEqual(silent.lines(id));
  });

  it("stops what is in flight at once where its reader leaves before the first entry", async () => {
    const stopped: boolean[] = [];
    const hanging: LanguageModel = {
      ...model(2),
      complete: (_, signal, onProgress) =>
        new Promise((_resolve, reject) => {
          const timer = setInterval(() => onProgress?.({ promptTokens: 1, promptTotal: 10, completionTokens: 0 }), 20);
          signal.addEventListener("abort", () => {
            clearInterval(timer);
            stopped.push(true);
            reject(signal.reason);
          });
        }),
    };
    for await (const event of generate(config, portsOf(hanging), new AbortController().signal)) {
      if (event.type === "writing") break;
    }
    expect(stopped).toEqual([true, true]);
  });

  it("extends a finished run: the shorter log is the beginning of the longer one", async () => {
    const id = await runId(config);
    const store = memoryRunStore();
    await run(store, { size: 5 });
    const short = [...store.lines(id)];
    const events = await run(store, { size: 9 });
    expect(events[0]).toMatchObject({ type: "opened", next: short.length, accepted: 5 });
    expect(store.lines(id).slice(0, short.length)).toEqual(short);
    expect(store.lines(id).filter((line) => line.includes('"type":"accepted"'))).toHaveLength(9);
    const again = await run(store, { size: 9 });
    expect(again.map((e) => e.type)).toEqual(["opened", "finished"]);
  });

  it("throws away what was accepted before and what copies a demonstration, whatever case and punctuation", async () => {
    const answers = ["Same text", "Same text!", "same  TEXT", "other", "DEMO ONE", "demo two", "x", "y"];
    let i = 0;
    const events = await run(memoryRunStore(), { slots: 1, size: 3, answer: () => answers[i++] ?? `more ${i}` });
    expect(events.filter((e) => e.type === "rejected").map((e) => e.reason)).toEqual(["copies-demonstration"]);
    // One text of a pair is enough, where it is long enough to be no chance.
    i = 0;
    const halves = [
      "Is gout so painful at night?",
      "IS DEMO THREE A LONG ONE",
      "new",
      "demo two",
      "newer",
      "is demo three a long one?",
    ];
    const half = await run(memoryRunStore(), { slots: 1, size: 2, answer: () => halves[i++] ?? `more ${i}` });
    expect(half.filter((e) => e.type === "rejected").map((e) => e.reason)).toEqual([
      "copies-demonstration",
      "copies-demonstration",
    ]);
    i = 0;
    const twice = ["a", "b", "A.", "b", "c", "d"];
    const second = await run(memoryRunStore(), { slots: 1, size: 2, answer: () => twice[i++] ?? `more ${i}` });
    expect(second.filter((e) => e.type === "rejected").map((e) => e.reason)).toEqual(["duplicate"]);
  });

  it.each([
    ["She is HIV+.", "She is HIV-.", "she is HIV +"],
    ["Mice were p53-/-.", "Mice were p53+/+.", "mice were p53-/- "],
    ["Platelets < 50.", "Platelets > 50.", "platelets <50"],
    ["Base excess of −4.", "Base excess of 4.", "base excess of -4"],
    ["A follow-up - in May.", "A follow-up - in June.", "A follow up in May"],
    ["रोगी का पैर", "रोगी की पैर", "रोगी का पैर।"],
    ["Pe\u0301ritonite", "Peritonite", "péritonite"],
  ])("takes %s and %s for two texts, and %s for the first again", async (...answers) => {
    let i = 0;
    const events = await run(memoryRunStore(), { slots: 1, size: 3, answer: () => answers[i++ >> 1] ?? "Another one." });
    const [first, second, third] = events.filter(({ type }) => type === "accepted" || type === "rejected");
    expect([first?.type, second?.type]).toEqual(["accepted", "accepted"]);
    expect(third).toMatchObject({ type: "rejected", reason: "duplicate" });
  });

  it("gives up after a long row without an accepted one, saying why", async () => {
    const store = memoryRunStore();
    await expect(run(store, { answer: () => "bad" })).rejects.toMatchObject({
      code: "nothing-accepted",
      message: expect.stringContaining(`malformed ${patience}`),
    });
    expect(store.lines(await runId(config))).toHaveLength(patience);
  });

  it("asks no more at once than the model has slots", async () => {
    const four = model(4);
    for await (const _ of generate(config, portsOf(four), new AbortController().signal));
    expect(four.most).toBe(4);
  });

  it.each([
    ["truncated", "half a"],
    ["thought-only", "<think>half a"],
  ])("rejects a completion cut by the token limit as %s", async (reason, text) => {
    const cut = {
      ...model(1),
      complete: async () => ({ text, finish: "length" as const, promptTokens: 1, completionTokens: 20 }),
    };
    const ports = portsOf(cut, sources.zerogen as Source);
    const run = async () => {
      for await (const event of generate(config, ports, new AbortController().signal))
        if (event.type === "rejected") expect(event).toMatchObject({ reason, origin: { turns: [{ text }] } });
    };
    await expect(run()).rejects.toMatchObject({ code: "nothing-accepted" });
  });
});

describe("sources without a writer", () => {
  const question = (i: number, label = "equivalent") =>
    ({ kind: "pair", first: `Question ${i}?`, second: `Other ${i}?`, label }) as const;
  const taken = async (kind: "none" | "gold", gold: readonly Example[]) => {
    const store = memoryRunStore();
    const given: RunConfig = { ...config, source: { kind }, size: sources[kind].extent(12, gold.length, 0) };
    const ports = { ...portsOf(model(1)), tools: {}, source: sources[kind] as Source, store, gold };
    const events: GenerateEvent[] = [];
    for await (const event of generate(given, ports, new AbortController().signal)) events.push(event);
    return { events, store };
  };

  it("none makes nothing, whatever the size", async () => {
    const { events } = await taken("none", [question(1)]);
    expect(events.map((e) => e.type)).toEqual(["opened", "finished"]);
  });

  it("gold takes every real row as it is, repeated ones too, and says which row it was", async () => {
    const gold = [question(1), question(2, "not_equivalent"), question(1), demonstrations[0]];
    const { events } = await taken("gold", gold);
    const entries = events.filter((e) => e.type === "accepted");
    expect(entries.map((e) => e.example)).toEqual(gold);
    expect(entries.map((e) => e.origin)).toEqual(gold.map((_, i) => ({ kind: "derived", from: [i], by: "gold" })));
    expect(entries.map((e) => e.label)).toEqual(["equivalent", "not_equivalent", "equivalent", "equivalent"]);
    expect(events.at(-1)).toEqual({ type: "finished", accepted: 4, attempts: 4 });
  });

  it("gold ends where its rows do, though more are asked for", async () => {
    const ports = { ...portsOf(model(1)), tools: {}, source: sources.gold as Source, gold: [question(1)] };
    const events: GenerateEvent[] = [];
    for await (const event of generate({ ...config, source: { kind: "gold" } }, ports, new AbortController().signal))
      events.push(event);
    expect(events.at(-1)).toEqual({ type: "finished", accepted: 1, attempts: 1 });
  });
});
