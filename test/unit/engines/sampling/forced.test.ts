// The likelihood of a given answer, against probabilities chosen by hand.

import { expect, it } from "vitest";
import { forced } from "../../../../src/engines/sampling/forced.ts";

const logitsOf = (...p: number[]) => Float32Array.from(p, (x) => Math.log(x) + 3); // a shift of all changes nothing

it("multiplies the probabilities of the answer's tokens and of any end after it", () => {
  const { sample, sum } = forced([2, 0], [3, 1]);
  expect(sum()).toBe(0);
  expect(sample(logitsOf(0.25, 0.25, 0.125, 0.375), [])).toBe(2);
  expect(sample(logitsOf(0.5, 0.25, 0.125, 0.125), [])).toBe(0);
  expect(sample(logitsOf(0.5, 0.125, 0.25, 0.125), [])).toBe(3);
  expect(sum()).toBeCloseTo(Math.log(0.125 * 0.5 * (0.125 + 0.125)), 5);
});

it("weighs an empty answer by its end alone", () => {
  const { sample, sum } = forced([], [1]);
  expect(sample(logitsOf(0.75, 0.25), [])).toBe(1);
  expect(sum()).toBeCloseTo(Math.log(0.25), 5);
});
