// The geometry of the training curves: points, axes, paths, over both stages. Pure; knows no component.

import type { TrainingResult } from "../../../experiment/notebook.ts";
import type { StageId } from "../../../train/train-config.ts";

type History = TrainingResult["history"];

export interface Point {
  readonly x: number; // step from 1, over both stages
  readonly y: number;
  readonly stage: StageId;
  readonly best: boolean;
}

export const stages = ["few", "synthetic"] as const satisfies readonly StageId[];

/** The steps' losses and the epochs' validation (each at its epoch's last step), stage after stage on one axis. */
export function pointsOf(
  history: History,
  /** Field of the scores. */
  metric: string,
): { readonly loss: readonly Point[]; readonly validation: readonly Point[] } {
  const loss: Point[] = [];
  const validation: Point[] = [];
  for (const event of history) {
    const x = loss.length;
    if (event.type === "step") loss.push({ x: x + 1, y: event.loss, stage: event.stage, best: false });
    else validation.push({ x, y: event.validation.values[metric] ?? 0, stage: event.stage, best: event.best });
  }
  const lastBest = stages.map((stage) => validation.findLast((p) => p.stage === stage && p.best));
  return { loss, validation: validation.map((p) => ({ ...p, best: lastBest.includes(p) })) };
}

/** Every n-th point and the last one, so that there are at most about `most`: more than pixels are of no use. */
export function thinned(points: readonly Point[], most: number): readonly Point[] {
  if (points.length <= most) return points;
  const every = Math.ceil(points.length / most);
  return points.filter((_, i) => i % every === 0 || i === points.length - 1);
}

/** Round numbers from `low` to `high`, as many as there may be but at most `most`, that people count by: in ones, twos or fives. */
export function ticksOf(low: number, high: number, most: number): readonly number[] {
  if (!(high > low)) return [low];
  const power = 10 ** Math.floor(Math.log10((high - low) / most));
  for (const every of [1, 2, 5, 10, 20].map((m) => m * power)) {
    const first = Math.ceil(low / every - 1e-9);
    const last = Math.floor(high / every + 1e-9);
    // Not by adding up: 0.1 three times is not 0.3.
    if (last - first < most)
      return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * every).toPrecision(12)));
  }
  return [low];
}

export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number; // pixels from the top: the axis
}

export interface Scale {
  readonly x: (step: number) => number;
  readonly y: (value: number) => number;
}

/** Steps 1 to `steps` over the width of the box, values 0 to `highest` over its height. */
export function scaleOf(box: Box, steps: number, highest: number): Scale {
  const span = Math.max(1, steps - 1);
  return {
    x: (step) => box.left + ((step - 1) / span) * (box.right - box.left),
    y: (value) => box.bottom - (value / (highest || 1)) * (box.bottom - box.top),
  };
}

/** A polyline as the `d` of an SVG path, to a tenth of a pixel. */
export const pathOf = (points: readonly Point[], { x, y }: Scale): string =>
  points.map((p, i) => `${i === 0 ? "M" : "L"}${x(p.x).toFixed(1)} ${y(p.y).toFixed(1)}`).join("");
