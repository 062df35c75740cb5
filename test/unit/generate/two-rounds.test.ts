// Barriers: a run stops there, is killed before, at and after them, and holds the same bytes in the end.

import { describe, expect, it } from "vitest";
import { runId } from "../../../src/generate/run-config.ts";
import { memoryRunStore } from "./memory-run-store.ts";
import { barrier, drive, feedbackOf, sit, twoRoundsConfig } from "./two-rounds.ts";

const id = await runId(twoRoundsConfig);
const whole = memoryRunStore();
await drive(whole, id);
const expected = [...whole.lines(id), ...whole.prefixes(id)];
const bytesOf = (store: typeof whole) => [...store.lines(id), ...store.prefixes(id)];
const kindsOf = (lines: readonly string[]) => lines.map((line) => JSON.parse(line).type as string);

describe("a source of two rounds", () => {
  it("stops at its barrier, and goes on with the feedback, which the log holds in its place", () => {
    const kinds = kindsOf(whole.lines(id));
    const at = kinds.indexOf("feedback");
    expect(kinds.slice(0, at).filter((kind) => kind === "accepted")).toHaveLength(barrier);
    expect(kinds[at - 1]).toBe("accepted");
    expect(kinds.filter((kind) => kind === "accepted")).toHaveLength(twoRoundsConfig.size);
    expect(kinds.filter((kind) => kind === "feedback")).toHaveLength(1);
    expect(JSON.parse(whole.lines(id)[at] as string).demonstrations).toHaveLength(2);
  });

  it("shows the feedback in each prompt of the second round and in none of the first", async () => {
    let round = 1;
    for await (const entry of whole.read(id)) {
      if (entry.type === "feedback") round++;
      else if (entry.origin.kind === "prompted") {
        expect(entry.origin.turns[0]?.messages[0]?.content).toMatch(
          round === 1 ? /^Round 1\. Like: $/ : /^Round 2\. Like: text \d+/,
        );
      }
    }
    expect(round).toBe(2);
  });

  it("does not depend on how many are in flight, though some of the first round's were under way at the barrier", async () => {
    for (const slots of [1, 2, 8]) {
      const store = memoryRunStore();
      await drive(store, id, { slots });
      expect(bytesOf(store)).toEqual(expected);
    }
  });

  it("holds the same bytes when killed after any entry: before the barrier, at it, with the feedback written, after it", async () => {
    for (let stopAfter = 1; stopAfter < whole.lines(id).length; stopAfter++) {
      const store = memoryRunStore();
      for (let feedback: Awaited<ReturnType<typeof feedbackOf>> | undefined, left = stopAfter; left > 0; ) {
        const before = store.lines(id).length;
        const last = (await sit(store, { stopAfter: left, ...(feedback ? { feedback } : {}) })).at(-1);
        left -= store.lines(id).length - before;
        if (last?.type === "wants-feedback") feedback = await feedbackOf(store, id, last.after);
      }
      expect(store.lines(id)).toHaveLength(stopAfter);
      await drive(store, id);
      expect(bytesOf(store)).toEqual(expected);
    }
  });

  it("asks again when it is opened at its barrier without feedback, and writes nothing", async () => {
    const store = memoryRunStore();
    await sit(store);
    const lines = [...store.lines(id)];
    expect((await sit(store)).map((event) => event.type)).toEqual(["opened", "wants-feedback"]);
    expect(store.lines(id)).toEqual(lines);
  });

  it("takes feedback that its log holds already as said, and refuses feedback for another place", async () => {
    const store = memoryRunStore();
    await sit(store);
    const feedback = await feedbackOf(store, id, barrier);
    await expect(sit(store, { feedback: { ...feedback, after: 3 } })).rejects.toThrow(
      "feedback after 3 accepted examples; the run has 5",
    );
    await sit(store, { feedback, stopAfter: 1 });
    await sit(store, { feedback });
    expect(bytesOf(store)).toEqual(expected);
  });

  it("needs no feedback where its size is reached at the barrier, and asks for it when it is extended", async () => {
    const store = memoryRunStore();
    expect((await sit(store, { size: barrier })).at(-1)?.type).toBe("finished");
    expect((await sit(store)).map((event) => event.type)).toEqual(["opened", "wants-feedback"]);
    await drive(store, id);
    expect(bytesOf(store)).toEqual(expected);
  });
});
