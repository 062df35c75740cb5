// t-SNE by Barnes and Hut (van der Maaten 2014; the paper's Figures 1a, 6a, 8, 12): a map of rows in the plane. Knows no text and no page.

import { rng } from "../base/rng.ts";
import { type Affinities, affinities, neighboursFor } from "./affinities.ts";
import { nearestRows, principal } from "./neighbours.ts";
import { aloneRepulsion, type Repulsion } from "./repulsion.ts";
import type { Vectors } from "./vectors.ts";

export interface TsneOptions {
  readonly perplexity?: number;
  /** 0: exact. */
  readonly theta?: number;
  readonly seed?: number;
  /** Values for the exaggerated part, and for the rest: openTSNE's. */
  readonly iterations?: readonly [number, number];
}

/** A map on its way: x and y in turn, the same array each time. */
export type MapEvent =
  | { readonly type: "neighbours"; readonly done: number } // share
  | {
      readonly type: "step";
      readonly step: number;
      readonly steps: number;
      readonly points: Float64Array;
      readonly divergence?: number;
    };

const usual = { perplexity: 30, theta: 0.5, seed: 1, iterations: [250, 500] } as const;

/** Columns that neighbours are sought in: t-SNE's authors reduce to 30 to 50 before. */
const reduced = 50;
const exaggeration = 12;
/** Steps between two looks at the divergence, which costs a step. */
const looks = 50;

/**
 * A map of the rows; the generator's result is x and y in turn. Settings left open are the libraries' defaults (facts 4.4): perplexity 30 (less for few rows), start
 * from the first two principal axes, exaggeration 12 for 250 steps, learning rate n / exaggeration and at least 50. Deterministic by seed, whoever
 * computes the repulsion.
 */
export function* tsne(
  vectors: Vectors,
  options: TsneOptions = {},
  repulsion: Repulsion = aloneRepulsion(),
): Generator<MapEvent, Float64Array> {
  const { theta, seed, iterations, perplexity: asked } = { ...usual, ...options };
  const n = vectors.rows;
  if (n === 0) return new Float64Array(0);
  const axes = principal(vectors, Math.min(reduced, vectors.columns));
  const perplexity = perplexityFor(n, asked);
  const search = nearestRows(axes, Math.min(n - 1, neighboursFor(perplexity)));
  let found = search.next();
  for (; !found.done; found = search.next()) yield { type: "neighbours", done: found.value };
  const p = affinities(found.value, perplexity);
  const points = start(axes, seed);
  yield* descend(points, p, { repulsion, theta, iterations });
  return points;
}

/** Perplexity that so few rows allow: a row has three times as many neighbours. */
export const perplexityFor = (rows: number, asked: number = usual.perplexity): number =>
  Math.max(1, Math.min(asked, (rows - 1) / 3));

/** The first two axes, scaled to a deviation of 1e-4, with noise far below so that equal rows part. */
function start(axes: Vectors, seed: number): Float64Array {
  const { rows, columns, data } = axes;
  let square = 0;
  for (let i = 0; i < rows; i++) square += (data[i * columns] as number) ** 2;
  const scale = 1e-4 / (Math.sqrt(square / rows) || 1);
  const noise = rng("tsne", seed);
  const points = new Float64Array(2 * rows);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < 2; j++) {
      const value = j < columns ? (data[i * columns + j] as number) * scale : 0;
      points[2 * i + j] = value + (noise.next() - 0.5) * 1e-6;
    }
  }
  return points;
}

interface Descent {
  readonly repulsion: Repulsion;
  readonly theta: number;
  readonly iterations: readonly [number, number];
}

function* descend(points: Float64Array, p: Affinities, { repulsion, theta, iterations }: Descent): Generator<MapEvent, void> {
  const n = points.length / 2;
  const steps = iterations[0] + iterations[1];
  const gradient = new Float64Array(points.length);
  const gains = new Float64Array(points.length).fill(1);
  const update = new Float64Array(points.length);
  for (let step = 1; step <= steps; step++) {
    const early = step <= iterations[0];
    const factor = early ? exaggeration : 1;
    const sum = gradientOf(points, p, repulsion, theta, factor, gradient);
    const rate = Math.max(50, n / factor);
    const momentum = early ? 0.5 : 0.8;
    for (let i = 0; i < points.length; i++) {
      const g = gradient[i] as number;
      const u = update[i] as number;
      const gain = Math.max(0.01, g > 0 === u > 0 ? (gains[i] as number) * 0.8 : (gains[i] as number) + 0.2);
      gains[i] = gain;
      update[i] = momentum * u - rate * gain * g;
      points[i] = (points[i] as number) + (update[i] as number);
    }
    centre(points);
    const looked = step % looks === 0 || step === steps;
    yield { type: "step", step, steps, points, ...(looked ? { divergence: divergence(points, p, sum) } : {}) };
  }
}

/** Fills the gradient (four times the difference of attraction and repulsion) and returns the sum of all kernels. */
export function gradientOf(
  points: Float64Array,
  { starts, columns, values }: Affinities,
  repulsion: Repulsion,
  theta: number,
  factor: number,
  gradient: Float64Array,
): number {
  const n = points.length / 2;
  const sum = repulsion.repel(points, theta, gradient);
  const share = -4 / Math.max(sum, 1e-300);
  for (let i = 0; i < gradient.length; i++) gradient[i] = share * (gradient[i] as number);
  for (let i = 0; i < n; i++) {
    const x = points[2 * i] as number;
    const y = points[2 * i + 1] as number;
    let ax = 0;
    let ay = 0;
    // Columns rise and the matrix is symmetric: each pair once, from the end of its first row.
    for (let at = (starts[i + 1] as number) - 1; at >= (starts[i] as number); at--) {
      const j = columns[at] as number;
      if (j < i) break;
      const dx = x - (points[2 * j] as number);
      const dy = y - (points[2 * j + 1] as number);
      const pull = (4 * factor * (values[at] as number)) / (1 + dx * dx + dy * dy);
      ax += pull * dx;
      ay += pull * dy;
      gradient[2 * j] = (gradient[2 * j] as number) - pull * dx;
      gradient[2 * j + 1] = (gradient[2 * j + 1] as number) - pull * dy;
    }
    gradient[2 * i] = (gradient[2 * i] as number) + ax;
    gradient[2 * i + 1] = (gradient[2 * i + 1] as number) + ay;
  }
  return sum;
}

/** Kullback-Leibler divergence of the map's affinities from the rows', in nats, with the sum of kernels of the step before. */
export function divergence(points: Float64Array, { starts, columns, values }: Affinities, sum: number): number {
  let total = 0;
  for (let i = 0; i + 1 < starts.length; i++) {
    for (let at = starts[i] as number; at < (starts[i + 1] as number); at++) {
      const [j, p] = [columns[at] as number, values[at] as number];
      const dx = (points[2 * i] as number) - (points[2 * j] as number);
      const dy = (points[2 * i + 1] as number) - (points[2 * j + 1] as number);
      if (p > 0) total += p * Math.log((p * sum * (1 + dx * dx + dy * dy)) as number);
    }
  }
  return total;
}

function centre(points: Float64Array): void {
  const n = points.length / 2;
  let [x, y] = [0, 0];
  for (let i = 0; i < n; i++) {
    x += points[2 * i] as number;
    y += points[2 * i + 1] as number;
  }
  for (let i = 0; i < n; i++) {
    points[2 * i] = (points[2 * i] as number) - x / n;
    points[2 * i + 1] = (points[2 * i + 1] as number) - y / n;
  }
}

/**
 * Trustworthiness of a map (Venna & Kaski 2001), as scikit-learn has it: 1 where every row's k nearest on the map are near it in truth. O(n^2 log n).
 */
export function trustworthiness(vectors: Vectors, points: Float64Array, k = 5): number {
  const n = vectors.rows;
  if (n < 2 * k + 2) return Number.NaN;
  let penalty = 0;
  for (let i = 0; i < n; i++) {
    const ranks = rankOf(n, i, (j) => squareOf(vectors, i, j));
    const near = order(
      n,
      i,
      (j) =>
        ((points[2 * i] as number) - (points[2 * j] as number)) ** 2 +
        ((points[2 * i + 1] as number) - (points[2 * j + 1] as number)) ** 2,
    );
    for (const j of near.slice(0, k)) penalty += Math.max(0, (ranks[j] as number) - k);
  }
  return 1 - (penalty * 2) / (n * k * (2 * n - 3 * k - 1));
}

function order(n: number, i: number, square: (j: number) => number): number[] {
  const squares = Float64Array.from({ length: n }, (_, j) => square(j));
  return Array.from({ length: n }, (_, j) => j)
    .filter((j) => j !== i)
    .sort((a, b) => (squares[a] as number) - (squares[b] as number));
}

/** Rank from 1 of every other row by distance from row i. */
function rankOf(n: number, i: number, square: (j: number) => number): Int32Array {
  const ranks = new Int32Array(n);
  for (const [at, j] of order(n, i, square).entries()) ranks[j] = at + 1;
  return ranks;
}

function squareOf({ columns, data }: Vectors, i: number, j: number): number {
  let sum = 0;
  for (let k = 0; k < columns; k++) sum += ((data[i * columns + k] as number) - (data[j * columns + k] as number)) ** 2;
  return sum;
}
