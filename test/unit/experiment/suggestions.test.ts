// Topics and styles asked of a language model: killed after any answer, the step asks for the rest only and comes to the same bytes.

import { describe, expect, it } from "vitest";
import { canonicalJson } from "../../../src/base/hash.ts";
import { rng } from "../../../src/base/rng.ts";
import type { CompletionRequest, LanguageModel } from "../../../src/engines/language-model.ts";
import { drive } from "../../../src/experiment/drive.ts";
import type { DriveEvent, DriveOptions } from "../../../src/experiment/drive-cell.ts";
import { planOfOne } from "../../../src/experiment/plan.ts";
import type { ExperimentPorts } from "../../../src/experiment/ports.ts";
import { presetConfig, presetSource } from "../../../src/experiment/presets.ts";
import type { ProductStore } from "../../../src/experiment/product.ts";
import { gatherKnowledge } from "../../../src/knowledge/gather.ts";
import { fakeDisk, fakePorts } from "./fake-plan.ts";
import { memoryProducts } from "./memory-products.ts";

const never = new AbortController().signal;
const source = { ...presetSource("paper", "clingen"), topics: "llm", styles: "llm" } as const;
const config = { ...presetConfig("paper", { task: "bc5cdr-disease", source: source as never, size: 10 }), topicCount: 60 };
const plan = planOfOne(config, "place");

/** Lists twenty made-up names by the request's seed, so that some are said twice. */
function lister(asked: CompletionRequest[], asksDate = false): LanguageModel {
  const word = (n: number) => [...String(n)].map((digit) => "bcdfglmnpr"[Number(digit)]).join("o");
  return {
    id: "lister",
    contextTokens: 2048,
    slots: 1,
    deterministic: true,
    ...(asksDate ? { asksDate } : {}),
    async complete(request) {
      asked.push(request);
      const stream = rng("list", request.seed);
      const lines = Array.from({ length: 20 }, (_, i) => `${i + 1}. ${word(100 + stream.int(200))}itis`);
      return { text: `${request.date ?? ""}\n${lines.join("\n")}\n`, finish: "stop", promptTokens: 9, completionTokens: 300 };
    },
    close: async () => undefined,
  };
}

function portsOver(model: LanguageModel, today = "2026-11-08"): ExperimentPorts {
  const ports = fakePorts(fakeDisk());
  return {
    ...ports,
    pipeline: {
      ...ports.pipeline,
      gatherKnowledge: (request, signal = never) => gatherKnowledge(request, { model: () => model, today }, signal),
    },
  };
}

const driven = (store: ProductStore, ports: ExperimentPorts, options: DriveOptions = {}) =>
  drive(plan, store, ports, never, { until: "knowledge", ...options });

async function all(events: AsyncIterable<DriveEvent>): Promise<DriveEvent[]> {
  const told: DriveEvent[] = [];
  for await (const event of events) told.push(event);
  return told;
}

const knowledgeIn = (events: readonly DriveEvent[]) =>
  canonicalJson(events.flatMap((event) => (event.type === "result" ? [event.result.knowledge] : [])));

describe("killed on the way", () => {
  it("goes on behind its last answer, to the same bytes", async () => {
    const asked: CompletionRequest[] = [];
    const whole = await all(driven(memoryProducts(), portsOver(lister(asked))));
    expect(asked.length).toBeGreaterThan(5);
    const topics = JSON.parse(knowledgeIn(whole))[0].topics.Disease;
    expect(topics.length).toBeGreaterThan(100);
    const begun = (e: DriveEvent) => e.type === "product" && e.kind === "suggestions";
    expect(whole.filter(begun)).toHaveLength(asked.length);
    for (let stop = 1; stop < whole.length; stop++) {
      const store = memoryProducts();
      const first: CompletionRequest[] = [];
      const killed = driven(store, portsOver(lister(first)));
      for (let i = 0; i < stop; i++) await killed.next(); // and never again: a kill runs no clean-up
      const kept = whole.slice(0, stop).filter(begun).length;
      const ended = whole.slice(0, stop).some((e) => e.type === "product" && e.kind === "knowledge");
      const second: CompletionRequest[] = [];
      const resumed = await all(driven(store, portsOver(lister(second))));
      expect(knowledgeIn(resumed), `killed after ${stop} events`).toBe(knowledgeIn(whole));
      expect(second, `killed after ${stop} events`).toHaveLength(ended ? 0 : asked.length - kept);
      expect(second).toEqual(ended ? [] : asked.slice(kept));
    }
  });

  it("tells the day of its first answer to the rest", async () => {
    const store = memoryProducts();
    const killed = driven(store, portsOver(lister([], true), "2026-11-08"));
    for await (const event of killed) if (event.type === "product" && event.kind === "suggestions") break;
    const second: CompletionRequest[] = [];
    await all(driven(store, portsOver(lister(second, true), "2026-11-09")));
    expect(second.length).toBeGreaterThan(3);
    expect(new Set(second.map(({ date }) => date))).toEqual(new Set(["2026-11-08"]));
  });

  it("asks anew from the first question that is another than the kept one", async () => {
    const store = memoryProducts();
    const whole = knowledgeIn(await all(driven(memoryProducts(), portsOver(lister([])))));
    for await (const event of driven(store, portsOver(lister([])))) {
      if (event.type === "knowledge" && event.event.type === "said" && event.event.at === 3) break;
    }
    const [product] = [...store.kept.values()].filter(({ kind }) => kind === "suggestions");
    if (product?.kind !== "suggestions") throw new Error("no answer was kept");
    const value = product.value.map((answer, i) => (i === 2 ? { ...answer, messages: [] } : answer));
    await store.put({ ...product, value });
    const second: CompletionRequest[] = [];
    expect(knowledgeIn(await all(driven(store, portsOver(lister(second)))))).toBe(whole);
    expect(await store.find("suggestions", product.key)).toMatchObject({ state: "whole", value: { length: 2 + second.length } });
  });
});

it("asked for again it asks everything again, and the knowledge before stays until then", async () => {
  const store = memoryProducts();
  const first: CompletionRequest[] = [];
  await all(driven(store, portsOver(lister(first))));
  const again: CompletionRequest[] = [];
  for await (const event of driven(store, portsOver(lister(again)), { again: true })) {
    if (event.type !== "product" || event.kind !== "suggestions") continue;
    const kept = [...store.kept.values()].map(({ kind, state }) => `${kind} ${state}`);
    expect(kept.sort()).toEqual(["knowledge whole", "suggestions begun"]);
  }
  expect(again).toEqual(first);
});

it("answers without a usable topic are asked again at the next try", async () => {
  const useless = {
    ...lister([]),
    complete: async () => ({ text: "", finish: "stop", promptTokens: 1, completionTokens: 1 }),
  };
  const store = memoryProducts();
  await expect(all(driven(store, portsOver(useless as LanguageModel)))).rejects.toMatchObject({ code: "no-topics" });
  const second: CompletionRequest[] = [];
  await all(driven(store, portsOver(lister(second))));
  expect(second.length).toBeGreaterThan(5);
});
