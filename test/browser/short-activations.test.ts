// Activations stored in 16 bits: every kind of kernel that stores or reads them, and the error of losses and gradients that the option states.

import { expect, it } from "vitest";
import { rng } from "../../src/base/rng.ts";
import { activations } from "../../src/graph/activations.ts";
import { Graph } from "../../src/graph/graph.ts";
import { type Shape, sizeOf, type Value } from "../../src/graph/ops.ts";
import { toWgsl } from "../../src/graph/wgsl.ts";
import { openTrainer } from "../../src/runtime/open-trainer.ts";
import type { TrainerOptions } from "../../src/runtime/trainer.ts";
import { evaluate } from "../unit/graph/evaluate.ts";
import { feedsOf, type ModeCase, modelOf, modes, numbersOf, weightsOf } from "./program-cases.ts";
import { relativeError } from "./run-graph.ts";
import { runProgram } from "./run-program.ts";

interface Chain {
  readonly title: string;
  readonly shapes: readonly Shape[];
  /** Matrices, the last of which other kernels read. */
  build(g: Graph, inputs: readonly [Value, Value]): readonly Value[];
}

const product = (title: string, rows: number, inner: number, columns: number): Chain => ({
  title,
  shapes: [
    [rows, inner],
    [inner, columns],
  ],
  build(g, [x, y]) {
    const z = g.apply("MatMul", [x, y]);
    return [g.apply("Softmax", [z]), z];
  },
});
const rows = (title: string, columns: number): Chain => ({
  title,
  shapes: [[3, columns], [columns]],
  build: (g, [x, scale]) => [
    g.apply("LayerNormalization", [x, scale, scale], { epsilon: 1e-3 })[0],
    g.apply("Softmax", [g.apply("Mul", [x, g.scalar(3)])]),
  ],
});
/** A map whose numbers two products read, along either axis. */
const map = (title: string, shape: readonly [number, number]): Chain => ({
  title,
  shapes: [shape, [1]],
  build(g, [x]) {
    const y = g.apply("Tanh", [x]);
    const turned = g.apply("Transpose", [y], { perm: [1, 0] });
    return [g.apply("MatMul", [y, turned]), g.apply("MatMul", [turned, y])];
  },
});

const chains: readonly Chain[] = [
  product("a product in tiles", 68, 36, 100),
  product("a product in tiles and in parts", 68, 1036, 64),
  product("a product without tiles", 3, 40, 10),
  product("a product without tiles, in parts", 3, 700, 40),
  rows("rows that threads keep, some of them less", 302),
  rows("rows that are computed again", 2100),
  map("a map, read in fours", [68, 72]),
  map("a map, read singly", [33, 70]),
];

it.each(chains)("$title", async ({ shapes, build }) => {
  const g = new Graph();
  const [x, y] = shapes.map((shape, i) => g.input(`x${i}`, "float32", shape)) as [Value, Value];
  // Outputs are stored in 32 bits: so the values are turned before.
  for (const [i, value] of build(g, [x, y]).entries()) g.output(`y${i}`, g.apply("Transpose", [value], { perm: [1, 0] }));
  const draws = rng("short");
  const numbers = Object.fromEntries(
    shapes.map((shape, i) => [`x${i}`, Array.from({ length: sizeOf(shape) }, () => draws.next() - 0.5)]),
  );
  const expected = evaluate(g, numbers);
  const found = await runProgram(g, numbers, activations(g));
  expect(toWgsl(g, { short: activations(g) }).halves.size).toBeGreaterThan(0);
  const errors = Object.entries(expected).map(([name, own]) => relativeError(found[name] ?? [], own));
  expect(Math.max(...errors)).toBeLessThan(1e-3);
  expect(Math.max(...errors)).toBeGreaterThan(1e-5); // else nothing was rounded
});

const mode = (title: string): ModeCase => modes.find((one) => one.title === title) as ModeCase;

/** Losses and gradients together: of one alone that is small a rounding elsewhere can be a large part. */
async function errorsOf(one: ModeCase, dropout = 0): Promise<{ loss: number; gradient: number }> {
  const { model, config } = modelOf(one, { dropout });
  const graph = model.training(one.shape);
  const numbers = numbersOf(feedsOf(graph, config), weightsOf(model));
  const [expected, found] = [evaluate(graph, numbers), await runProgram(graph, numbers, activations(graph))];
  const { loss = [], ...gradients } = expected;
  const joined = (from: Readonly<Record<string, ArrayLike<number>>>) =>
    Object.keys(gradients).flatMap((name) => Array.from(from[name] ?? []));
  return { loss: relativeError(found.loss ?? [], loss), gradient: relativeError(joined(found), joined(expected)) };
}

it.each([
  { title: "token head", dropout: 0.2 },
  { title: "masked head", dropout: 0 },
  { title: "LoRA", dropout: 0 },
])("the loss is right to a thousandth, the gradient to a hundredth: $title, dropout $dropout", async ({ title, dropout }) => {
  const { loss, gradient } = await errorsOf(mode(title), dropout);
  expect(loss).toBeLessThan(1e-3);
  expect(gradient).toBeLessThan(1e-2);
  expect(gradient).toBeGreaterThan(1e-5);
});

it("steps in parts and in segments follow those with 32 bits", async () => {
  const own = { ...mode("token head"), config: { layers: 3 } };
  const { model, config } = modelOf(own, { dropout: 0.2, checkpointing: true });
  const graph = model.training(own.shape);
  const steps = async (more: Partial<TrainerOptions>) => {
    const trainer = await openTrainer({ device: "webgpu", path: "program", graphs: model, weights: weightsOf(model), ...more });
    const recipe = { learningRate: 1e-3, weightDecay: 0.01, clipNorm: 0.5 };
    const taken = [0, 1, 2].map((i) => trainer.step([feedsOf(graph, config, i), feedsOf(graph, config, 10 + i)], recipe));
    const losses = (await Promise.all(taken)).map(({ loss }) => loss);
    expect(trainer.note).toBeUndefined();
    await trainer.close();
    return losses;
  };
  const [short, long] = [await steps({ activations: "float16" }), await steps({})];
  expect(short).not.toEqual(long);
  expect(relativeError(short, long)).toBeLessThan(1e-3);
});
