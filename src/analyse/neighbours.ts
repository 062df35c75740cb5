// The k nearest rows of each row, exactly. Knows no use of them.

import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { rng } from "../base/rng.ts";
import { columnProducts, rowOf, type Vectors } from "./vectors.ts";

export interface Neighbours {
  readonly k: number;
  /** Positions, k a row, the nearest first. */
  readonly indices: Int32Array;
  /** Squared distances to them. */
  readonly squares: Float64Array;
}

/** Rows that are compared with all others between two chances to stop. */
const block = 128;
/** Columns between two looks at whether a pair is too far already. On principal axes the first ones tell most. */
const stride = 8;

/**
 * Time: O(n^2 d / 2) at worst; a pair is given up as soon as its distance on the first columns is beyond the k-th of both rows. It yields the share done after each
 * block of rows, and the result is the generator's.
 */
export function* nearestRows(vectors: Vectors, k: number): Generator<number, Neighbours> {
  const n = vectors.rows;
  const kept = Math.min(k, Math.max(0, n - 1));
  // Doubles, and columns of zeros up to a whole stride: no conversion and no remainder in the loop.
  const columns = Math.ceil(vectors.columns / stride) * stride;
  const data = new Float64Array(n * columns);
  for (let i = 0; i < n; i++) data.set(rowOf(vectors, i), i * columns);
  const indices = new Int32Array(n * kept).fill(-1);
  const squares = new Float64Array(n * kept).fill(Number.POSITIVE_INFINITY);
  for (let from = 0; from < n && kept > 0; from += block) {
    const to = Math.min(n, from + block);
    // Each pair once: a block of rows with every later row.
    for (let j = from; j < n; j++) {
      for (let i = from; i < Math.min(to, j); i++) {
        const furthest = Math.max(squares[i * kept + kept - 1] as number, squares[j * kept + kept - 1] as number);
        const square = squareBelow(data, i * columns, j * columns, columns, furthest);
        if (square >= furthest) continue;
        insert(indices, squares, i, j, square, kept);
        insert(indices, squares, j, i, square, kept);
      }
    }
    // Work left falls with the square of the rows left.
    yield 1 - ((n - to) / n) ** 2;
  }
  return { k: kept, indices, squares };
}

/** Squared distance of two rows, or a part of it that is no less than `limit`. */
function squareBelow(data: Float64Array, a: number, b: number, columns: number, limit: number): number {
  let sum = 0;
  for (let c = 0; c < columns && sum < limit; c += stride) {
    const d0 = (data[a + c] as number) - (data[b + c] as number);
    const d1 = (data[a + c + 1] as number) - (data[b + c + 1] as number);
    const d2 = (data[a + c + 2] as number) - (data[b + c + 2] as number);
    const d3 = (data[a + c + 3] as number) - (data[b + c + 3] as number);
    const d4 = (data[a + c + 4] as number) - (data[b + c + 4] as number);
    const d5 = (data[a + c + 5] as number) - (data[b + c + 5] as number);
    const d6 = (data[a + c + 6] as number) - (data[b + c + 6] as number);
    const d7 = (data[a + c + 7] as number) - (data[b + c + 7] as number);
    sum += d0 * d0 + d1 * d1 + (d2 * d2 + d3 * d3) + (d4 * d4 + d5 * d5 + (d6 * d6 + d7 * d7));
  }
  return sum;
}

function insert(indices: Int32Array, squares: Float64Array, row: number, other: number, square: number, k: number): void {
  const end = row * k + k - 1;
  if (k === 0 || square >= (squares[end] as number)) return;
  let at = end;
  while (at > row * k && (squares[at - 1] as number) > square) {
    squares[at] = squares[at - 1] as number;
    indices[at] = indices[at - 1] as number;
    at--;
  }
  squares[at] = square;
  indices[at] = other;
}

/** The rows on their `to` principal axes, the strongest first, centred; all of them where there are fewer. Signs are fixed: the largest share of an axis is positive. */
export function principal(vectors: Vectors, to: number): Vectors {
  const { rows: n, columns: d, data } = vectors;
  const columns = Math.min(to, d);
  if (n === 0) return { rows: 0, columns, data: new Float32Array(0) };
  const mean = new Float64Array(d);
  for (let i = 0; i < data.length; i++) mean[i % d] = (mean[i % d] as number) + (data[i] as number) / n;
  const axes = axesOf(vectors, mean, columns);
  const projected = new Float32Array(n * columns);
  const row = new Float64Array(d);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < d; j++) row[j] = (data[i * d + j] as number) - (mean[j] as number);
    for (let c = 0; c < columns; c++) {
      const axis = axes[c] as Float64Array;
      let sum = 0;
      for (let j = 0; j < d; j++) sum += (row[j] as number) * (axis[j] as number);
      projected[i * columns + c] = sum;
    }
  }
  return { rows: n, columns, data: projected };
}

/** Rows that the axes are found from: a sample of them tells the axes of all well enough. */
const mostRows = 5000;

function axesOf({ rows: n, columns: d, data }: Vectors, mean: Float64Array, count: number): Float64Array[] {
  const own = Array.from({ length: n }, (_, i) => i);
  const some = n <= mostRows ? own : rng("principal", n).sample(own, mostRows);
  const sums = columnProducts(some.length, d, (at, j) => (data[(some[at] as number) * d + j] as number) - (mean[j] as number));
  const covariance = Matrix.zeros(d, d);
  for (let j = 0; j < d; j++) {
    for (let k = 0; k <= j; k++) {
      covariance.set(j, k, (sums[j * d + k] as number) / some.length);
      covariance.set(k, j, (sums[j * d + k] as number) / some.length);
    }
  }
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(covariance, { assumeSymmetric: true });
  const order = realEigenvalues.map((_, i) => i).sort((a, b) => (realEigenvalues[b] as number) - (realEigenvalues[a] as number));
  return order.slice(0, count).map((column) => {
    const axis = Float64Array.from(eigenvectorMatrix.getColumn(column));
    const largest = axis.reduce((most, x) => (Math.abs(x) > Math.abs(most) ? x : most), 0);
    return largest < 0 ? axis.map((x) => -x) : axis;
  });
}
