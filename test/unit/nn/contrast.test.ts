// The contrast of a query with a sentence's words (KGPC): golden values of its estimators, finite differences, and what it leaves alone.

import { describe, expect, it } from "vitest";
import { rng } from "../../../src/base/rng.ts";
import { Graph } from "../../../src/graph/graph.ts";
import { sizeOf, type Value } from "../../../src/graph/ops.ts";
import { informationEstimates, softplus } from "../../../src/nn/loss.ts";
import { bertModel } from "../../../src/nn/model.ts";
import { evaluate } from "../graph/evaluate.ts";
import { tinyConfig } from "./tiny-config.ts";

function along(xs: readonly number[], of: (g: Graph, x: Value) => Value): number[] {
  const g = new Graph();
  g.output("y", of(g, g.input("x", "float32", [xs.length])));
  return evaluate(g, { x: xs }).y!;
}

describe("the estimators of mutual information", () => {
  const golden = [
    { x: -2, positive: -1.433781, negative: -0.566219 },
    { x: 0, positive: 0, negative: 0 },
    { x: 0.5, positive: 0.21907, negative: 0.28093 },
    { x: 3, positive: 0.64456, negative: 2.35544 },
  ];
  it.each(golden)("of the score $x", ({ x, positive, negative }) => {
    expect(along([x], (g, v) => informationEstimates(g, v).positive)[0]).toBeCloseTo(positive, 6);
    expect(along([x], (g, v) => informationEstimates(g, v).negative)[0]).toBeCloseTo(negative, 6);
  });

  it("stand on a softplus that is right for scores of any size", () => {
    const xs = [-1000, -90, -30, -1, 0, 1, 30, 90, 1000];
    const expected = xs.map((x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))));
    for (const [i, y] of along(xs, softplus).entries()) expect(y).toBeCloseTo(expected[i]!, 10);
  });
});

describe("the head with a contrast", () => {
  const shape = { batch: 2, tokens: 5 };
  const config = tinyConfig(2);
  const model = bertModel(config, { kind: "contrast", labels: 3 });
  const weights: Record<string, number[]> = Object.fromEntries(
    model.parameters.map(({ name, shape: s }) => {
      const draws = rng("contrast", name);
      return [
        name,
        Array.from({ length: sizeOf(s) }, () => (name.includes("LayerNorm.weight") ? 1 : 0) + 0.6 * (draws.next() - 0.5)),
      ];
    }),
  );
  // [CLS] two words [SEP] and a query of one piece; the second row has no entity.
  const inputs = {
    input_ids: [2, 5, 7, 3, 9, 2, 4, 6, 3, 9],
    token_type_ids: [0, 0, 0, 0, 1, 0, 0, 0, 0, 1],
    attention_mask: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
  };
  const one = (at: readonly number[], of = 10) => Array.from({ length: of }, (_, i) => Number(at.includes(i)));
  const targets = { targets: one([3 + 1, 6 + 0, 18 + 0, 21 + 0], 30), scale: [0.25] };
  const contrast = {
    query_tokens: one([4, 9]),
    entity_words: one([1]).map((x) => x / 8),
    other_words: [0, 0, 1 / 8, 0, 0, 0, 1 / 16, 1 / 16, 0, 0],
  };
  const lossOf = (moved: Record<string, readonly number[]>) =>
    evaluate(model.training(shape), { ...moved, ...inputs, ...targets, ...contrast });

  /** States of every token: the logits of a plain model whose head is the identity. */
  function states(): number[][] {
    const plain = bertModel(config, { kind: "token", labels: 8 });
    const head = {
      "classifier.weight": Array.from({ length: 64 }, (_, i) => Number(i % 9 === 0)),
      "classifier.bias": one([], 8),
    };
    const { logits } = evaluate(plain.inference(shape), { ...weights, ...inputs, ...head });
    return Array.from({ length: 10 }, (_, i) => logits!.slice(8 * i, 8 * i + 8));
  }

  it("adds to the tags' loss what the estimators give for each word's product with its own sentence's query", () => {
    const tags = evaluate(bertModel(config, { kind: "token", labels: 3 }).training(shape), { ...weights, ...inputs, ...targets });
    const all = states();
    const dot = (i: number, j: number) => all[i]!.reduce((sum, x, c) => sum + x * all[j]![c]!, 0);
    const positive = (x: number) => Math.LN2 - Math.log1p(Math.exp(-x));
    const negative = (x: number) => Math.log1p(Math.exp(-x)) + x - Math.LN2;
    const expected = -positive(dot(1, 4)) / 8 + negative(dot(2, 4)) / 8 + (negative(dot(6, 9)) + negative(dot(7, 9))) / 16;
    expect(lossOf(weights).loss![0]! - tags.loss![0]!).toBeCloseTo(expected, 8); // log 2 is a float32 in the graph
  });

  it("has the gradients of finite differences", () => {
    const got = lossOf(weights);
    for (const name of [
      "bert.encoder.layer.0.attention.self.value.weight",
      "bert.encoder.layer.1.output.LayerNorm.bias",
      "classifier.weight",
    ]) {
      for (const i of [0, 3, 7]) {
        const at = (delta: number) =>
          lossOf({ ...weights, [name]: weights[name]!.with(i, weights[name]![i]! + delta) }).loss![0]!;
        expect(got[`gradient:${name}`]![i], name).toBeCloseTo((at(1e-5) - at(-1e-5)) / 2e-5, 7);
      }
    }
  });

  it("changes nothing of the logits, nor of the names of its weights", () => {
    const plain = bertModel(config, { kind: "token", labels: 3 });
    expect(model.parameters).toEqual(plain.parameters);
    expect(evaluate(model.inference(shape), { ...weights, ...inputs })).toEqual(
      evaluate(plain.inference(shape), { ...weights, ...inputs }),
    );
  });
});
