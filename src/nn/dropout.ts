// Dropout (Srivastava et al. 2014) from a counter-based generator in the graph: the same seeds drop the same numbers. Knows no model.

import type { Graph } from "../graph/graph.ts";
import { type Shape, sizeOf, type Value } from "../graph/ops.ts";

/** Drops numbers of x and divides the others by the share that is kept; x itself where nothing is dropped. Each call is a site of its own. */
export type Dropout = (x: Value) => Value;

/** Input of the graph: float32 [sites], a number from [0, 1) for each site, drawn anew for each step. */
export const seedsName = "dropout_seeds";

/** Spread over [0, 1) without a period: the golden ratio, and the plastic number (Roberts 2018). */
const [rowStep, columnStep] = [0.6180339887498949, 0.7548776662466927];
/** Constant of the hash: Hoskins, "hash13", three numbers in, one out. */
const shift = 31.32;

const spread = (count: number, step: number) => Array.from({ length: count }, (_, i) => (i * step) % 1);

/** For a graph that will have so many sites, those before `first` left out. Those before `frozen` drop nothing. */
export function dropoutSites(g: Graph, rate: number, sites: number, first = 0, frozen = 0): Dropout {
  if (rate <= 0) return (x) => x;
  const seeds = g.input(seedsName, "float32", [sites]);
  let next = first;
  return (x) => {
    const site = next++;
    if (site >= sites) throw new Error(`dropout: more than the ${sites} sites that were said`);
    if (site < frozen) return x;
    const seed = g.apply("Slice", [seeds], { axis: 0, start: site, end: site + 1 }); // [1]
    return g.apply("Mul", [x, g.apply("Mul", [kept(g, x.shape, seed, 1 - rate), g.scalar(1 / (1 - rate))])]);
  };
}

/** 1 where a number stays, 0 where it goes. A hash of its row, its column and the seed, on floats alone, so that it runs on every device. */
function kept(g: Graph, shape: Shape, seed: Value, share: number): Value {
  const add = (x: Value, y: Value) => g.apply("Add", [x, y]);
  const times = (x: Value, y: Value) => g.apply("Mul", [x, y]);
  const columns = shape.at(-1) as number;
  const down = [...shape.slice(0, -1), 1];
  const p = g.constant("float32", down, spread(sizeOf(down), rowStep)); // [..., 1]
  const q = spread(columns, columnStep);
  const [across, acrossSquare] = [
    g.constant("float32", [columns], q),
    g.constant(
      "float32",
      [columns],
      q.map((x) => x * (x + shift)),
    ),
  ];
  const c = g.scalar(shift);
  const byRow = add(times(p, add(seed, c)), times(seed, add(p, c))); // [..., 1]
  const dot = add(byRow, acrossSquare);
  const mixed = times(add(add(p, across), times(dot, g.scalar(2))), add(dot, seed));
  const uniform = g.apply("Sub", [mixed, g.apply("Floor", [mixed])]);
  return g.apply("Floor", [add(uniform, g.scalar(share))]);
}
