// Losses that count as divergence, and losses that do not.

import { expect, it } from "vitest";
import { divergenceWatch } from "../../../src/train/divergence.ts";

const run = (losses: readonly number[]) => () => {
  const watch = divergenceWatch("few");
  for (const [i, loss] of losses.entries()) watch.take(i + 1, loss, 1);
};
const repeat = (loss: number, n: number) => Array<number>(n).fill(loss);
const diverged = expect.objectContaining({ code: "diverged" });

it.each([
  ["a loss that is no number", [0.7, Number.NaN]],
  ["an infinite loss", [0.7, Number.POSITIVE_INFINITY]],
  ["a loss that stays far above its start", [0.7, ...repeat(30, 20)]],
])("%s is told", (_, losses) => expect(run(losses)).toThrow(diverged));

it("a gradient that is no number is told, though the loss still is", () => {
  expect(() => divergenceWatch("few").take(1, 0.7, Number.NaN)).toThrow(diverged);
});

it.each([
  ["bad batches apart", [0.7, ...repeat(30, 19), 0.5, ...repeat(30, 19)]],
  ["a stage that begins near 0 and meets new examples", [0.01, ...repeat(0.9, 100)]],
  ["a high loss that began high", repeat(12, 100)],
  ["a loss that falls", [2.3, 1.9, 1.2, 0.4]],
])("%s is none", (_, losses) => expect(run(losses)).not.toThrow());
