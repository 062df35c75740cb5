// How alike the texts of a set are: average pairwise similarity (the paper's Table 4), Vendi score, nearest neighbours in another set.

import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { around, type Estimate, fewestRows, meanEstimate } from "./interval.ts";
import { columnProducts, fourProducts, product, type Vectors } from "./vectors.ts";

/**
 * Average cosine of the unordered pairs of a set, exactly, in O(n d): (|sum of rows|^2 - n) / (n (n - 1)) for rows of length 1. Its interval is that of
 * a U-statistic (Hoeffding 1948): each row's own mean similarity to the others varies.
 */
export function averagePairwiseSimilarity(unit: Vectors): Estimate {
  const { rows: n, columns, data } = unit;
  if (n < 2) return { value: 0, why: "a pair wants two texts" };
  const sum = new Float64Array(columns);
  for (let i = 0; i < data.length; i++) sum[i % columns] = (sum[i % columns] as number) + (data[i] as number);
  let square = 0;
  const own = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let [withSum, length] = [0, 0];
    for (let j = 0; j < columns; j++) {
      const x = data[i * columns + j] as number;
      withSum += x * (sum[j] as number);
      length += x * x;
    }
    own[i] = (withSum - length) / (n - 1);
    square += own[i] as number;
  }
  const value = square / n;
  if (n < fewestRows) return { value, why: "too few texts for an interval" };
  let variance = 0;
  for (const x of own) variance += (x - value) ** 2 / (n - 1);
  return around(value, 2 * Math.sqrt(variance / n), n - 1, [-1, 1]);
}

/**
 * Vendi score (Friedman & Dieng 2023): exp of the entropy of the eigenvalues of K / n, K the cosines of all pairs. 1 for a set of one text repeated, n for
 * texts that have nothing in common. The eigenvalues are those of X'X / n too, which has the size of a vector.
 */
export function vendi({ rows: n, columns: d, data }: Vectors): number {
  if (n === 0) return 0;
  const scatter = n <= d ? gram(n, (i, j) => rowProduct(data, d, i, j), n) : covariance(data, n, d);
  const { realEigenvalues } = new EigenvalueDecomposition(scatter, { assumeSymmetric: true });
  let entropy = 0;
  for (const value of realEigenvalues) if (value > 1e-12) entropy -= value * Math.log(value);
  return Math.exp(entropy);
}

function gram(size: number, of: (i: number, j: number) => number, n: number): Matrix {
  const matrix = Matrix.zeros(size, size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      const value = of(i, j) / n;
      matrix.set(i, j, value);
      matrix.set(j, i, value);
    }
  }
  return matrix;
}

function rowProduct(data: Float32Array, d: number, i: number, j: number): number {
  let sum = 0;
  for (let k = 0; k < d; k++) sum += (data[i * d + k] as number) * (data[j * d + k] as number);
  return sum;
}

function covariance(data: Float32Array, n: number, d: number): Matrix {
  const sums = columnProducts(n, d, (i, j) => data[i * d + j] as number);
  return gram(d, (i, j) => sums[i * d + j] as number, n);
}

export interface Nearest {
  /** Cosine of each row's nearest row in the other set. */
  readonly similarity: Float32Array;
  /** Position of that row; -1 where the other set is empty. */
  readonly position: Int32Array;
}

/** Rows whose products with a block of others are taken at once, so that the block stays in the cache. */
const block = 64;

/**
 * Nearest row of `others` for each row, both of length 1; of itself the nearest other one where `others` is the same block. Of equally near ones
 * the first. Exact, O(n m d), and half of that within one block.
 */
export function nearest(unit: Vectors, others: Vectors): Nearest {
  const found = { best: new Float64Array(unit.rows).fill(-1), position: new Int32Array(unit.rows).fill(-1) };
  if (unit === others) searchWithin(unit, found);
  else {
    for (let from = 0; from < others.rows; from += block) {
      const to = Math.min(from + block, others.rows);
      eachProduct(unit, [0, unit.rows], others, [from, to], (i, j, x) => keep(found, i, x, j));
      round(found, 0, unit.rows);
    }
  }
  return { similarity: Float32Array.from(found.best), position: found.position };
}

interface Found {
  readonly best: Float64Array;
  readonly position: Int32Array;
}

function keep({ best, position }: Found, row: number, x: number, at: number): void {
  if (!(x > (best[row] as number)) && position[row] !== -1) return;
  best[row] = x;
  position[row] = at;
}

/** To single precision, as the values are told. */
function round({ best }: Found, from: number, to: number): void {
  for (let i = from; i < to; i++) best[i] = Math.fround(best[i] as number);
}

/** Each pair once. Every row hears of the others in their order. */
function searchWithin(unit: Vectors, found: Found): void {
  const hear = (i: number, j: number, x: number) => {
    keep(found, i, x, j);
    keep(found, j, x, i);
  };
  for (let from = 0; from < unit.rows; from += block) {
    const to = Math.min(from + block, unit.rows);
    for (let j = from; j < to; j++) for (let i = from; i < j; i++) hear(i, j, product(unit, i, unit, j));
    round(found, from, to);
    for (let next = to; next < unit.rows; next += block) {
      const end = Math.min(next + block, unit.rows);
      eachProduct(unit, [from, to], unit, [next, end], hear);
      round(found, from, to);
      round(found, next, end);
    }
  }
}

type Range = readonly [from: number, to: number];

/** Tells the product of each row of one range with each row of the other, both in rising order. */
function eachProduct(
  a: Vectors,
  [aFrom, aTo]: Range,
  b: Vectors,
  [bFrom, bTo]: Range,
  tell: (i: number, j: number, x: number) => void,
): void {
  const four = new Float64Array(4);
  for (let i = aFrom; i < aTo; i += 2) {
    for (let j = bFrom; j < bTo; j += 2) {
      if (i + 1 < aTo && j + 1 < bTo) {
        fourProducts(a, i, b, j, four);
        for (let at = 0; at < 4; at++) tell(i + (at >> 1), j + (at & 1), four[at] as number);
        continue;
      }
      for (let row = i; row < Math.min(i + 2, aTo); row++)
        for (let other = j; other < Math.min(j + 2, bTo); other++) tell(row, other, product(a, row, b, other));
    }
  }
}

export const nearestEstimate = ({ similarity, position }: Nearest): Estimate =>
  position.includes(-1) ? { value: 0, why: "there is no other text" } : meanEstimate(similarity, [-1, 1]);
