// An estimate with its 95 % interval, and intervals by the jackknife over groups of rows. Knows no measure.

/** `low` and `high`: 95 % interval. `why`: the reason why there is none. */
export interface Estimate {
  readonly value: number;
  readonly low?: number;
  readonly high?: number;
  readonly why?: string;
}

/** Half width of a 95 % interval in standard errors, by degrees of freedom; the normal's beyond the table. */
const quantiles = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11, 2.101,
  2.093,
];
export const studentQuantile = (freedom: number): number => quantiles[freedom - 1] ?? 1.96;

/** Rows below which an interval says nothing. */
export const fewestRows = 10;

/** Groups of the jackknife. */
const mostGroups = 20;

/** Group of each row: rows take turns, so that groups differ in size by one at most. */
export const groupsOf = (rows: number): number => Math.min(mostGroups, Math.floor(rows / 2));

/**
 * Interval of a smooth statistic from its values without each group (grouped jackknife; Efron & Tibshirani 1993, chapter 11).
 * `within` bounds it. `pooled` holds the values of several samples that vary on their own: their variances add up.
 */
export function jackknife(
  value: number,
  pooled: readonly (readonly number[])[],
  within: readonly [number, number] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
): Estimate {
  let variance = 0;
  let freedom = Number.POSITIVE_INFINITY;
  for (const without of pooled) {
    const groups = without.length;
    if (groups < 2) return { value, why: "too few texts for an interval" };
    const mean = without.reduce((sum, x) => sum + x, 0) / groups;
    variance += ((groups - 1) / groups) * without.reduce((sum, x) => sum + (x - mean) ** 2, 0);
    freedom = Math.min(freedom, groups - 1);
  }
  return around(value, Math.sqrt(variance), freedom, within);
}

/** Interval of a mean of independent numbers, by its standard error. */
export function meanEstimate(values: ArrayLike<number>, within?: readonly [number, number]): Estimate {
  const n = values.length;
  if (n === 0) return { value: 0, why: "there is no text" };
  let sum = 0;
  for (let i = 0; i < n; i++) sum += values[i] as number;
  const mean = sum / n;
  if (n < fewestRows) return { value: mean, why: "too few texts for an interval" };
  let square = 0;
  for (let i = 0; i < n; i++) square += ((values[i] as number) - mean) ** 2;
  return around(mean, Math.sqrt(square / (n - 1) / n), n - 1, within);
}

export function around(
  value: number,
  deviation: number,
  freedom: number,
  [least, most]: readonly [number, number] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
): Estimate {
  const half = studentQuantile(freedom) * deviation;
  return { value, low: Math.max(least, value - half), high: Math.min(most, value + half) };
}
