// Batches as feeds, logits as outcomes: by hand-made numbers.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { balancedWeights, inferenceFeeds, outcomes, targetFeeds } from "../../../src/classifier/feeds.ts";
import type { Input } from "../../../src/classifier/task-head.ts";
import { ignoredLabel } from "../../../src/text/bio.ts";

const input = (ids: number[], types: number[], targets: number[]): Input => {
  const none = ids.map(() => 0);
  return { encoding: { ids, types, starts: none, ends: none, words: none }, words: [], targets };
};
const layout = { rows: 3, pad: 9 };

describe("feeds", () => {
  const inputs = [input([2, 5, 3], [0, 0, 1], [ignoredLabel, 1, ignoredLabel]), input([2, 7], [0, 0], [ignoredLabel, 0])];
  const batch = { indices: [1, 0], tokens: 4 };

  it("pads rows and leaves the rest empty", () => {
    const feeds = inferenceFeeds(inputs, batch, layout);
    expect(feeds.input_ids).toEqual({ shape: [3, 4], data: Int32Array.of(2, 7, 9, 9, 2, 5, 3, 9, 9, 9, 9, 9) });
    expect(feeds.token_type_ids?.data).toEqual(Int32Array.of(0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0));
    expect(feeds.attention_mask).toEqual({ shape: [3, 4], data: Float32Array.of(1, 1, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0) });
  });

  it("marks each target and divides by how many there are, for tokens", () => {
    const feeds = targetFeeds(inputs, batch, { ...layout, perToken: true, outputs: 2 });
    const expected = new Float32Array(3 * 4 * 2);
    expected[(0 * 4 + 1) * 2 + 0] = 1;
    expected[(1 * 4 + 1) * 2 + 1] = 1;
    expect(feeds.targets).toEqual({ shape: [3, 4, 2], data: expected });
    expect(feeds.scale).toEqual({ shape: [], data: Float32Array.of(0.5) });
  });

  it("marks one target a row for whole inputs", () => {
    const whole = [input([2], [0], [2])];
    const feeds = targetFeeds(whole, { indices: [0], tokens: 4 }, { ...layout, perToken: false, outputs: 3 });
    expect(feeds.targets).toEqual({ shape: [3, 3], data: Float32Array.of(0, 0, 1, 0, 0, 0, 0, 0, 0) });
    expect(feeds.scale?.data).toEqual(Float32Array.of(1));
  });
});

describe("feeds of a contrast", () => {
  const asks = { outputs: 3, perToken: true, asks: true };
  // [CLS] words [SEP] query [SEP], where a query is of two pieces and its separator; pieces 1 to 3 of the first text are words.
  const inputs: Input[] = [
    { ...input([2, 5, 6, 7, 3, 8, 9, 3], [0, 0, 0, 0, 0, 1, 1, 1], [-100, 1, 2, 0, -100, -100, -100, -100]), query: 3 },
    { ...input([2, 5, 3, 8, 9, 3], [0, 0, 0, 1, 1, 1], [-100, 0, -100, -100, -100, -100]), query: 3 },
  ];

  it("take the query's own tokens wherever its row ends, and every sentence as much as any other", () => {
    const { query_tokens, entity_words, other_words } = targetFeeds(inputs, { indices: [1, 0], tokens: 8 }, { ...asks, rows: 3 });
    expect(query_tokens).toEqual({
      shape: [3, 8],
      data: Float32Array.of(0, 0, 0, 0.5, 0.5, 0, 0, 0, 0, 0, 0, 0, 0, 0.5, 0.5, 0, ...new Array(8).fill(0)),
    });
    // Four words in two sentences: a sentence counts 1/2, and all of it 1/4.
    expect([...entity_words!.data]).toEqual([...new Array(9).fill(0), 1 / 16, 1 / 16, ...new Array(13).fill(0)]);
    expect([...other_words!.data]).toEqual([0, 1 / 8, ...new Array(9).fill(0), 1 / 8, ...new Array(12).fill(0)]);
  });

  it("give a part of a batch its share of the whole", () => {
    const whole = targetFeeds(inputs, { indices: [0, 1], tokens: 8 }, { ...asks, rows: 2 });
    const part = targetFeeds(inputs, { indices: [1], tokens: 8 }, { ...asks, rows: 1 }, undefined, [0, 1]);
    expect(part.other_words!.data).toEqual(whole.other_words!.data.slice(8));
  });
});

describe("weighing against PyTorch's CrossEntropyLoss (test/fixtures/losses/golden.py)", () => {
  const golden = JSON.parse(readFileSync(join(import.meta.dirname, "../../fixtures/losses/golden.json"), "utf8")) as {
    logits: number[][];
    targets: number[];
    losses: Record<string, number>;
  };
  const inputs = golden.targets.map((target) => input([2], [0], [target]));
  const batch = { indices: golden.targets.map((_, i) => i), tokens: 1 };
  const weights = balancedWeights(inputs, 4);

  it.each([
    ["plain", { smoothing: 0 }],
    ["smoothed", { smoothing: 0.1 }],
    ["balanced", { smoothing: 0, weights }],
    ["both", { smoothing: 0.2, weights }],
  ])("%s", (name, weighing) => {
    const { targets, scale } = targetFeeds(inputs, batch, { rows: 6, perToken: false, outputs: 4 }, weighing);
    let loss = 0; // the graph's: -scale * sum(targets * log softmax(logits))
    for (const [row, logits] of golden.logits.entries()) {
      const log = Math.log(logits.reduce((sum, x) => sum + Math.exp(x), 0));
      for (const [c, x] of logits.entries())
        loss -= (targets!.data[row * 4 + c] as number) * (x - log) * (scale!.data[0] as number);
    }
    expect(loss).toBeCloseTo(golden.losses[name] as number, 6);
  });
});

describe("any of the outputs against PyTorch's BCEWithLogitsLoss (test/fixtures/losses/golden.py)", () => {
  const { logits, multi } = JSON.parse(readFileSync(join(import.meta.dirname, "../../fixtures/losses/golden.json"), "utf8")) as {
    logits: number[][];
    multi: { present: number[][]; losses: Record<string, number>; each: number[] };
  };
  const inputs = multi.present.map((row) =>
    input(
      [2],
      [0],
      row.flatMap((x, i) => (x === 1 ? [i] : [])),
    ),
  );
  const batch = { indices: inputs.map((_, i) => i), tokens: 1 };
  const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
  const asked = { rows: 8, perToken: false, outputs: 4, multi: true };

  it.each([
    ["plain", 0],
    ["smoothed", 0.1],
  ])("%s", (name, smoothing) => {
    const { targets, absences, scale } = targetFeeds(inputs, batch, asked, { smoothing });
    let loss = 0; // the graph's
    for (const [row, xs] of logits.entries()) {
      for (const [c, x] of xs.entries()) {
        const at = row * 4 + c;
        loss -= targets!.data[at]! * Math.log(sigmoid(x)) + absences!.data[at]! * Math.log(1 - sigmoid(x));
      }
    }
    expect(loss * scale!.data[0]!).toBeCloseTo(multi.losses[name]!, 6);
    for (const { data } of [targets!, absences!]) expect([...data].slice(24)).toEqual(Array(8).fill(0)); // the empty rows
  });

  it("adds up over the parts of a batch", () => {
    const half = targetFeeds(inputs, { indices: [0, 1], tokens: 1 }, { ...asked, rows: 2 }, { smoothing: 0 }, batch.indices);
    expect(half.scale!.data[0]).toBeCloseTo(1 / 24, 7);
  });

  it("reads the outputs that are likelier than not, and the loss of each input", () => {
    const data = Float32Array.from(logits.flat());
    const found = outcomes(inputs, batch, { shape: [6, 4], data }, "any");
    for (const [i, { outputs, loss, count }] of found.entries()) {
      expect(outputs).toEqual(logits[i]!.flatMap((x, c) => (x > 0 ? [c] : [])));
      expect(loss).toBeCloseTo(multi.each[i]!, 5);
      expect(count).toBe(4);
    }
  });
});

describe("outcomes", () => {
  it("gives an input at least one output where its task says so, and none where it may have none", () => {
    const inputs = [input([2], [0], [0]), input([2], [0], [1, 2])];
    const data = Float32Array.of(-3, -1, -2, 0.5, -1, 2);
    const read = (decision: "any" | "some") =>
      outcomes(inputs, { indices: [0, 1], tokens: 1 }, { shape: [2, 3], data }, decision).map(({ outputs }) => outputs);
    expect(read("some")).toEqual([[1], [0, 2]]);
    expect(read("any")).toEqual([[], [0, 2]]);
  });

  it("reads the likeliest output and the cross-entropy of each target", () => {
    const inputs = [input([2, 5], [0, 0], [ignoredLabel, 1])];
    const data = Float32Array.of(5, 0, Math.log(3), 0); // of the second token: e^x = 3 and 1
    const [found] = outcomes(inputs, { indices: [0], tokens: 2 }, { shape: [1, 2, 2], data }, "likeliest");
    expect(found?.outputs).toEqual([0, 0]);
    expect(found?.count).toBe(1);
    expect(found?.loss).toBeCloseTo(Math.log(4), 6);
  });

  it("tells the probability of each output: the softmax's of a piece with a label, the logistic one of each of several labels", () => {
    const tagged = [input([2, 5], [0, 0], [ignoredLabel, 1])];
    const two = Float32Array.of(5, 0, Math.log(3), 0);
    const [piece] = outcomes(tagged, { indices: [0], tokens: 2 }, { shape: [1, 2, 2], data: two }, "likeliest");
    expect(piece?.sures[0]).toBe(0);
    expect(piece?.sures[1]).toBeCloseTo(3 / 4, 6);
    const three = Float32Array.of(Math.log(4), -1, Math.log(1.5));
    const [several] = outcomes([input([2], [0], [])], { indices: [0], tokens: 1 }, { shape: [1, 3], data: three }, "any");
    expect(several?.outputs).toEqual([0, 2]);
    expect(several?.sures[0]).toBeCloseTo(4 / 5, 6);
    expect(several?.sures[1]).toBeCloseTo(3 / 5, 6);
  });

  it("stays finite for logits beyond the range of exp", () => {
    const [found] = outcomes(
      [input([2], [0], [1])],
      { indices: [0], tokens: 1 },
      { shape: [1, 2], data: Float32Array.of(2000, 1000) },
      "likeliest",
    );
    expect(found?.loss).toBeCloseTo(1000, 6);
  });
});
