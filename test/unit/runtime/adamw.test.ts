// AdamW over typed arrays. (PyTorch's own steps: test/browser/bert-step.test.ts, on both devices.)

import { expect, it } from "vitest";
import { rng } from "../../../src/base/rng.ts";
import { adamW, adamWRows, clipFactor, initMoments } from "../../../src/runtime/adamw.ts";

const step = { learningRate: 0.1, weightDecay: 0.5, factor: 1 };

it("moves by the learning rate against the gradient's sign at first, and shrinks by rate times decay", () => {
  const weights = Float32Array.of(2, 2, 2);
  adamW(weights, Float32Array.of(1e-3, -40, 0), initMoments(3), { ...step, step: 1 });
  // Bias correction makes the first step rate * g / (|g| + 1e-8); decay takes 2 * 0.1 * 0.5 of each.
  for (const [i, expected] of [1.8, 2.0, 1.9].entries()) expect(weights[i]).toBeCloseTo(expected, 5);
});

it("does to a table's rows what it does to dense weights, whichever rows come", () => {
  const draws = rng("adamw");
  const [rows, columns] = [6, 3];
  const dense = Float32Array.from({ length: rows * columns }, () => draws.next());
  const table = dense.slice();
  const [momentsOfDense, momentsOfTable] = [initMoments(dense.length), initMoments(dense.length)];
  const touched = new Uint8Array(rows);
  for (const [i, some] of [[1, 4], [4], [0, 1], [], [5]].entries()) {
    const gradient = new Float32Array(rows * columns);
    for (const row of some) {
      touched[row] = 1;
      for (let j = 0; j < columns; j++) gradient[row * columns + j] = draws.next() - 0.5;
    }
    adamW(dense, gradient, momentsOfDense, { ...step, step: i + 1 });
    adamWRows(table, gradient, momentsOfTable, { ...step, step: i + 1 }, touched);
    expect(table).toEqual(dense);
  }
});

it("clips to the norm asked for and leaves shorter gradients alone", () => {
  expect(clipFactor(10, 1)).toBeCloseTo(0.1, 6);
  expect(clipFactor(0.5, 1)).toBe(1);
  expect(clipFactor(10, 0)).toBe(1);
});
