// Prefix keys and values: attention against a brute-force concatenation, the gradients against finite differences, and what trains.

import { describe, expect, it } from "vitest";
import { rng } from "../../../src/base/rng.ts";
import { Graph } from "../../../src/graph/graph.ts";
import { sizeOf } from "../../../src/graph/ops.ts";
import { encodeLayers, type Weight } from "../../../src/nn/bert.ts";
import type { Head } from "../../../src/nn/heads.ts";
import { bertModel, type Model } from "../../../src/nn/model.ts";
import { type Trains, trainsProblem } from "../../../src/nn/trains.ts";
import { evaluate } from "../graph/evaluate.ts";
import { tinyConfig } from "./tiny-config.ts";

type Numbers = Record<string, readonly number[]>;

const shape = { batch: 2, tokens: 4 };
const trains: Trains = { kind: "prefix", length: 3, width: 5 };
const labelWords: Head = { kind: "label-words", labels: 5, pieces: [2, 1] };

const inputs = {
  input_ids: [2, 5, 7, 3, 2, 4, 3, 0],
  token_type_ids: [0, 0, 1, 1, 0, 0, 0, 0],
  attention_mask: [1, 1, 1, 1, 1, 1, 1, 0],
};
const asked = { targets: Array.from({ length: 40 }, (_, i) => Number(i % 5 === (i >> 2) % 5)), scale: [0.25] };

function weightsOf({ parameters }: Model): Numbers {
  return Object.fromEntries(
    parameters.map(({ name, shape: s }) => {
      const draws = rng("prefix", name);
      const one = name.includes("LayerNorm.weight") ? 1 : 0;
      return [name, Array.from({ length: sizeOf(s) }, () => one + 0.8 * (draws.next() - 0.5))];
    }),
  );
}

describe("a layer with a prefix", () => {
  const [heads, hidden, tokens, length] = [2, 4, 3, 2];
  const config = { ...tinyConfig(1), hiddenSize: hidden, intermediateSize: 3 };
  const draw = (name: string, n: number) => {
    const draws = rng("layer", name);
    return Array.from({ length: n }, () => 1.5 * (draws.next() - 0.5));
  };
  const matrix = (name: string, rows: number, columns: number) => {
    const flat = draw(name, rows * columns);
    return Array.from({ length: rows }, (_, r) => flat.slice(r * columns, (r + 1) * columns));
  };
  const name = "bert.encoder.layer.0";
  const states = matrix("states", tokens, hidden);
  const keys = matrix("keys", length, hidden); // head h has columns h * width to (h + 1) * width
  const values = matrix("values", length, hidden);
  const mask = [1, 1, 0];

  /** x W' + b by loops, over the weights of the graph. */
  const dense = (layer: string, x: number[][], out: number) => {
    const w = matrix(`${layer}.weight`, out, x[0]!.length);
    const b = draw(`${layer}.bias`, out);
    return x.map((row) => w.map((weights, o) => b[o]! + weights.reduce((sum, v, i) => sum + v * row[i]!, 0)));
  };
  const norm = (layer: string, x: number[][]) => {
    const [w, b] = [draw(`${layer}.weight`, hidden), draw(`${layer}.bias`, hidden)];
    return x.map((row) => {
      const mean = row.reduce((a, v) => a + v, 0) / hidden;
      const variance = row.reduce((a, v) => a + (v - mean) ** 2, 0) / hidden;
      return row.map((v, i) => ((v - mean) / Math.sqrt(variance + 1e-12)) * w[i]! + b[i]!);
    });
  };
  const plus = (x: number[][], y: number[][]) => x.map((row, r) => row.map((v, i) => v + y[r]![i]!));
  // Abramowitz and Stegun would be too coarse: erf by Simpson's rule.
  const erf = (x: number) => {
    const n = 2000;
    const at = (i: number) => Math.exp(-(((x * i) / n) ** 2)) * (i === 0 || i === n ? 1 : i % 2 === 1 ? 4 : 2);
    return (2 / Math.sqrt(Math.PI)) * (x / n / 3) * Array.from({ length: n + 1 }, (_, i) => at(i)).reduce((a, b) => a + b, 0);
  };

  function bruteForce(): number[] {
    const self = `${name}.attention.self`;
    const query = dense(`${self}.query`, states, hidden);
    const allKeys = [...keys, ...dense(`${self}.key`, states, hidden)];
    const allValues = [...values, ...dense(`${self}.value`, states, hidden)];
    const seen = [...keys.map(() => 1), ...mask];
    const width = hidden / heads;
    const attended = query.map((q) =>
      Array.from({ length: heads }, (_, h) => {
        const part = (row: number[]) => row.slice(h * width, (h + 1) * width);
        const scores = allKeys.map((k, i) =>
          seen[i] === 0 ? 0 : Math.exp(part(k).reduce((s, v, c) => s + v * part(q)[c]!, 0) / Math.sqrt(width)),
        );
        const all = scores.reduce((a, b) => a + b, 0);
        return Array.from({ length: width }, (_, c) => allValues.reduce((s, v, i) => s + (scores[i]! / all) * part(v)[c]!, 0));
      }).flat(),
    );
    const middle = norm(
      `${name}.attention.output.LayerNorm`,
      plus(dense(`${name}.attention.output.dense`, attended, hidden), states),
    );
    const inner = dense(`${name}.intermediate.dense`, middle, 3).map((row) =>
      row.map((x) => (x * (1 + erf(x / Math.SQRT2))) / 2),
    );
    return norm(`${name}.output.LayerNorm`, plus(dense(`${name}.output.dense`, inner, hidden), middle)).flat();
  }

  it("attends to the prefix and the tokens as to one row of both, on 2 heads and 3 tokens, one of them masked", () => {
    const g = new Graph();
    const feeds: Record<string, number[]> = { states: states.flat(), attention_mask: mask };
    const weight: Weight = (of) => {
      const known = g.inputs.get(of);
      if (known) return known;
      const out = of.startsWith(`${name}.intermediate`) ? 3 : hidden;
      const into = of.startsWith(`${name}.output.dense`) ? 3 : hidden;
      const isMatrix = of.endsWith(".weight") && !of.includes("LayerNorm");
      feeds[of] = draw(of, isMatrix ? out * into : out);
      return g.input(of, "float32", isMatrix ? [out, into] : [out]);
    };
    const heads2 = (rows: number[][], perm: readonly number[]) =>
      g.apply(
        "Transpose",
        [
          g.apply("Reshape", [g.constant("float32", [length, hidden], rows.flat())], {
            shape: [1, length, heads, hidden / heads],
          }),
        ],
        { perm },
      );
    const prefix = () => ({ keys: heads2(keys, [0, 2, 3, 1]), values: heads2(values, [0, 2, 1, 3]) });
    const x = g.input("states", "float32", [tokens, hidden]);
    g.output("out", encodeLayers(g, config, { batch: 1, tokens }, weight, x, { prefix }));
    const { out } = evaluate(g, feeds);
    const expected = bruteForce();
    expect(out).toHaveLength(expected.length);
    for (const [i, v] of expected.entries()) expect(out![i]).toBeCloseTo(v, 6); // constants of a graph are float32
    expect(out).not.toEqual(evaluate(g, { ...feeds, [`${name}.attention.self.query.bias`]: draw("other", hidden) }).out); // the query counts
  });
});

describe("a prefix of no vectors", () => {
  it.each<Head>([
    { kind: "token", labels: 3 },
    { kind: "single", labels: 2 },
  ])("is BERT itself to the bit: $kind", (head) => {
    const none = bertModel(tinyConfig(2), head, { trains: { kind: "prefix", length: 0, width: 5 } });
    const plain = bertModel(tinyConfig(2), head);
    expect(none.parameters).toEqual(plain.parameters);
    const feeds = { ...weightsOf(plain), ...inputs };
    expect(evaluate(none.inference(shape), feeds)).toEqual(evaluate(plain.inference(shape), feeds));
  });
});

describe("training a prefix under label words", () => {
  const model = bertModel(tinyConfig(2), labelWords, { trains });
  const weights = weightsOf(model);
  const lossAt = (moved: Numbers) => evaluate(model.training(shape), { ...moved, ...inputs, ...asked }).loss![0]!;
  const got = evaluate(model.training(shape), { ...weights, ...inputs, ...asked });
  const trained = model.parameters.map(({ name }) => name).filter((name) => !model.frozen.has(name));

  it("gives gradients to the prompt's tensors alone", () => {
    expect(trained.sort()).toEqual([
      "prompt.offset",
      "prompt.outside",
      "prompt.prefix.down.bias",
      "prompt.prefix.down.weight",
      "prompt.prefix.embedding.weight",
      "prompt.prefix.up.bias",
      "prompt.prefix.up.weight",
    ]);
    expect(Object.keys(got).sort()).toEqual(["loss", ...trained.map((name) => `gradient:${name}`)].sort());
  });

  it.each(trained)("has the gradient of finite differences for %s", (name) => {
    const slopes = weights[name]!.flatMap((x, i) => {
      if (i % 7 !== 0) return [];
      const at = (delta: number) => lossAt({ ...weights, [name]: weights[name]!.with(i, x + delta) });
      return [{ i, slope: (at(1e-5) - at(-1e-5)) / 2e-5 }];
    });
    for (const { i, slope } of slopes) expect(got[`gradient:${name}`]![i], `${name}[${i}]`).toBeCloseTo(slope, 7);
    if (name !== "prompt.offset") expect(slopes.some(({ slope }) => Math.abs(slope) > 1e-5)).toBe(true);
  });

  it("is neither cut into segments nor read from features: every layer has a gradient at once", () => {
    const cut = bertModel(tinyConfig(4), labelWords, { trains, checkpointing: true });
    expect(cut.segments).toBeUndefined();
    expect(cut.fixed).toBeUndefined();
  });

  it.each<[Trains, RegExp | undefined]>([
    [{ kind: "prefix", length: 0, width: 800 }, /0 vectors/],
    [{ kind: "prefix", length: 1.5, width: 800 }, /1.5 vectors/],
    [{ kind: "prefix", length: 10, width: 0 }, /width is 0/],
    [{ kind: "prefix", length: 10, width: 800 }, undefined],
  ])("says what cannot be: %j", (asks, why) => {
    const problem = trainsProblem(asks, 2, 8);
    if (why) expect(problem).toMatch(why);
    else expect(problem).toBeUndefined();
  });
});

describe("label words", () => {
  it("give each tag the product of a state with its words' weighted rows and the tag's own vector", () => {
    const model = bertModel(tinyConfig(1), labelWords);
    const weights = weightsOf(model);
    const plain = bertModel(tinyConfig(1), { kind: "token", labels: 8 });
    const identity = Array.from({ length: 64 }, (_, i) => Number(i % 9 === 0)); // its logits are the states
    const states = evaluate(plain.inference(shape), {
      ...weights,
      ...inputs,
      "classifier.weight": identity,
      "classifier.bias": new Array<number>(8).fill(0),
    }).logits!;
    const { logits } = evaluate(model.inference(shape), { ...weights, ...inputs });
    const [a, b] = weights["label_words.0.weight"]!.map(Math.exp) as [number, number];
    const rows = weights["label_words.0.embeddings"]!;
    const words = [
      Array.from({ length: 8 }, (_, c) => (a * rows[c]! + b * rows[8 + c]!) / (a + b)),
      weights["label_words.1.embeddings"]!,
    ];
    const offset = weights["prompt.offset"]!;
    const tags = [
      weights["prompt.outside"]!,
      ...words.flatMap((w) => [0, 1].map((bi) => w.map((x, c) => x + offset[8 * bi + c]!))),
    ];
    for (let token = 0; token < 8; token++) {
      for (const [tag, vector] of tags.entries()) {
        const expected = vector.reduce((sum, x, c) => sum + x * states[8 * token + c]!, 0);
        expect(logits![5 * token + tag], `token ${token}, tag ${tag}`).toBeCloseTo(expected, 10);
      }
    }
  });
});
