// The figures of a training: the loss of each step and the validation score of each epoch, both stages on one axis. Knows no renderer.

import type { StageId, TrainEvent } from "../train/train-config.ts";
import type { Figure, FigurePoint, FigureTable, Mark } from "./figure.ts";

export type TrainHistory = readonly Extract<TrainEvent, { readonly type: "step" | "epoch" }>[];

type StepEvent = Extract<TrainEvent, { readonly type: "step" }>;
type EpochEvent = Extract<TrainEvent, { readonly type: "epoch" }>;

/** Metric as the field of the scores that holds it, and its words. */
export interface ShownMetric {
  readonly id: string;
  readonly words: string;
}

export const stageNames: Readonly<Record<StageId, string>> = { few: "Stage I, few-shot", synthetic: "Stage II, synthetic" };

const stages = ["few", "synthetic"] as const satisfies readonly StageId[];

interface Placed extends FigurePoint {
  readonly stage: StageId;
}

/** Undefined before the first step. */
export function lossFigure(history: TrainHistory): Figure | undefined {
  const steps = history.filter((event) => event.type === "step");
  if (steps.length === 0) return undefined;
  const points = steps.map(({ loss, stage }, i): Placed => ({ x: i + 1, y: loss, stage }));
  return {
    title: "Training loss",
    label: "Training loss by step",
    axes: {
      x: { title: "step", from: 1, to: points.length, whole: true },
      y: { title: "loss", from: 0, to: points.reduce((most, p) => Math.max(most, p.y), 0) },
    },
    marks: marksOf("line", points),
    table: lossTable(history),
  };
}

/** A row an epoch, also the one that goes on: its means come with its end. */
function lossTable(history: TrainHistory): FigureTable {
  const key = ({ stage, epoch }: StepEvent | EpochEvent) => `${stage} ${epoch}`;
  const last = new Map<string, StepEvent>();
  const ends = new Map<string, EpochEvent>();
  for (const event of history) {
    if (event.type === "step") last.set(key(event), event);
    else ends.set(key(event), event);
  }
  return {
    title: "Loss, epoch by epoch",
    columns: [
      ...epochColumns,
      { name: "Last step", numeric: true },
      { name: "Its loss", numeric: true },
      { name: "Mean loss", numeric: true },
      { name: "Validation loss", numeric: true },
    ],
    rows: [...last].map(([epoch, step]) => {
      const { loss, validationLoss } = ends.get(epoch) ?? {};
      return [stageNames[step.stage], String(step.epoch), String(step.step), ...[step.loss, loss, validationLoss].map(three)];
    }),
  };
}

const three = (x: number | undefined): string => x?.toFixed(3) ?? "–";

/** Each epoch at its last step, the one that its stage kept ringed; the first metric is drawn. Undefined before the first validation. */
export function validationFigure(history: TrainHistory, metrics: readonly [ShownMetric, ...ShownMetric[]]): Figure | undefined {
  const [metric] = metrics;
  let steps = 0;
  const found: (Placed & Pick<EpochEvent, "epoch" | "best" | "validation">)[] = [];
  for (const event of history) {
    if (event.type === "step") steps++;
    else {
      const { stage, epoch, best, validation } = event;
      found.push({ x: steps, y: validation.values[metric.id] ?? 0, stage, epoch, best, validation });
    }
  }
  if (found.length === 0) return undefined;
  const kept = stages.map((stage) => found.findLast((p) => p.stage === stage && p.best));
  const points = found.map((p): Placed => ({ x: p.x, y: p.y, stage: p.stage, ...(kept.includes(p) ? { ring: "kept" } : {}) }));
  const table: FigureTable = {
    title: "Validation, epoch by epoch",
    columns: [...epochColumns, ...metrics.map((m) => ({ name: m.words, numeric: true }) as const), { name: "Kept" }],
    rows: found.map((p) => [
      stageNames[p.stage],
      String(p.epoch),
      ...metrics.map((m) => three(p.validation.values[m.id])),
      kept.includes(p) ? "kept" : "",
    ]),
  };
  return {
    title: `Validation ${metric.words}`,
    label: `Validation ${metric.words} by epoch`,
    axes: { x: { title: "step", from: 1, to: steps, whole: true }, y: { title: metric.words, from: 0, to: 1 } },
    marks: marksOf("dots", points),
    table,
  };
}

const epochColumns = [{ name: "Stage" }, { name: "Epoch", numeric: true }] as const;

function marksOf(kind: Mark["kind"], points: readonly Placed[]): Mark[] {
  return stages.flatMap((tone) => {
    const own = points.filter((p) => p.stage === tone).map(({ stage: _, ...point }) => point);
    if (own.length === 0) return [];
    return [{ kind, tone, points: own, ...(kind === "line" ? { name: stageNames[tone] } : {}) }];
  });
}
