// Candidates at each token, against probabilities chosen by hand.

import { expect, it } from "vitest";
import { watched } from "../../../../src/engines/sampling/watched.ts";

const logitsOf = (...p: number[]) => Float32Array.from(p, (x) => Math.log(x) + 3); // a shift of all changes nothing
const maskOf = (...ids: number[]) => {
  const mask = new Int32Array(2);
  for (const id of ids) mask[id >>> 5] = (mask[id >>> 5] as number) | (1 << (id & 31));
  return mask;
};

it("notes the likeliest with the model's own probabilities, which the grammar forbids, and what was drawn", () => {
  const { sample, steps } = watched([2, 0], 3, 2);
  expect(sample(logitsOf(0.5, 0.25, 0.125, 0.125), [], maskOf(1, 2))).toBe(2);
  expect(sample(logitsOf(0.25, 0.5, 0.125, 0.125), [], undefined)).toBe(0);
  expect(sample(logitsOf(0.25, 0.5, 0.125, 0.125), [], maskOf(3))).toBe(3); // the end is no token of the answer
  const [first, second, ...more] = steps();
  expect(more).toEqual([]);
  expect(first?.likeliest.map(({ id, allowed }) => [id, allowed])).toEqual([
    [0, false],
    [1, true],
  ]);
  expect(first?.likeliest.map(({ probability }) => probability)).toEqual([expect.closeTo(0.5, 6), expect.closeTo(0.25, 6)]);
  expect(first?.drawn).toEqual({ id: 2, probability: expect.closeTo(0.125, 6), allowed: true });
  expect(first?.forbidden).toBeCloseTo(0.625, 6);
  expect(second?.forbidden).toBe(0);
  expect(second?.likeliest.map(({ id }) => id)).toEqual([1, 0]);
});

it("reads the mask's later words and keeps equal tokens in the order of their ids", () => {
  const { sample, steps } = watched([40], 0, 3);
  sample(new Float32Array(64), [], maskOf(40));
  expect(steps()[0]?.likeliest.map(({ id }) => id)).toEqual([0, 1, 2]);
  expect(steps()[0]?.drawn.allowed).toBe(true);
  expect(steps()[0]?.forbidden).toBeCloseTo(63 / 64, 6);
});
