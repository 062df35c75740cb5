import { describe, expect, it, vi } from "vitest";
import type { CompletionRequest, LanguageModel } from "../../../src/engines/language-model.ts";
import { measuredRequests, measureEngine } from "../../../src/engines/measure-engine.ts";

/** Writes so many tokens in so many milliseconds, and notes what it was asked. */
function model(slots: number, tokens: number, milliseconds: number) {
  const requests: CompletionRequest[] = [];
  let running = 0;
  let mostRunning = 0;
  const self: LanguageModel = {
    id: "clock",
    contextTokens: 1000,
    slots,
    deterministic: true,
    async complete(request, signal) {
      signal.throwIfAborted();
      requests.push(request);
      mostRunning = Math.max(mostRunning, ++running);
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
      running--;
      return { text: "", finish: "length", promptTokens: 10, completionTokens: tokens };
    },
    close: async () => undefined,
  };
  return { self, requests, most: () => mostRunning };
}

const never = new AbortController().signal;

describe("measuring an engine", () => {
  it("asks the same eight prompts of each, 24 tokens long, after one that does not count", async () => {
    const [one, other] = [model(1, 24, 0), model(16, 24, 0)];
    const told: number[] = [];
    await measureEngine(one.self, never, (done) => told.push(done));
    await measureEngine(other.self, never, () => undefined);
    expect(told).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(one.requests).toHaveLength(measuredRequests + 1);
    expect(one.requests.slice(1).every((request) => request.sampling.maxTokens === 24)).toBe(true);
    expect(new Set(one.requests.slice(1).map((request) => request.messages[0]?.content)).size).toBe(8);
    expect(other.requests.map((r) => r.messages)).toEqual(one.requests.map((r) => r.messages));
  });

  it("keeps as many in flight as the model has slots, and counts what was written over the time it took", async () => {
    const one = model(1, 10, 20);
    const four = model(4, 10, 20);
    const slow = await measureEngine(one.self, never, () => undefined);
    const fast = await measureEngine(four.self, never, () => undefined);
    expect([one.most(), four.most()]).toEqual([1, 4]);
    // 80 tokens in 8 or in 2 rounds of 20 ms: at most so fast, since timers are never early.
    expect(slow).toBeLessThanOrEqual(80 / 0.158);
    expect(fast).toBeLessThanOrEqual(80 / 0.038);
  });

  it("begins no prompt after 20 seconds: a slow engine has shown that it is slow", async () => {
    vi.useFakeTimers();
    try {
      const slow = model(1, 24, 8000);
      const measuring = measureEngine(slow.self, never, () => undefined);
      await vi.advanceTimersByTimeAsync(100_000);
      expect(await measuring).toBeCloseTo(24 / 8, 5);
      expect(slow.requests).toHaveLength(1 + 3);
    } finally {
      vi.useRealTimers();
    }
  });

  it("ends when it is stopped", async () => {
    const controller = new AbortController();
    const running = measureEngine(model(1, 10, 5).self, controller.signal, () => controller.abort());
    await expect(running).rejects.toMatchObject({ name: "AbortError" });
  });
});
