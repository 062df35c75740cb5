// Plain statistics over arrays of numbers.

/** Arithmetic mean; NaN for none. */
export function mean(xs: readonly number[]): number {
  return xs.reduce((sum, x) => sum + x, 0) / xs.length;
}
