// The loss of each step and the validation of each epoch, over both stages, as two SVGs. Knows no component; the plotting
// library is loaded when the first curve is drawn.

import type { TrainingResult } from "../experiment/notebook.ts";
import type { Metric } from "../tasks/task.ts";
import type { StageId } from "../train/train-config.ts";
import { count } from "./numbers.ts";
import { stageNames } from "./train-step.svelte.ts";
import { metricWords } from "./words.ts";

type History = TrainingResult["history"];

export interface Point {
  readonly x: number; // step from 1, over both stages
  readonly y: number;
  readonly stage: StageId;
  readonly best: boolean;
}

const stages = ["few", "synthetic"] as const;
const strokes = { few: "var(--orange)", synthetic: "var(--blue)" } as const;
const inks = { few: "var(--orange-ink)", synthetic: "var(--blue-ink)" } as const;

/** The steps' losses and the epochs' validation (each at its epoch's last step), stage after stage on one axis. */
export function pointsOf(
  history: History,
  metric: Metric,
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

/** Both plots, the loss above. `width` in CSS pixels. */
export async function lossPlots(history: History, metric: Metric, width: number): Promise<readonly Element[]> {
  const Plot = await import("@observablehq/plot");
  const { loss, validation } = pointsOf(history, metric);
  const x = {
    domain: [1, Math.max(2, loss.length)],
    label: "step",
    tickFormat: count,
    ticks: Math.min(8, Math.floor(width / 80)),
  } as const;
  const frame = { width, marginLeft: 44, marginRight: 16, marginTop: 28, marginBottom: 36 };
  const of = (points: readonly Point[], stage: StageId) => points.filter((p) => p.stage === stage);
  const lines = stages.flatMap((stage) => {
    const line = thinned(of(loss, stage), width);
    const label = {
      x: "x",
      y: "y",
      text: () => stageNames[stage],
      fill: inks[stage],
      textAnchor: "start",
      dx: 6,
      dy: -10,
    } as const;
    return line.length === 0
      ? []
      : [
          Plot.lineY(line, { x: "x", y: "y", stroke: strokes[stage], strokeWidth: 1.75 }),
          Plot.text(line.slice(0, 1), { ...label, fontWeight: 600 }),
        ];
  });
  const dots = stages.flatMap((stage) => {
    const line = of(validation, stage);
    const best = line.filter((p) => p.best);
    return [
      Plot.lineY(line, { x: "x", y: "y", stroke: strokes[stage], strokeWidth: 1.25, marker: "dot" }),
      Plot.dot(best, { x: "x", y: "y", stroke: inks[stage], r: 6, strokeWidth: 2 }),
      Plot.text(best, { x: "x", y: "y", text: () => "kept", fill: inks[stage], dy: -14, fontWeight: 600 }),
    ];
  });
  const zero = Plot.ruleY([0], { stroke: "var(--line-strong)" });
  const y = { grid: true, zero: true, ticks: 5 };
  const upper = Plot.plot({ ...frame, height: 248, x, y: { ...y, label: "loss" }, marks: [zero, ...lines] });
  const lower = Plot.plot({
    ...frame,
    height: 176,
    x,
    y: { ...y, domain: [0, 1], label: `validation ${metricWords[metric]}` },
    marks: [zero, ...dots],
  });
  upper.setAttribute("aria-label", "Training loss by step");
  lower.setAttribute("aria-label", "Validation score by epoch");
  for (const plot of [upper, lower]) plot.setAttribute("role", "img");
  return validation.length > 0 ? [upper, lower] : [upper];
}
