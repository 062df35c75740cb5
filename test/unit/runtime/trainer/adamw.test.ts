// AdamW over typed arrays. (PyTorch's own steps: test/browser/bert-step.test.ts, on both devices.)

import { expect, it } from "vitest";
import { buildAdamW } from "../../../../scripts/adamw.ts";
import { rng } from "../../../../src/base/rng.ts";
import {
  type AdamWSlot,
  adamWRows,
  adamWSlots,
  beta1,
  beta2,
  clipFactor,
  epsilon,
  sumOfSquares,
} from "../../../../src/runtime/trainer/adamw.ts";
import { adamWModule } from "../../../../src/runtime/trainer/adamw-wasm.ts";

const step = { learningRate: 0.1, weightDecay: 0.5, factor: 1 };

function slotOf(weights: Float32Array): AdamWSlot {
  const [slot] = adamWSlots([weights.length]);
  slot!.weights.set(weights);
  return slot!;
}

it("moves by the learning rate against the gradient's sign at first, and shrinks by rate times decay", () => {
  const slot = slotOf(Float32Array.of(2, 2, 2));
  slot.update(Float32Array.of(1e-3, -40, 0), { ...step, step: 1 });
  // Bias correction makes the first step rate * g / (|g| + 1e-8); decay takes 2 * 0.1 * 0.5 of each.
  for (const [i, expected] of [1.8, 2.0, 1.9].entries()) expect(slot.weights[i]).toBeCloseTo(expected, 5);
});

it("the module is what its source builds", async () => {
  expect(Buffer.from(await buildAdamW()).toString("base64")).toBe(adamWModule);
});

/** The update of one weight after another, in float64: Loshchilov and Hutter 2019, algorithm 2. */
function inFloat64(weights: number[], gradients: readonly (readonly number[])[], from: number, to: number) {
  const [m, v] = [weights.map(() => 0), weights.map(() => 0)];
  gradients.forEach((gradient, t) => {
    for (let i = from; i < to; i++) {
      const g = gradient[i]! * step.factor;
      m[i] = beta1 * m[i]! + (1 - beta1) * g;
      v[i] = beta2 * v[i]! + (1 - beta2) * g * g;
      const [mean, square] = [m[i]! / (1 - beta1 ** (t + 1)), v[i]! / (1 - beta2 ** (t + 1))];
      weights[i] = weights[i]! * (1 - step.learningRate * step.weightDecay);
      weights[i]! -= (step.learningRate * mean) / (Math.sqrt(square) + epsilon);
    }
  });
  return weights;
}

it.each([
  ["a few, no multiple of four", 7, 0, 7],
  ["a part that begins and ends anywhere", 23, 5, 18],
  ["more than the module holds at once", 9001, 0, 9001],
  ["a part over its border", 9001, 4093, 8195],
])("is the algorithm's own in float32: %s", (_, size, from, to) => {
  const draws = rng("adamw", size);
  const start = Array.from({ length: size }, () => Math.fround(draws.next() - 0.5));
  const gradients = Array.from({ length: 3 }, () => start.map(() => Math.fround((draws.next() - 0.5) * 10 ** -draws.int(6))));
  const slot = slotOf(Float32Array.from(start));
  const { weights } = slot;
  gradients.forEach((gradient, t) => {
    slot.update(Float32Array.from(gradient), { ...step, step: t + 1 }, from, to);
  });
  const expected = inFloat64([...start], gradients, from, to);
  for (let i = 0; i < size; i++) expect(Math.abs(weights[i]! - expected[i]!), `weight ${i}`).toBeLessThan(1e-6);
  const squares = expected.slice(from, to).reduce((sum, _, i) => sum + weights[from + i]! ** 2, 0);
  expect(sumOfSquares(weights, from, to)).toBeCloseTo(squares, 9);
});

it("slots share memories, keep apart, and begin at zero", () => {
  const slots = adamWSlots([3, 1, 8]);
  for (const { weights, first, second } of slots) for (const x of [...weights, ...first, ...second]) expect(x).toBe(0);
  for (const [i, slot] of slots.entries()) slot.weights.fill(i + 1);
  slots[1]!.update(Float32Array.of(5), { ...step, step: 1 });
  expect([...slots[0]!.weights, ...slots[2]!.weights]).toEqual([1, 1, 1, ...new Array<number>(8).fill(3)]);
  expect(slots[0]!.first).toEqual(new Float32Array(3));
});

it("does to a table's rows what it does to dense weights, whichever rows come", () => {
  const draws = rng("adamw");
  const [rows, columns] = [6, 3];
  const start = Float32Array.from({ length: rows * columns }, () => draws.next());
  const [dense, table] = [slotOf(start), slotOf(start)];
  const touched = new Uint8Array(rows);
  for (const [i, some] of [[1, 4], [4], [0, 1], [], [5]].entries()) {
    const gradient = new Float32Array(rows * columns);
    for (const row of some) {
      touched[row] = 1;
      for (let j = 0; j < columns; j++) gradient[row * columns + j] = draws.next() - 0.5;
    }
    dense.update(gradient, { ...step, step: i + 1 });
    adamWRows(table, gradient, { ...step, step: i + 1 }, touched);
    expect(table.weights).toEqual(dense.weights);
  }
});

it("clips to the norm asked for and leaves shorter gradients alone", () => {
  expect(clipFactor(10, 1)).toBeCloseTo(0.1, 6);
  expect(clipFactor(0.5, 1)).toBe(1);
  expect(clipFactor(10, 0)).toBe(1);
});
