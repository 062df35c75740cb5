// Dropout's masks by their statistics; its gradient against finite differences; a model's sites.

import { describe, expect, it } from "vitest";
import { rng } from "../../../src/base/rng.ts";
import { gradient } from "../../../src/graph/gradient.ts";
import { Graph } from "../../../src/graph/graph.ts";
import { sizeOf } from "../../../src/graph/ops.ts";
import { dropoutSites, seedsName } from "../../../src/nn/dropout.ts";
import { bertModel } from "../../../src/nn/model.ts";
import { dropoutSiteCount } from "../../../src/nn/training-graphs.ts";
import { evaluate } from "../graph/evaluate.ts";
import { tinyConfig } from "./tiny-config.ts";

const [rows, columns] = [512, 96];

/** Outputs of two sites of one graph for ones, [rows, columns] each. */
function ones(rate: number, seeds: readonly number[]): { first: number[]; second: number[] } {
  const g = new Graph();
  const drop = dropoutSites(g, rate, 2);
  const x = g.input("x", "float32", [rows, columns]);
  g.output("first", drop(x));
  g.output("second", drop(x));
  const found = evaluate(g, { x: new Array<number>(rows * columns).fill(1), [seedsName]: seeds });
  return { first: found.first!, second: found.second! };
}

const mean = (xs: readonly number[]) => xs.reduce((a, b) => a + b, 0) / xs.length;

/** Correlation of a mask with another, or with itself moved by so many places. */
function correlation(x: readonly number[], y: readonly number[], lag = 0): number {
  const m = mean(x);
  const n = x.length - lag;
  let [cross, square] = [0, 0];
  for (let i = 0; i < n; i++) {
    cross += (x[i]! - m) * (y[i + lag]! - m);
    square += (x[i]! - m) ** 2;
  }
  return cross / square;
}

describe("a mask", () => {
  const size = rows * columns;
  const { first, second } = ones(0.1, [0.37, 0.81]);

  it("drops its share and divides what stays by the rest", () => {
    for (const mask of [first, second]) {
      expect(new Set(mask.map((x) => x.toFixed(6)))).toEqual(new Set(["0.000000", (1 / 0.9).toFixed(6)]));
      const dropped = mask.filter((x) => x === 0).length / size;
      expect(Math.abs(dropped - 0.1)).toBeLessThan(4 * Math.sqrt((0.1 * 0.9) / size));
    }
  });

  it("has no stripes: each row and each column drops about its share", () => {
    const rowShares = Array.from({ length: rows }, (_, r) =>
      mean(first.slice(r * columns, (r + 1) * columns).map((x) => Number(x === 0))),
    );
    const columnShares = Array.from({ length: columns }, (_, c) =>
      mean(Array.from({ length: rows }, (_, r) => Number(first[r * columns + c] === 0))),
    );
    expect(Math.max(...rowShares)).toBeLessThan(0.1 + 5.5 * Math.sqrt(0.09 / columns));
    expect(Math.max(...columnShares)).toBeLessThan(0.1 + 5.5 * Math.sqrt(0.09 / rows));
    expect(Math.min(...columnShares)).toBeGreaterThan(0.1 - 5.5 * Math.sqrt(0.09 / rows));
  });

  it("does not follow its neighbours, the row above, another site or another step", () => {
    const bound = 5 / Math.sqrt(size);
    for (const lag of [1, 2, 3, columns, 2 * columns])
      expect(Math.abs(correlation(first, first, lag)), `lag ${lag}`).toBeLessThan(bound);
    expect(Math.abs(correlation(first, second))).toBeLessThan(bound);
    expect(Math.abs(correlation(first, ones(0.1, [0.371, 0.81]).first))).toBeLessThan(bound);
  });

  it("is the same for the same seed", () => expect(ones(0.1, [0.37, 0.5]).first).toEqual(first));

  it("is none where nothing is dropped: no input, the very value", () => {
    const g = new Graph();
    const x = g.input("x", "float32", [2, 2]);
    expect(dropoutSites(g, 0, 3)(x)).toBe(x);
    expect([...g.inputs.keys()]).toEqual(["x"]);
  });
});

it("passes the gradient of what it keeps", () => {
  const g = new Graph();
  const x = g.input("x", "float32", [5, 7]);
  const y = dropoutSites(g, 0.4, 1)(x);
  const loss = g.apply("ReduceSum", [g.apply("Mul", [y, y])], { axes: [0, 1], keepdims: false });
  g.output("loss", loss);
  g.output("dx", gradient(g, loss, [x])[0]!);
  const draws = rng("dropout gradient");
  const numbers = Array.from({ length: 35 }, () => draws.next() - 0.5);
  const at = (values: readonly number[]) => evaluate(g, { x: values, [seedsName]: [0.2] });
  const { dx } = at(numbers);
  for (const i of numbers.keys()) {
    const moved = (delta: number) => at(numbers.map((v, j) => (i === j ? v + delta : v))).loss![0]!;
    expect(dx![i]).toBeCloseTo((moved(1e-5) - moved(-1e-5)) / 2e-5, 7);
  }
  expect(dx!.filter((d) => d === 0).length).toBeGreaterThan(5);
});

it("stands at every site of a model in training, and at none when it predicts", () => {
  const config = tinyConfig(2, 9);
  const model = bertModel(config, { kind: "token", labels: 3 }, { dropout: 0.1 });
  const graph = model.training({ batch: 2, tokens: 4 });
  expect(graph.inputs.get(seedsName)?.shape).toEqual([dropoutSiteCount(config)]);
  expect(dropoutSiteCount(config)).toBe(1 + 3 * 2 + 1);
  const seeds = graph.nodes.filter((node) => node.op === "Slice" && node.inputs[0] === graph.inputs.get(seedsName));
  expect(seeds).toHaveLength(8); // each seed is used
  expect(model.inference({ batch: 2, tokens: 4 }).inputs.has(seedsName)).toBe(false);
  expect(sizeOf(model.inference({ batch: 2, tokens: 4 }).outputs.get("logits")!.shape)).toBe(2 * 4 * 3);
});

it.each([
  { trains: { kind: "layers", last: 1 }, dropped: 3 + 1 },
  { trains: { kind: "head" }, dropped: 1 },
] as const)("stands at no site of a frozen layer, on ids as on features: $trains", ({ trains, dropped }) => {
  const config = tinyConfig(2, 9);
  const shape = { batch: 2, tokens: 4 };
  const model = bertModel(config, { kind: "token", labels: 3 }, { trains, dropout: 0.4 });
  const graph = model.training(shape);
  const seeds = graph.nodes.filter((node) => node.op === "Slice" && node.inputs[0] === graph.inputs.get(seedsName));
  expect(seeds).toHaveLength(dropped);
  const draws = rng("frozen dropout");
  const numbers = (size: number) => Array.from({ length: size }, () => draws.next() - 0.5);
  const weights = Object.fromEntries(model.parameters.map((p) => [p.name, numbers(sizeOf(p.shape))]));
  const read = {
    input_ids: [2, 5, 7, 3, 2, 4, 3, 0],
    token_type_ids: new Array(8).fill(0),
    attention_mask: [1, 1, 1, 1, 1, 1, 1, 0],
  };
  const targets = Array.from({ length: 24 }, (_, i) => Number(i % 3 === i % 2));
  const asked = { ...weights, targets, scale: [1 / 8], [seedsName]: numbers(dropoutSiteCount(config)).map((x) => x + 0.5) };
  const onIds = evaluate(graph, { ...asked, ...read });
  const { features } = evaluate(model.fixed!.features(shape), { ...weights, ...read });
  const onFeatures = evaluate(model.fixed!.training(shape), {
    ...asked,
    features: features!,
    attention_mask: read.attention_mask,
  });
  expect(Object.keys(onIds).sort()).toEqual(Object.keys(onFeatures).sort());
  for (const [name, values] of Object.entries(onIds)) {
    for (const [i, x] of values.entries()) expect(x).toBeCloseTo(onFeatures[name]![i]!, 12);
  }
});
