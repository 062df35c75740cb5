// A watch on divergence: a loss that is no number, or one that stays far above where it began. Knows no trainer.

import { ClinfuseError } from "../base/errors.ts";

/** Multiple of the loss at the start. A start below one nat is luck, and is taken as one. */
const times = 5;
/** Steps in a row. A single bad batch, or a few at the warm-up's end, are no divergence. */
const inARow = 20;

/** Takes the losses of a stage in order. Throws `diverged`. */
export interface DivergenceWatch {
  take(step: number, loss: number, gradientNorm: number): void;
}

export function divergenceWatch(stage: string): DivergenceWatch {
  let start: number | undefined;
  let above = 0;
  const fail = (step: number, what: string) => {
    throw new ClinfuseError("diverged", `${what} at step ${step} of stage "${stage}": training diverged`, { what: "loss" });
  };
  return {
    take(step, loss, gradientNorm) {
      if (!Number.isFinite(loss)) fail(step, `the loss is ${loss}`);
      if (!Number.isFinite(gradientNorm)) fail(step, `the gradient's norm is ${gradientNorm}`);
      start ??= loss;
      above = loss > times * Math.max(1, start) ? above + 1 : 0;
      if (above >= inARow) fail(step, `the loss is ${loss.toFixed(1)}, after ${start.toFixed(1)} at the start,`);
    },
  };
}
