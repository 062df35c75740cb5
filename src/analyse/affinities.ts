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

/** (P + P') / 2n. Columns of a row rise. */
export function affinities(neighbours: Neighbours, perplexity: number): Affinities {
  const { k, indices } = neighbours;
  const n = k === 0 ? 0 : indices.length / k;
  const half = conditional(neighbours, perplexity).map((p) => p / (2 * n));
  const one: Affinities = { starts: Int32Array.from({ length: n + 1 }, (_, i) => i * k), columns: indices, values: half };
  // Turned twice, the columns of each row are sorted.
  const other = turned(one);
  return sum(turned(other), other);
}

/** The transpose, its columns sorted. */
function turned({ starts, columns, values }: Affinities): Affinities {
  const n = starts.length - 1;
  const to = new Int32Array(n + 1);
  for (const column of columns) to[column + 1] = (to[column + 1] as number) + 1;
  for (let i = 0; i < n; i++) to[i + 1] = (to[i + 1] as number) + (to[i] as number);
  const next = to.slice();
  const turnedColumns = new Int32Array(columns.length);
  const turnedValues = new Float64Array(values.length);
  for (let i = 0; i < n; i++) {
    for (let at = starts[i] as number; at < (starts[i + 1] as number); at++) {
      const column = columns[at] as number;
      const place = next[column] as number;
      next[column] = place + 1;
      turnedColumns[place] = i;
      turnedValues[place] = values[at] as number;
    }
  }
  return { starts: to, columns: turnedColumns, values: turnedValues };
}

/** Sum of two matrices whose columns are sorted. */
function sum(a: Affinities, b: Affinities): Affinities {
  const n = a.starts.length - 1;
  const starts = new Int32Array(n + 1);
  const columns = new Int32Array(a.columns.length + b.columns.length);
  const values = new Float64Array(columns.length);
  let at = 0;
  for (let i = 0; i < n; i++) {
    let [p, q] = [a.starts[i] as number, b.starts[i] as number];
    const [endP, endQ] = [a.starts[i + 1] as number, b.starts[i + 1] as number];
    for (; p < endP || q < endQ; at++) {
      const left = p < endP ? (a.columns[p] as number) : n;
      const right = q < endQ ? (b.columns[q] as number) : n;
      columns[at] = Math.min(left, right);
      values[at] = (left <= right ? (a.values[p++] as number) : 0) + (right <= left ? (b.values[q++] as number) : 0);
    }
    starts[i + 1] = at;
  }
  return { starts, columns: columns.slice(0, at), values: values.slice(0, at) };
}
