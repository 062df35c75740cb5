// Central moment discrepancy (CMD) between two sets of embeddings (Zellinger et al. 2017; the paper's section 6, Figures 2a and 7a).

import type { Rng } from "../base/rng.ts";
import { type Estimate, fewestRows, groupsOf, jackknife } from "./interval.ts";
import { rowsAt, type Vectors } from "./vectors.ts";

/** Order of the highest moment, as the method's authors have it. */
export const highestMoment = 5;

/**
 * Interval that the numbers lie in: unit vectors in [-1, 1]. The authors' code has [0, 1] whatever the numbers, which leaves the terms
 * unscaled. Values of one convention say nothing beside those of the other.
 */
export type Convention = "unit" | "unscaled";
const widths: Readonly<Record<Convention, number>> = { unit: 2, unscaled: 1 };

/** Sums of the powers of each column around a common centre, of some rows. */
interface PowerSums {
  readonly rows: number;
  /** `sums[k - 1][j]`: of power k in column j. */
  readonly sums: readonly Float64Array[];
}

/** Terms of the orders 1 to `highestMoment`, whose sum is the discrepancy. NaN never: an empty set gives zeros. */
export function cmdTerms(x: Vectors, y: Vectors, convention: Convention = "unit"): number[] {
  const centre = centreOf(x, y);
  return termsOf(powerSums(x, centre), powerSums(y, centre), convention);
}

export const cmd = (x: Vectors, y: Vectors, convention: Convention = "unit"): number => total(cmdTerms(x, y, convention));

/** The discrepancy with its interval, by the jackknife over groups of rows of each set. Time: O((n + m) d K). */
export function cmdEstimate(x: Vectors, y: Vectors, convention: Convention = "unit"): Estimate {
  if (x.rows === 0 || y.rows === 0) return { value: 0, why: "one of the sets is empty" };
  const centre = centreOf(x, y);
  const [ofX, ofY] = [groupedSums(x, centre), groupedSums(y, centre)];
  const value = total(termsOf(ofX.all, ofY.all, convention));
  if (Math.min(x.rows, y.rows) < fewestRows) return { value, why: "too few texts for an interval" };
  const withoutX = ofX.groups.map((group) => total(termsOf(minus(ofX.all, group), ofY.all, convention)));
  const withoutY = ofY.groups.map((group) => total(termsOf(ofX.all, minus(ofY.all, group), convention)));
  return jackknife(value, [withoutX, withoutY], [0, Number.POSITIVE_INFINITY]);
}

/** Sets of equal size: few rows raise the discrepancy, so that only such values compare. */
export interface EqualCmd {
  /** Rows of each set. */
  readonly rows: number;
  readonly between: Estimate;
  /** Between two parts of the real set of that size, by chance: what no synthetic set can be expected to go below. */
  readonly floor: Estimate;
}

/** Draws of halves that the floor is the mean of. */
const halvings = 10;

/** Undefined where the real set is too small to be halved. */
export function equalCmd(real: Vectors, synthetic: Vectors, stream: Rng, convention: Convention = "unit"): EqualCmd | undefined {
  const rows = Math.min(synthetic.rows, Math.floor(real.rows / 2));
  if (rows < 2) return undefined;
  const some = (of: Vectors, own: Rng) => rowsAt(of, positions(of.rows, own).slice(0, rows));
  const values = Array.from({ length: halvings }, (_, i) => {
    const order = positions(real.rows, stream.fork("halves", i));
    return cmd(rowsAt(real, order.slice(0, rows)), rowsAt(real, order.slice(rows, 2 * rows)), convention);
  });
  const mean = total(values) / values.length;
  const [low, high] = [Math.min(...values), Math.max(...values)]; // of draws that overlap: their range, not a standard error
  return {
    rows,
    between: cmdEstimate(some(real, stream.fork("real")), some(synthetic, stream.fork("synthetic")), convention),
    floor: { value: mean, low, high },
  };
}

const positions = (n: number, stream: Rng): number[] =>
  stream.sample(
    Array.from({ length: n }, (_, i) => i),
    n,
  );

const total = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0);

/** Mean of both sets. Central moments are the same around any centre; near their own mean no digits cancel. */
function centreOf(x: Vectors, y: Vectors): Float64Array {
  const centre = new Float64Array(Math.max(x.columns, y.columns));
  for (const { rows, columns, data } of [x, y]) {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) centre[j] = (centre[j] as number) + (data[i * columns + j] as number);
    }
  }
  const n = Math.max(1, x.rows + y.rows);
  return centre.map((sum) => sum / n);
}

function powerSums(vectors: Vectors, centre: Float64Array, from = 0, step = 1): PowerSums {
  const { rows, columns, data } = vectors;
  const sums = Array.from({ length: highestMoment }, () => new Float64Array(centre.length));
  let count = 0;
  for (let i = from; i < rows; i += step) {
    count++;
    for (let j = 0; j < columns; j++) {
      const x = (data[i * columns + j] as number) - (centre[j] as number);
      let power = 1;
      for (let k = 0; k < highestMoment; k++) {
        power *= x;
        const of = sums[k] as Float64Array;
        of[j] = (of[j] as number) + power;
      }
    }
  }
  return { rows: count, sums };
}

function groupedSums(vectors: Vectors, centre: Float64Array): { readonly all: PowerSums; readonly groups: readonly PowerSums[] } {
  const count = Math.max(1, groupsOf(vectors.rows));
  const groups = Array.from({ length: count }, (_, i) => powerSums(vectors, centre, i, count));
  const sums = Array.from({ length: highestMoment }, (_, k) => {
    const all = new Float64Array(centre.length);
    for (const group of groups) {
      const own = group.sums[k] as Float64Array;
      for (let j = 0; j < all.length; j++) all[j] = (all[j] as number) + (own[j] as number);
    }
    return all;
  });
  return { all: { rows: vectors.rows, sums }, groups };
}

function minus(all: PowerSums, part: PowerSums): PowerSums {
  return { rows: all.rows - part.rows, sums: all.sums.map((sum, k) => sum.map((x, j) => x - (part.sums[k]?.[j] as number))) };
}

function termsOf(x: PowerSums, y: PowerSums, convention: Convention): number[] {
  const [ofX, ofY] = [momentsOf(x), momentsOf(y)];
  return ofX.map((moments, i) => {
    let square = 0;
    for (const [j, moment] of moments.entries()) square += (moment - (ofY[i]?.[j] as number)) ** 2;
    return Math.sqrt(square) / widths[convention] ** (i + 1);
  });
}

/** Mean of each column, around the common centre, and its biased central moments of the orders 2 and up. */
function momentsOf({ rows, sums }: PowerSums): Float64Array[] {
  const raw = sums.map((sum) => sum.map((x) => (rows === 0 ? 0 : x / rows)));
  const mean = raw[0] as Float64Array;
  return raw.map((moment, i) => (i === 0 ? mean : moment.map((_, j) => central(i + 1, j, raw, mean[j] as number))));
}

/** Central moment of order k from raw ones, by the binomial theorem. */
function central(k: number, column: number, raw: readonly Float64Array[], mean: number): number {
  let sum = 0;
  let binomial = 1;
  for (let i = 0; i <= k; i++) {
    const moment = i === k ? 1 : (raw[k - i - 1]?.[column] as number);
    sum += binomial * moment * (-mean) ** i;
    binomial = (binomial * (k - i)) / (i + 1);
  }
  return sum;
}
