// The loss curve of both stages as one SVG. Knows no component; loads the plotting library when first asked.

import type { TrainingResult } from "../experiment/notebook.ts";
import { stageNames } from "./train-step.svelte.ts";

type History = TrainingResult["history"];
type StepEvent = Extract<History[number], { type: "step" }>;

interface Point {
  readonly x: number; // step from 1, over both stages
  readonly loss: number;
  readonly stage: StepEvent["stage"];
}

const strokes = { few: "var(--orange)", synthetic: "var(--blue)" } as const;
const inks = { few: "var(--orange-ink)", synthetic: "var(--blue-ink)" } as const;

/** At most `most` points, evenly spaced, the last one kept: more than pixels are of no use. */
function thinned(points: readonly Point[], most: number): readonly Point[] {
  if (points.length <= most) return points;
  const every = Math.ceil(points.length / most);
  return points.filter((_, i) => i % every === 0 || i === points.length - 1);
}

/** Points by stage, one after the other on the x axis. */
export function pointsOf(history: History): readonly Point[] {
  const steps = history.filter((e): e is StepEvent => e.type === "step");
  const before = steps.filter((e) => e.stage === "few").length;
  return steps.map((e) => ({ x: (e.stage === "few" ? 0 : before) + e.step, loss: e.loss, stage: e.stage }));
}

export async function lossPlot(history: History, width: number): Promise<Element> {
  const Plot = await import("@observablehq/plot");
  const points = pointsOf(history);
  const stages = (["few", "synthetic"] as const).map((stage) => ({
    stage,
    points: thinned(
      points.filter((p) => p.stage === stage),
      width,
    ),
  }));
  const drawn = stages.filter((s) => s.points.length > 0);
  const plot = Plot.plot({
    width,
    height: 264,
    marginLeft: 44,
    marginRight: 16,
    marginTop: 28,
    marginBottom: 36,
    ariaLabel: "Training loss by step",
    x: { label: "step", tickFormat: ",", nice: false },
    y: { label: "loss", grid: true, zero: true, ticks: 5 },
    marks: [
      Plot.ruleY([0], { stroke: "var(--line-strong)" }),
      ...drawn.flatMap(({ stage, points: line }) => [
        Plot.lineY(line, { x: "x", y: "loss", stroke: strokes[stage], strokeWidth: 1.75 }),
        Plot.text(line.slice(0, 1), {
          x: "x",
          y: "loss",
          text: () => stageNames[stage],
          fill: inks[stage],
          textAnchor: stage === "few" ? "start" : "start",
          dx: 6,
          dy: -10,
          fontWeight: 600,
        }),
      ]),
    ],
  });
  plot.setAttribute("role", "img");
  return plot;
}
