// Tests between predictions and their correction for many comparisons: McNemar's and Holm's. Pure.

/** Two models' answers to one test set, as counts of examples. */
export interface Discordance {
  /** Right by the first alone. */
  readonly first: number;
  /** Right by the second alone. */
  readonly second: number;
}

export function discordance(first: readonly boolean[], second: readonly boolean[]): Discordance {
  if (first.length !== second.length) throw new Error(`discordance: expected ${first.length} answers, got ${second.length}`);
  return {
    first: first.filter((right, i) => right && !second[i]).length,
    second: second.filter((right, i) => right && !first[i]).length,
  };
}

/** Two-sided exact p-value of McNemar's test (McNemar 1947): of the examples on which two models differ, chance gives each a half. 1 where they never differ. */
export function mcnemar({ first, second }: Discordance): number {
  const n = first + second;
  let log = -n * Math.LN2;
  let tail = 0;
  for (let k = 0; k <= Math.min(first, second); k++) {
    tail += Math.exp(log);
    log += Math.log((n - k) / (k + 1));
  }
  return Math.min(1, 2 * tail);
}

/** p-values corrected for their number (Holm 1979), in the given order: at most `level` of them false with the chance of `level`. */
export function holm(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((a, b) => (values[a] as number) - (values[b] as number));
  const corrected = new Array<number>(values.length);
  let most = 0;
  for (const [rank, i] of order.entries()) {
    most = Math.max(most, Math.min(1, (values.length - rank) * (values[i] as number)));
    corrected[i] = most;
  }
  return corrected;
}
