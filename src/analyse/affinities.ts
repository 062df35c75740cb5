// Affinities of t-SNE (van der Maaten & Hinton 2008): each row's neighbours by a Gaussian whose width gives the perplexity that was asked for.

import type { Neighbours } from "./neighbours.ts";

/** A symmetric matrix in compressed rows; its values sum to 1. */
export interface Affinities {
  readonly starts: Int32Array;
  readonly columns: Int32Array;
  readonly values: Float64Array;
}

/** Neighbours that a perplexity wants: three times as many (van der Maaten 2014). */
export const neighboursFor = (perplexity: number): number => Math.ceil(3 * perplexity);

const tolerance = 1e-5; // of the entropy, in nats
const mostSteps = 100;

/** Conditional probabilities, k a row, by binary search for the width; a perplexity above k is taken as k. */
export function conditional({ k, squares }: Neighbours, perplexity: number): Float64Array {
  const wanted = Math.log(Math.min(perplexity, Math.max(1, k)));
  const p = new Float64Array(squares.length);
  for (let from = 0; k > 0 && from < squares.length; from += k) {
    const nearest = squares[from] as number;
    let [precision, low, high] = [1, 0, Number.POSITIVE_INFINITY];
    for (let step = 0; step < mostSteps; step++) {
      // Distances less the smallest: the same probabilities, and never all zero.
      let [sum, weighted] = [0, 0];
      for (let i = from; i < from + k; i++) {
        const square = (squares[i] as number) - nearest;
        const value = Math.exp(-precision * square);
        p[i] = value;
        sum += value;
        weighted += square * value;
      }
      const entropy = Math.log(sum) + (precision * weighted) / sum;
      for (let i = from; i < from + k; i++) p[i] = (p[i] as number) / sum;
      if (Math.abs(entropy - wanted) < tolerance) break;
      if (entropy > wanted) {
        low = precision;
        precision = high === Number.POSITIVE_INFINITY ? precision * 2 : (precision + high) / 2;
      } else {
        high = precision;
        precision = (precision + low) / 2;
      }
    }
  }
  return p;
}

/** (P + P') / 2n. */
export function affinities(neighbours: Neighbours, perplexity: number): Affinities {
  const { k, indices } = neighbours;
  const n = k === 0 ? 0 : indices.length / k;
  const p = conditional(neighbours, perplexity);
  const rows: Map<number, number>[] = Array.from({ length: n }, () => new Map());
  const add = (row: number, column: number, value: number) => rows[row]?.set(column, (rows[row]?.get(column) ?? 0) + value);
  for (let at = 0; at < indices.length; at++) {
    const [i, j] = [Math.floor(at / k), indices[at] as number];
    const half = (p[at] as number) / (2 * n);
    add(i, j, half);
    add(j, i, half);
  }
  const starts = new Int32Array(n + 1);
  for (const [i, row] of rows.entries()) starts[i + 1] = (starts[i] as number) + row.size;
  const columns = new Int32Array(starts[n] as number);
  const values = new Float64Array(starts[n] as number);
  let at = 0;
  for (const row of rows) {
    for (const [column, value] of row) {
      columns[at] = column;
      values[at++] = value;
    }
  }
  return { starts, columns, values };
}
