// Plain statistics over arrays of numbers.

/** Arithmetic mean; NaN for none. */
export function mean(xs: readonly number[]): number {
  return xs.reduce((sum, x) => sum + x, 0) / xs.length;
}

/** 95 % interval of a share (Wilson 1927): it stays within 0 and 1, and has a width at both. Throws for no trial. */
export function wilson(hits: number, trials: number): { readonly low: number; readonly high: number } {
  if (trials < 1) throw new Error(`wilson: expected a trial, got ${trials}`);
  const z = 1.959963984540054;
  const share = hits / trials;
  const middle = (share + z ** 2 / (2 * trials)) / (1 + z ** 2 / trials);
  const half = (z / (1 + z ** 2 / trials)) * Math.sqrt((share * (1 - share)) / trials + z ** 2 / (4 * trials ** 2));
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}
