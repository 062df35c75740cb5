// UMAP (McInnes et al. 2018) of rows in the plane, by umap-js. Knows no text and no page.

import { UMAP } from "umap-js";
import { rng } from "../base/rng.ts";
import { principal } from "./neighbours.ts";
import { rowOf, type Vectors } from "./vectors.ts";

/** Columns that neighbours are sought in. */
const reduced = 50;
/** Rows that a neighbourhood wants at least. */
const fewest = 4;

export interface UmapStep {
  readonly step: number;
  readonly steps: number;
  /** x and y in turn. */
  readonly points: Float64Array;
}

/** A map of the rows, step by step; the result is x and y in turn. Deterministic by seed. Few rows lie on a line. */
export function* umap(vectors: Vectors, { seed = 1, neighbours = 15 } = {}): Generator<UmapStep, Float64Array> {
  const n = vectors.rows;
  if (n < fewest) return Float64Array.from({ length: 2 * n }, (_, i) => (i % 2 === 0 ? i / 2 : 0));
  const axes = principal(vectors, Math.min(reduced, vectors.columns));
  const stream = rng("umap", seed);
  const map = new UMAP({ nNeighbors: Math.min(neighbours, n - 1), minDist: 0.1, random: () => stream.next() });
  const steps = map.initializeFit(Array.from({ length: n }, (_, i) => Array.from(rowOf(axes, i))));
  for (let step = 1; step <= steps; step++) {
    map.step();
    if (step % 5 === 0 || step === steps) yield { step, steps, points: flat(map.getEmbedding()) };
  }
  return flat(map.getEmbedding());
}

const flat = (rows: readonly (readonly number[])[]): Float64Array => Float64Array.from(rows.flat());
