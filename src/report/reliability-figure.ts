// The reliability diagram (Guo et al. 2017): how often a model is right by how sure it is. Knows no renderer.

import type { Calibration } from "../evaluate/calibration.ts";
import type { StageId } from "../train/train-config.ts";
import type { Figure } from "./figure.ts";

const names: Readonly<Record<StageId, string>> = { few: "few-shot", synthetic: "with synthetic" };

/** Both stages; the bins without an answer are left out. `what` is counted, where it is not the answer to a whole example. Undefined where neither has probabilities. */
export function reliabilityFigure(
  of: Readonly<Partial<Record<StageId, Calibration | undefined>>>,
  what?: "spans" | "labels",
): Figure | undefined {
  const stages = (["few", "synthetic"] as const).flatMap((stage) => {
    const found = of[stage];
    return found ? [{ stage, found, bins: found.bins.filter(({ count }) => count > 0) }] : [];
  });
  if (stages.length === 0) return undefined;
  const errors = stages.map(({ stage, found }) => `${names[stage]} ${found.error.toFixed(3)}`).join(", ");
  return {
    title: `Calibration${what ? ` of the ${what} that it found` : ""}: expected error ${errors}`,
    label: `Share of right ${what ?? "answers"} by the probability that the model gave them; a model that knows itself lies on the diagonal${what ? `. ${what === "spans" ? "Spans" : "Labels"} that it missed have no probability and are not here` : ""}`,
    axes: { x: { title: "probability given", from: 0, to: 1 }, y: { title: "share right", from: 0, to: 1 } },
    marks: stages.map(({ stage, bins }) => ({
      kind: "line",
      tone: stage,
      name: names[stage],
      points: bins.map(({ sure, right }) => ({ x: sure, y: right })),
    })),
    intervals: stages.flatMap(({ stage, bins }) => bins.map(({ sure, low, high }) => ({ tone: stage, x: sure, low, high }))),
    table: {
      title: "Calibration, bin by bin",
      columns: [
        { name: "Model" },
        ...["Probability", what ? "Found" : "Answers", "Mean probability", "Share right", "95 % interval"].map((name) => ({
          name,
          numeric: true as const,
        })),
      ],
      rows: stages.flatMap(({ stage, bins }) =>
        bins.map(({ from, to, count, sure, right, low, high }) => [
          names[stage],
          `${from.toFixed(1)} to ${to.toFixed(1)}`,
          String(count),
          sure.toFixed(3),
          right.toFixed(3),
          `${low.toFixed(3)} to ${high.toFixed(3)}`,
        ]),
      ),
    },
  };
}
