// When a checkpoint is due.

import { expect, it } from "vitest";
import { CheckpointPace } from "../../../src/train/checkpoint.ts";

it("is due after an epoch or fifty steps, once writing it would take no more than a twentieth of the time", () => {
  let now = 0;
  const pace = new CheckpointPace(() => now);
  expect(pace.due("epoch")).toBe(false); // a training's first seconds
  now = 10_000;
  expect(pace.due("epoch")).toBe(true);
  pace.wrote(2000);
  now += 39_999;
  expect(pace.due("epoch")).toBe(false);
  now += 1;
  expect(pace.due("epoch")).toBe(true);
  const steps = Array.from({ length: 51 }, () => pace.due("step"));
  expect(steps.indexOf(true)).toBe(49);
  pace.wrote(1);
  now += 1000;
  expect(pace.due("step")).toBe(false); // counted anew
});
