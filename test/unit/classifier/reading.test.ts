// Texts longer than the window: what is not read is counted and told, and a model that is right scores F1 1 on them all the same.

import { describe, expect, it } from "vitest";
import { readingRemarks } from "../../../src/classifier/reading.ts";
import type { PairExample, TokenExample } from "../../../src/tasks/example.ts";
import { train } from "../../../src/train/train.ts";
import { linearClassifier, tokenExamples, toyTasks } from "../train/toy.ts";

const never = new AbortController().signal;

/** 100 words, those at `sick` diseases. */
function longExample(sick: readonly number[]): TokenExample {
  const words = Array.from({ length: 100 }, (_, i) => (sick.includes(i) ? "fever" : "the"));
  const spans = sick.map((at) => {
    const start = words.slice(0, at).join(" ").length + (at > 0 ? 1 : 0);
    return { start, end: start + 5, label: "Disease" };
  });
  return { kind: "token", text: words.join(" "), spans };
}

const long = [longExample([10, 61, 62, 80, 99]), longExample([5, 70, 75, 90, 95])]; // the window has 62 pieces: words 0 to 61
const short = tokenExamples(6, 1);
const pair = (words: number): PairExample => {
  return { kind: "pair", first: "fever", second: Array(words).fill("the").join(" "), label: "equivalent" };
};

describe("readingRemarks", () => {
  const classifier = linearClassifier(toyTasks.token);
  const sets = { few: short, synthetic: [], validation: short, test: short };

  it("is silent where everything is read", async () => {
    expect(await readingRemarks(classifier, sets, never)).toEqual([]);
  });

  it("counts training rows that are cut, and their spans beyond the window", async () => {
    expect(await readingRemarks(classifier, { ...sets, few: [...long, ...short], synthetic: long }, never)).toEqual([
      expect.stringMatching(
        /^2 of 8 training rows are longer than the 64 pieces .*, and 7 of \d+ spans lie beyond it: .* not learnt from\.$/,
      ),
      expect.stringMatching(/^2 of 2 synthetic rows .*, and 7 of 10 spans lie beyond it/),
    ]);
  });

  it("is silent of token texts that are answered: they are read in windows", async () => {
    expect(await readingRemarks(classifier, { ...sets, validation: long, test: long }, never)).toEqual([]);
  });

  it("counts rows of other shapes that are cut wherever they stand, to the piece", async () => {
    const fits = pair(60); // [CLS] fever [SEP] 60 [SEP]
    const cut = pair(61);
    const pairs = { few: [fits, cut], synthetic: [fits], validation: [fits], test: [cut, cut, fits] };
    expect(await readingRemarks(linearClassifier(toyTasks.pair), pairs, never)).toEqual([
      expect.stringMatching(/^1 of 2 training rows are longer than the 64 pieces that the encoder reads: .* not learnt from\.$/),
      expect.stringMatching(/^2 of 3 test rows are longer .* not read\.$/),
    ]);
    expect(await readingRemarks(linearClassifier(toyTasks.pair), { ...pairs, few: [], testName: "synthetic" }, never)).toEqual([
      expect.stringMatching(/^2 of 3 synthetic rows are longer .* not read\.$/),
    ]);
  });
});

it("validates on all of a long text: a model that is right has F1 1", async () => {
  const config = { learningRate: 4, warmup: 0, weightDecay: 0, clipNorm: 0, batchSize: 8, maxTokens: 64, seed: 1 };
  const stage = { id: "few", examples: tokenExamples(40, 2), epochs: 12 } as const;
  const scores: number[] = [];
  for await (const event of train(linearClassifier(toyTasks.token), [stage], long, config, never)) {
    if (event.type === "epoch") scores.push(event.validation.values.f1!);
  }
  expect(scores.at(-1)).toBe(1);
});
