// The learning rate of each step: linear warm-up, then linear (App. C) or cosine decay to 0. Pure.

/** Steps of warm-up: the share of all steps, rounded up as transformers' Trainer does. */
export function warmupSteps(steps: number, share: number): number {
  return Math.ceil(steps * share);
}

/**
 * Rate of step `step` of `steps`, from 1: transformers' get_linear_schedule_with_warmup and get_cosine_schedule_with_warmup. The first step of a
 * warm-up has rate 0, and the step after the last would have 0 again.
 */
export function learningRateAt(
  step: number,
  steps: number,
  peak: number,
  warmup: number,
  shape: "linear" | "cosine" = "linear",
): number {
  const done = step - 1;
  if (done < warmup) return (peak * done) / Math.max(1, warmup);
  const left = Math.max(0, steps - done) / Math.max(1, steps - warmup);
  return shape === "cosine" ? (peak * (1 - Math.cos(Math.PI * left))) / 2 : peak * left;
}
