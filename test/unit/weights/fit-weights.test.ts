// The way from a checkpoint's tensors to parameters, and the start of a new head.

import { describe, expect, it } from "vitest";
import { rng } from "../../../src/base/rng.ts";
import { readBertConfig } from "../../../src/nn/bert-config.ts";
import { bertModel } from "../../../src/nn/model.ts";
import { fitWeights } from "../../../src/weights/fit-weights.ts";
import type { Weights } from "../../../src/weights/weight.ts";

const json = {
  vocab_size: 5,
  hidden_size: 64,
  num_hidden_layers: 1,
  num_attention_heads: 2,
  intermediate_size: 8,
  max_position_embeddings: 4,
  type_vocab_size: 2,
};
const read = readBertConfig(json);
if (!read.ok) throw new Error(read.why);
const { config } = read;
const { parameters } = bertModel(config, { kind: "single", labels: 40 });

/** An encoder under the names that `rename` makes of ours, each tensor filled with its place in the order of parameters. */
function encoder(rename: (name: string) => string): Map<string, { shape: readonly number[]; data: Float32Array }> {
  const own = parameters.filter(({ name }) => !/pooler|classifier/.test(name));
  return new Map(
    own.map(({ name, shape }, i) => [rename(name), { shape, data: new Float32Array(shape.reduce((n, d) => n * d, 1)).fill(i) }]),
  );
}

const draws = (seed: number) => {
  const stream = rng(seed);
  return () => stream.next();
};

const bare = (name: string) => name.replace(/^bert\./, "");

describe("fitWeights", () => {
  it.each<[string, (name: string) => string]>([
    ["with the prefix", (name) => name],
    ["without the prefix, as MiniLM", bare],
    [
      "with TensorFlow's names for LayerNorm",
      (name) => name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"),
    ],
    [
      "with both differences",
      (name) => bare(name).replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"),
    ],
  ])("finds an encoder %s", (_, rename) => {
    const { weights, initialised } = fitWeights(parameters, encoder(rename), draws(1));
    expect([...weights.keys()]).toEqual(parameters.map((p) => p.name));
    for (const [i, name] of [...encoder((n) => n).keys()].entries()) expect(weights.get(name)?.data[0]).toBe(i);
    expect(initialised).toEqual(["bert.pooler.dense.weight", "bert.pooler.dense.bias", "classifier.weight", "classifier.bias"]);
  });

  it("draws a parameter between two numbers where it is said so", () => {
    const wide = { name: "w", shape: [4000], aliases: [], missing: { low: 1, high: 2.5 } };
    const data = [...(fitWeights([wide], new Map(), draws(3)).weights.get("w")?.data ?? [])];
    expect(Math.min(...data)).toBeGreaterThanOrEqual(1);
    expect(Math.max(...data)).toBeLessThan(2.5);
    expect(data.reduce((a, b) => a + b, 0) / 4000).toBeCloseTo(1.75, 1);
  });

  it("draws a new head from a normal distribution of deviation 0.02, the same for the same seed", () => {
    const fitted = (seed: number) => fitWeights(parameters, encoder(bare), draws(seed)).weights;
    const pooler = fitted(1).get("bert.pooler.dense.weight")?.data as Float32Array; // 4,096 draws
    const mean = pooler.reduce((a, b) => a + b, 0) / pooler.length;
    const deviation = Math.sqrt(pooler.reduce((a, b) => a + (b - mean) ** 2, 0) / pooler.length);
    const within = pooler.filter((x) => Math.abs(x) < 0.02).length / pooler.length;
    expect(Math.abs(mean)).toBeLessThan(4 * (0.02 / 64)); // four standard errors
    expect(Math.abs(deviation - 0.02)).toBeLessThan(4 * (0.02 / Math.sqrt(2 * 4096)));
    expect(Math.abs(within - 0.6827)).toBeLessThan(4 * Math.sqrt((0.6827 * 0.3173) / 4096));
    expect(fitted(1)).toEqual(fitted(1));
    expect(fitted(2).get("classifier.weight")).not.toEqual(fitted(1).get("classifier.weight"));
    expect(fitted(1).get("classifier.bias")?.data).toEqual(new Float32Array(40));
  });

  it("keeps a head that the checkpoint has", () => {
    const checkpoint: Weights = new Map([
      ...encoder(bare),
      ["classifier.bias", { shape: [40], data: new Float32Array(40).fill(7) }],
    ]);
    const { weights, initialised } = fitWeights(parameters, checkpoint, draws(1));
    expect(weights.get("classifier.bias")?.data[0]).toBe(7);
    expect(initialised).not.toContain("classifier.bias");
  });

  it("refuses an encoder that lacks a tensor or has one of another shape", () => {
    const missing = encoder(bare);
    missing.delete("embeddings.word_embeddings.weight");
    const name = "bert.embeddings.word_embeddings.weight";
    expect(() => fitWeights(parameters, missing, draws(1))).toThrow(
      expect.objectContaining({ code: "model-unsupported", place: { what: name, expected: "[5,64]" } }),
    );
    const wide = encoder(bare).set("embeddings.word_embeddings.weight", { shape: [6, 64], data: new Float32Array(384) });
    expect(() => fitWeights(parameters, wide, draws(1))).toThrow(
      "embeddings.word_embeddings.weight has shape [6,64], expected [5,64]",
    );
  });
});
