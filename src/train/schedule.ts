// The learning rate of each step: linear warm-up, then linear decay to 0 (App. C). Pure.

/** Steps of warm-up: the share of all steps, rounded up as transformers' Trainer does. */
export function warmupSteps(steps: number, share: number): number {
  return Math.ceil(steps * share);
}

/**
 * Rate of step `step` of `steps`, from 1: transformers' get_linear_schedule_with_warmup, where the first step of a warm-up has
 * rate 0 and the step after the last would have 0 again.
 */
export function learningRateAt(step: number, steps: number, peak: number, warmup: number): number {
  const done = step - 1;
  if (done < warmup) return (peak * done) / Math.max(1, warmup);
  return (peak * Math.max(0, steps - done)) / Math.max(1, steps - warmup);
}
