// Filters of doubtful examples, and the reader's word over theirs.

import { describe, expect, it } from "vitest";
import { answerOf } from "../../../src/experiment/answer.ts";
import {
  agree,
  decided,
  decisionsOf,
  leftOutBy,
  otherLabels,
  relabelled,
  type Trust,
  trainedOn,
  trustFilterIds,
} from "../../../src/experiment/trust.ts";
import { taskById } from "../../../src/tasks/catalogue.ts";
import type { Example, TokenExample } from "../../../src/tasks/example.ts";
import type { Task } from "../../../src/tasks/task.ts";

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
  expect(leftOutBy({ ...trust, copied: [false, true, false, false, true] }, ["leakage"])).toEqual([1, 4]);
  expect(leftOutBy(decided(trust, 3, "drop"), ["map", "hand"])).toEqual([0, 1, 3]);
  expect(leftOutBy(trust, [])).toEqual([]);
});

it("the filter of the least believed leaves out one in ten, those of the least confidence, however many training gets wrong", () => {
  const places = Array.from({ length: 25 }, (_, i) => ({ confidence: ((7 * i) % 25) / 25, variability: 0, correctness: 0 }));
  const of = (n: number) => leftOutBy({ ...trust, places: places.slice(0, n) }, ["tenth"]);
  expect(of(25)).toEqual([0, 18]); // 7 x 18 = 126: confidence 1/25, after 0 alone
  expect(of(9)).toEqual([]);
  expect(leftOutBy({ ...trust, places }, ["map"])).toHaveLength(25);
});

it("an example that the reader keeps stays, whatever the filters say, until it is dropped again", () => {
  const kept = decided(decided(trust, 3, "keep"), 0, "keep");
  expect(leftOutBy(kept, trustFilterIds)).toEqual([1, 2, 4]);
  expect(leftOutBy(decided(kept, 3, "drop"), ["hand"])).toEqual([3]);
  expect(decided(decided(trust, 0, "drop"), 0, "drop").dropped).toEqual([0]);
});

it("of a judge who was not asked, its filter leaves nothing out", () => {
  const { verdicts: _, ...without } = trust;
  expect(leftOutBy(without, ["graph", "leakage"])).toEqual([]);
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

describe("another label", () => {
  const task = taskById("mqp") as Task;
  const [first, second] = task.labels.map(({ id }) => id) as [string, string];
  const pair = (label: string): Example => ({ kind: "pair", first: "a", second: "b", label });
  const examples = [pair(first), pair(first), pair(second), pair(first), pair(second)];
  const answers = [second, first, second, second, first].map((label) => answerOf(pair(label)));

  it("is the few-shot model's, then the next, and after the last its own again", () => {
    const told = { ...trust, answers };
    const once = relabelled(task, told, 0, examples[0] as Example);
    expect(once.changed?.[0]).toEqual({ by: "label", example: pair(second) });
    expect(once.dropped).toEqual([]); // it was dropped before
    expect(relabelled(task, once, 0, examples[0] as Example).changed).toBeUndefined();
  });

  it("stays through every filter, and is what a training takes", () => {
    const changed = relabelled(task, trust, 3, examples[3] as Example);
    expect(leftOutBy(changed, ["map", "hand"])).toEqual([0, 1]);
    expect(trainedOn(changed, examples, ["map", "hand"])).toEqual([examples[2], pair(second), examples[4]]);
    expect(decisionsOf(changed)).toEqual({ dropped: 1, kept: 0, relabelled: 1, edited: 0, rewritten: 0, taken: 0 });
    expect(decided(changed, 3, "drop").changed).toBeUndefined();
  });

  it("of spans and of several labels is the few-shot model's alone, and none where it agrees", () => {
    const ner = taskById("bc5cdr-disease") as Task;
    const text: TokenExample = { kind: "token", text: "severe gout.", spans: [] };
    const found: TokenExample = { ...text, spans: [{ start: 7, end: 11, label: "Disease" }] };
    const told = { ...trust, answers: [answerOf(found)] };
    expect(otherLabels(ner, told, 0, text)).toEqual([found]);
    expect(otherLabels(ner, told, 0, found)).toEqual([]);
    expect(relabelled(ner, told, 0, found).changed).toBeUndefined();
    const several = taskById("hoc") as Task;
    expect(otherLabels(several, trust, 0, { kind: "sentence", text: "x", labels: [several.labels[0]?.id as string] })).toEqual(
      [],
    );
  });
});
