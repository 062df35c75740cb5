import { describe, expect, it } from "vitest";
import { rng } from "../../../src/base/rng.ts";
import type { CompletionRequest, LanguageModel } from "../../../src/engines/language-model.ts";
import type { GenerateEvent } from "../../../src/generate/events.ts";
import { generate, patience } from "../../../src/generate/generate.ts";
import type { Method } from "../../../src/generate/method.ts";
import { type RunConfig, runId } from "../../../src/generate/run-config.ts";
import { knowledgeOf, noKnowledge } from "../../../src/knowledge/topic.ts";
import { mqp } from "../../../src/tasks/mqp.ts";
import { memoryRunStore } from "./memory-run-store.ts";

const config: RunConfig = {
  task: "mqp",
  method: "zerogen",
  model: "test",
  seed: 7,
  size: 12,
  sampling: { temperature: 1, topP: 1, maxTokens: 20 },
  demonstrations: "none",
  annotation: "model",
  grammar: true,
  examples: "-",
  knowledge: "-",
};

/** Two turns; the second answer decides what becomes of it. */
const method: Method<typeof mqp> = {
  id: "zerogen",
  *converse(_, { label }, stream) {
    const first = yield { messages: [{ role: "user", content: `first for ${label}, ${stream.int(1000)}` }], style: "plain" };
    const second = yield { messages: [{ role: "user", content: `second to ${first}` }] };
    if (second.includes("bad")) return { ok: false, reason: "malformed" };
    return { ok: true, value: { kind: "pair", first, second, label } };
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

const demonstrations = [{ kind: "pair", first: "Demo one?", second: "Demo two?", label: "equivalent" }] as const;

async function run(
  store: ReturnType<typeof memoryRunStore>,
  options: { slots?: number; stopAfter?: number; size?: number; answer?: () => string } = {},
) {
  const { slots = 3, stopAfter = Number.POSITIVE_INFINITY, size = config.size, answer } = options;
  const events: GenerateEvent[] = [];
  const ports = { task: mqp, method, model: model(slots, answer), store, demonstrations, knowledge: knowledgeOf(noKnowledge) };
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
    expect(accepted[0]).toMatchObject({ style: "plain", turns: [{ promptTokens: 3 }, { completionTokens: 2 }] });
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
    i = 0;
    const twice = ["a", "b", "A.", "b", "c", "d"];
    const second = await run(memoryRunStore(), { slots: 1, size: 2, answer: () => twice[i++] ?? `more ${i}` });
    expect(second.filter((e) => e.type === "rejected").map((e) => e.reason)).toEqual(["duplicate"]);
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
    const ports = {
      task: mqp,
      method,
      model: model(4),
      store: memoryRunStore(),
      demonstrations,
      knowledge: knowledgeOf(noKnowledge),
    };
    for await (const _ of generate(config, ports, new AbortController().signal));
    expect(ports.model.most).toBe(4);
  });

  it("rejects a completion cut by the token limit as truncated", async () => {
    const cut = {
      ...model(1),
      complete: async () => ({ text: "half a", finish: "length" as const, promptTokens: 1, completionTokens: 20 }),
    };
    const ports = { task: mqp, method, model: cut, store: memoryRunStore(), demonstrations, knowledge: knowledgeOf(noKnowledge) };
    const run = async () => {
      for await (const event of generate(config, ports, new AbortController().signal))
        if (event.type === "rejected") expect(event).toMatchObject({ reason: "truncated", turns: [{ text: "half a" }] });
    };
    await expect(run()).rejects.toMatchObject({ code: "nothing-accepted" });
  });
});

describe("a run's id", () => {
  it("is the same for another size, and another for anything else", async () => {
    expect(await runId({ ...config, size: 999 })).toBe(await runId(config));
    const others = [
      { seed: 8 },
      { knowledge: "other" },
      { sampling: { ...config.sampling, temperature: 0.9 } },
      { annotation: "graph" as const },
    ];
    for (const change of others) expect(await runId({ ...config, ...change })).not.toBe(await runId(config));
  });
});
