import { expect, it } from "vitest";
import type { Answer } from "../../../src/experiment/answer.ts";
import { lossWorking } from "../../../src/report/loss-working.ts";
import type { PairExample, SentenceExample, TokenExample } from "../../../src/tasks/example.ts";

const pair = (label: string): PairExample => ({ kind: "pair", first: "Is it gout?", second: "Have I gout?", label });
const answer = (label: string, sure?: number): Answer => ({ kind: "pair", label, ...(sure === undefined ? {} : { sure }) });

it("takes the first example that every model answers right, with -ln p and p - 1 of each", () => {
  const gold = [pair("not_same"), pair("same"), pair("same")];
  const worked = lossWorking(gold, [
    { words: "Few", predicted: [answer("same", 0.9), answer("not_same", 0.8), answer("same", 0.5)] },
    { words: "All", predicted: [answer("same", 0.9), answer("same", 0.8), answer("same", 0.95)] },
  ]);
  expect(worked).toEqual({
    example: gold[2],
    answer: "same",
    lines: [
      // ln 2 = 0.693; ln(1 / 0.95) = 0.0513
      "Few: p = 0.500, so ℓ = −ln 0.500 = 0.693. Its gradient by that answer's score is p − 1 = −0.500: a step would raise the score.",
      "All: p = 0.950, so ℓ = −ln 0.950 = 0.0513. Its gradient by that answer's score is p − 1 = −0.0500: a step would raise the score.",
    ],
  });
});

it("falls back to one that the last model alone answers right, and says so of the others", () => {
  const worked = lossWorking(
    [pair("same")],
    [
      { words: "Few", predicted: [answer("not_same", 0.7)] },
      { words: "All", predicted: [answer("same", 1)] },
    ],
  );
  expect(worked?.lines[0]).toBe("Few: it answers otherwise here.");
  expect(worked?.lines[1]).toContain("ℓ = −ln 0.9999 = 0.0001");
  expect(worked?.lines[1]).not.toMatch(/NaN|Infinity|-0\b/);
});

it("looks at marks of one word, whose probability is one tag's", () => {
  const gold: TokenExample = {
    kind: "token",
    text: "Heart failure and gout.",
    spans: [
      { start: 0, end: 13, label: "Disease" },
      { start: 18, end: 22, label: "Disease" },
    ],
  };
  const worked = lossWorking([gold], [{ words: "All", predicted: [{ kind: "token", spans: gold.spans, sure: [0.3, 0.6] }] }]);
  expect(worked?.answer).toBe("gout, Disease");
  expect(worked?.lines[0]).toContain("p = 0.600");
});

it("takes each of several labels for itself", () => {
  const gold: SentenceExample = { kind: "sentence", text: "a", labels: ["x", "y"] };
  const worked = lossWorking([gold], [{ words: "All", predicted: [{ kind: "sentence", labels: ["z", "y"], sure: [0.9, 0.7] }] }]);
  expect(worked?.answer).toBe("y");
  expect(worked?.lines[0]).toContain("p = 0.700");
});

it("has nothing to say without a right answer or without probabilities", () => {
  expect(lossWorking([pair("same")], [{ words: "All", predicted: [answer("not_same", 0.9)] }])).toBeUndefined();
  expect(lossWorking([pair("same")], [{ words: "All", predicted: [answer("same")] }])).toBeUndefined();
  expect(lossWorking([], [{ words: "All", predicted: [] }])).toBeUndefined();
});
