// What the curve draws: both stages on one axis, epochs at their last step, the kept one of each stage.

import { describe, expect, it } from "vitest";
import type { TrainingResult } from "../../../../../src/experiment/notebook.ts";
import { pathOf, pointsOf, scaleOf, thinned, ticksOf } from "../../../../../src/ui/run/train/loss-plot.ts";

type Event = TrainingResult["history"][number];
type Stage = Event["stage"];

const step = (stage: Stage, n: number, loss: number): Event => ({
  type: "step",
  stage,
  step: n,
  steps: 4,
  epoch: 1,
  loss,
  learningRate: 1e-4,
  gradientNorm: 1,
  milliseconds: 1,
});

const epoch = (stage: Stage, n: number, f1: number, best: boolean): Event => ({
  type: "epoch",
  stage,
  epoch: n,
  loss: 1,
  validationLoss: 1,
  best,
  validation: { values: { f1 }, perLabel: {}, examples: 5 },
});

const history: TrainingResult["history"] = [
  step("few", 1, 3),
  step("few", 2, 2),
  epoch("few", 1, 0.1, true),
  step("few", 3, 1),
  epoch("few", 2, 0.3, true),
  step("synthetic", 1, 5),
  epoch("synthetic", 1, 0.5, true),
  step("synthetic", 2, 4),
  epoch("synthetic", 2, 0.4, false),
];

describe("pointsOf", () => {
  it("puts the second stage's steps behind the first's", () => {
    expect(pointsOf(history, "f1").loss.map(({ x, y, stage }) => [x, y, stage])).toEqual([
      [1, 3, "few"],
      [2, 2, "few"],
      [3, 1, "few"],
      [4, 5, "synthetic"],
      [5, 4, "synthetic"],
    ]);
  });

  it("puts an epoch at its last step, and marks the epoch that each stage kept", () => {
    expect(pointsOf(history, "f1").validation.map(({ x, y, best }) => [x, y, best])).toEqual([
      [2, 0.1, false],
      [3, 0.3, true],
      [4, 0.5, true],
      [5, 0.4, false],
    ]);
  });
});

describe("thinned", () => {
  const points = Array.from({ length: 1001 }, (_, i) => ({ x: i, y: 0, stage: "few" as const, best: false }));

  it("keeps the first and the last, and no more than asked for and one", () => {
    const some = thinned(points, 100);
    expect(some.length).toBeLessThanOrEqual(101);
    expect(some[0]?.x).toBe(0);
    expect(some.at(-1)?.x).toBe(1000);
  });

  it("keeps few as they are", () => expect(thinned(points, 2000)).toBe(points));
});

describe("ticksOf", () => {
  it.each([
    [0, 1, 5, [0, 0.5, 1]],
    [0, 0.62, 5, [0, 0.2, 0.4, 0.6]],
    [0, 3.7, 5, [0, 1, 2, 3]],
    [1, 120, 8, [20, 40, 60, 80, 100, 120]],
    [1, 2, 8, [1, 1.2, 1.4, 1.6, 1.8, 2]],
    [0, 0.3, 4, [0, 0.1, 0.2, 0.3]],
    [1, 8, 4, [2, 4, 6, 8]],
    [1, 9, 2, [5]],
    [0, 0, 5, [0]],
  ])("from %d to %d, at most %d: %j", (low, high, most, ticks) => {
    expect(ticksOf(low, high, most)).toEqual(ticks);
  });
});

describe("scaleOf and pathOf", () => {
  const box = { left: 40, right: 240, top: 10, bottom: 110 };

  it("put the first step at the left, the last at the right, zero at the bottom", () => {
    const { x, y } = scaleOf(box, 5, 2);
    expect([x(1), x(3), x(5), y(0), y(1), y(2)]).toEqual([40, 140, 240, 110, 60, 10]);
  });

  it("draw a single step, and values that are all zero, within the box", () => {
    const { x, y } = scaleOf(box, 1, 0);
    expect([x(1), y(0)]).toEqual([40, 110]);
  });

  it("give a path through every point", () => {
    const at = (x: number, y: number) => ({ x, y, stage: "few" as const, best: false });
    expect(pathOf([at(1, 0), at(3, 1), at(5, 2)], scaleOf(box, 5, 2))).toBe("M40.0 110.0L140.0 60.0L240.0 10.0");
    expect(pathOf([], scaleOf(box, 5, 2))).toBe("");
  });
});
