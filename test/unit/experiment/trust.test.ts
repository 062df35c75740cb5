// Filters of doubtful examples, and the reader's word over theirs.

import { expect, it } from "vitest";
import { agree, decided, leftOutBy, type Trust, trustFilterIds } from "../../../src/experiment/trust.ts";
import type { TokenExample } from "../../../src/tasks/example.ts";

const place = (correctness: number) => ({ confidence: 0.5, variability: 0, correctness });
const trust: Trust = {
  places: [place(1), place(0.4), place(0.5), place(0), place(1)],
  agrees: [true, true, false, true, true],
  verdicts: ["known", "nothing", "unnamed", "unclaimed", "opposite"],
  baseline: [],
  dropped: [0],
  kept: [],
};

it("each filter leaves out its own, and several leave out the union, each once", () => {
  expect(leftOutBy(trust, ["hand"])).toEqual([0]);
  expect(leftOutBy(trust, ["map"])).toEqual([1, 3]);
  expect(leftOutBy(trust, ["agreement"])).toEqual([2]);
  expect(leftOutBy(trust, ["graph"])).toEqual([4]);
  expect(leftOutBy(decided(trust, 3, "drop"), ["map", "hand"])).toEqual([0, 1, 3]);
  expect(leftOutBy(trust, [])).toEqual([]);
});

it("an example that the reader keeps stays, whatever the filters say, until it is dropped again", () => {
  const kept = decided(decided(trust, 3, "keep"), 0, "keep");
  expect(leftOutBy(kept, trustFilterIds)).toEqual([1, 2, 4]);
  expect(leftOutBy(decided(kept, 3, "drop"), ["hand"])).toEqual([3]);
  expect(decided(decided(trust, 0, "drop"), 0, "drop").dropped).toEqual([0]);
});

it("without a graph, its filter leaves nothing out", () => {
  const { verdicts: _, ...without } = trust;
  expect(leftOutBy(without, ["graph"])).toEqual([]);
});

it("spans agree by the words that they cover, labels by what they are", () => {
  const marked = (end: number): TokenExample => ({
    kind: "token",
    text: "severe gout.",
    spans: [{ start: 7, end, label: "Disease" }],
  });
  expect(agree(marked(11), marked(11))).toBe(true);
  expect(agree(marked(11), { ...marked(11), spans: [] })).toBe(false);
  const labels = (...ids: string[]) => ({ kind: "sentence" as const, text: "x", labels: ids });
  expect(agree(labels("a", "b"), labels("b", "a"))).toBe(true);
  expect(agree(labels("a"), labels("a", "b"))).toBe(false);
});
