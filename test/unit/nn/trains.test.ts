// The trainable part: its gradients are those of training everything; LoRA's against finite differences, and its merge.

import { describe, expect, it } from "vitest";
import { rng } from "../../../src/base/rng.ts";
import { mergedLora } from "../../../src/classifier/merged-lora.ts";
import { sizeOf } from "../../../src/graph/ops.ts";
import { bertModel, type Model } from "../../../src/nn/model.ts";
import { type Trains, trainsProblem } from "../../../src/nn/trains.ts";
import type { Weights } from "../../../src/weights/weight.ts";
import { evaluate } from "../graph/evaluate.ts";
import { tinyConfig } from "./tiny-config.ts";

const config = tinyConfig(3);
const shape = { batch: 2, tokens: 4 };
const open = (trains: Trains) => bertModel(config, { kind: "single", labels: 3 }, { trains });
const lora: Trains = { kind: "lora", rank: 2, alpha: 6 };

/** The same numbers for a parameter whatever else there is. */
function weightsOf(model: Model): Map<string, number[]> {
  return new Map(
    model.parameters.map(({ name, shape: s }) => {
      const draws = rng("trains", name);
      return [
        name,
        Array.from({ length: sizeOf(s) }, () => (name.includes("LayerNorm.weight") ? 1 : 0) + 0.6 * (draws.next() - 0.5)),
      ];
    }),
  );
}

const inputs = {
  input_ids: [2, 5, 7, 3, 2, 4, 3, 0],
  token_type_ids: [0, 0, 1, 1, 0, 0, 0, 0],
  attention_mask: [1, 1, 1, 1, 1, 1, 1, 0],
};
const targets = { targets: [1, 0, 0, 0, 0, 1], scale: [0.5] };

const train = (model: Model, weights: Map<string, number[]>) =>
  evaluate(model.training(shape), { ...Object.fromEntries(weights), ...inputs, ...targets });

describe.each<{ trains: Trains; count: number; some: string }>([
  { trains: { kind: "layers", last: 1 }, count: 16 + 4, some: "bert.encoder.layer.2.output.dense.weight" },
  { trains: { kind: "layers", last: 3 }, count: 48 + 4, some: "bert.encoder.layer.0.attention.self.key.bias" },
  { trains: { kind: "biases" }, count: 1 + 3 * 8 + 4, some: "bert.embeddings.LayerNorm.bias" },
  { trains: { kind: "head" }, count: 4, some: "bert.pooler.dense.weight" },
])("$trains", ({ trains, count, some }) => {
  it("has the gradients of what trains, and they are those of training everything", () => {
    const [part, whole] = [open(trains), open({ kind: "all" })];
    const got = train(part, weightsOf(part));
    const all = train(whole, weightsOf(whole));
    const names = Object.keys(got).filter((name) => name !== "loss");
    expect(names).toHaveLength(count);
    expect(names).toContain(`gradient:${some}`);
    expect(part.frozen.size).toBe(part.parameters.length - count);
    for (const name of ["loss", ...names]) for (const [i, x] of got[name]!.entries()) expect(x).toBeCloseTo(all[name]![i]!, 12);
  });
});

describe("the part that stays as it is", () => {
  const heads = [
    { head: { kind: "token", labels: 3 }, targets: Array.from({ length: 24 }, (_, i) => Number(i % 3 === i % 2)) },
    { head: { kind: "single", labels: 3 }, targets: targets.targets },
  ] as const;
  const cases = heads.flatMap((h) =>
    ([{ kind: "layers", last: 1 }, { kind: "layers", last: 2 }, { kind: "head" }] as const).map((trains) => ({ ...h, trains })),
  );
  it.each(cases)("gives features on which $trains train a $head.kind head as on the ids", ({ head, targets: asked, trains }) => {
    const model = bertModel(config, head, { trains });
    const weights = Object.fromEntries(weightsOf(model));
    const asks = { targets: asked, scale: targets.scale };
    const whole = evaluate(model.training(shape), { ...weights, ...inputs, ...asks });
    const { firstToken, ...fixed } = model.fixed!;
    expect(firstToken).toBe(trains.kind === "head" && head.kind === "single");
    const { features } = evaluate(fixed.features(shape), { ...weights, ...inputs });
    expect(features).toHaveLength(2 * 4 * 8);
    const { attention_mask } = inputs;
    const first = features!.filter((_, i) => i % 32 < 8);
    const on = firstToken
      ? evaluate(fixed.training({ batch: 2, tokens: 1 }), { ...weights, ...asks, features: first })
      : evaluate(fixed.training(shape), { ...weights, ...asks, features: features!, attention_mask });
    expect(Object.keys(on).sort()).toEqual(Object.keys(whole).sort());
    for (const [name, numbers] of Object.entries(on)) {
      for (const [i, x] of numbers.entries()) expect(x).toBeCloseTo(whole[name]![i]!, 12);
    }
    const read = [...fixed.training(shape).inputs.keys()].filter((name) => model.frozen.has(name));
    expect(read).toEqual([]); // nothing of the part is fed to a step
  });

  it("is there for no other way to train", () => {
    for (const trains of [{ kind: "all" }, { kind: "biases" }, { kind: "layers", last: 3 }, lora] as const) {
      expect(open(trains).fixed).toBeUndefined();
    }
  });
});

describe("LoRA", () => {
  const model = open(lora);

  it("trains two factors for each query and value, and the head", () => {
    const trained = model.parameters.filter(({ name }) => !model.frozen.has(name)).map(({ name }) => name);
    expect(trained).toHaveLength(3 * 2 * 2 + 4);
    expect(trained).toContain("bert.encoder.layer.1.attention.self.value.lora_B.weight");
  });

  it.each([
    ["attention", 4, "bert.encoder.layer.1.attention.output.dense.lora_A.weight"],
    ["all", 6, "bert.encoder.layer.0.intermediate.dense.lora_B.weight"],
  ] as const)("adds to %s where told to, with the gradients of finite differences", (targets, matrices, some) => {
    const wider = open({ ...lora, targets });
    const trained = wider.parameters.filter(({ name }) => !wider.frozen.has(name)).map(({ name }) => name);
    expect(trained).toHaveLength(3 * matrices * 2 + 4);
    const weights = weightsOf(wider);
    const slope = train(wider, weights)[`gradient:${some}`]![3]!;
    const at = (delta: number) => {
      const moved = weights.get(some)!.map((x, i) => (i === 3 ? x + delta : x));
      return train(wider, new Map(weights).set(some, moved)).loss![0]!;
    };
    expect(slope).toBeCloseTo((at(1e-5) - at(-1e-5)) / 2e-5, 7);
    expect(slope).not.toBeCloseTo(0, 5);
  });

  it("changes nothing while the second factor is zero, as it begins", () => {
    const weights = weightsOf(model);
    for (const { name, missing, shape: s } of model.parameters) {
      if (!name.includes("lora_B")) continue;
      expect(missing).toBe("zeros");
      weights.set(name, new Array<number>(sizeOf(s)).fill(0));
    }
    const whole = open({ kind: "all" });
    expect(train(model, weights).loss![0]).toBeCloseTo(train(whole, weightsOf(whole)).loss![0]!, 12);
  });

  it("has the gradients of finite differences", () => {
    const weights = weightsOf(model);
    const got = train(model, weights);
    for (const name of [
      "bert.encoder.layer.0.attention.self.query.lora_A.weight",
      "bert.encoder.layer.2.attention.self.value.lora_B.weight",
    ]) {
      for (const i of [0, 5, 13]) {
        const at = (delta: number) => {
          const moved = new Map(weights);
          moved.set(
            name,
            weights.get(name)!.map((x, j) => (j === i ? x + delta : x)),
          );
          return train(model, moved).loss![0]!;
        };
        expect(got[`gradient:${name}`]![i]).toBeCloseTo((at(1e-5) - at(-1e-5)) / 2e-5, 7);
      }
    }
  });

  it.each(["query-value", "attention", "all"] as const)("merged gives a plain model the same logits (%s)", (targets) => {
    const model = open({ ...lora, targets });
    const weights = weightsOf(model);
    const asWeights: Weights = new Map(
      model.parameters.map(({ name, shape: s }) => [name, { shape: s, data: Float32Array.from(weights.get(name)!) }]),
    );
    const merged = mergedLora(asWeights, lora);
    const plain = open({ kind: "all" });
    expect([...merged.keys()]).toEqual(plain.parameters.map((p) => p.name));
    const logits = (m: Model, w: Weights) =>
      evaluate(m.inference(shape), { ...Object.fromEntries([...w].map(([n, { data }]) => [n, [...data]])), ...inputs }).logits!;
    const expected = logits(model, asWeights);
    for (const [i, x] of logits(plain, merged).entries()) expect(x).toBeCloseTo(expected[i]!, 5);
  });
});

it.each<[Trains, RegExp | undefined]>([
  [{ kind: "layers", last: 4 }, /last 4 of 3 layers/],
  [{ kind: "layers", last: 0 }, /last 0/],
  [{ kind: "lora", rank: 0, alpha: 1 }, /rank is 0/],
  [{ kind: "lora", rank: 2, alpha: 0 }, /alpha is 0/],
  [lora, undefined],
  [{ kind: "layers", last: 3 }, undefined],
])("says what cannot be: %j", (trains, why) => {
  const problem = trainsProblem(trains, config.layers, config.hiddenSize);
  if (why) expect(problem).toMatch(why);
  else expect(problem).toBeUndefined();
});
