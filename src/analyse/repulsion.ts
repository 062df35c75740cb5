// Repulsion of a map's points, the costly half of t-SNE: by one thread, or by several that share memory. Knows no worker and no affinity.

import { Quadtree } from "./quadtree.ts";

export interface Repulsion {
  /** Fills `force`, x and y in turn, with the repulsion on each point, not yet divided by the sum of all kernels, which is returned. */
  repel(points: Float64Array, theta: number, force: Float64Array): number;
}

/** Parts of a step, each summed by itself and the sums in their order: the same numbers, whoever computes which part. */
const parts = 64;
/** Low bits of a claim, which hold the next part: 0 to 64. Those above hold the step. */
const partBits = 7;

export function aloneRepulsion(): Repulsion {
  const tree = new Quadtree();
  return {
    repel(points, theta, force) {
      tree.build(points);
      let sum = 0;
      for (let part = 0; part < parts; part++) sum += tree.repel(theta, force, part, parts);
      return sum;
    },
  };
}

/** Memory of one map that threads share. */
export interface SharedMap {
  /** The claim (step and next part), and the parts that are done. */
  readonly turns: Int32Array;
  readonly theta: Float64Array; // [1]
  readonly sums: Float64Array; // [parts]
  readonly points: Float64Array; // x and y in turn
  readonly force: Float64Array; // x and y in turn
}

const [claim, done] = [0, 1];

export function sharedMap(points: number): SharedMap {
  const doubles = (length: number) => new Float64Array(new SharedArrayBuffer(8 * length));
  return {
    turns: new Int32Array(new SharedArrayBuffer(8)).fill(parts, claim, done), // nothing to claim yet
    theta: doubles(1),
    sums: doubles(parts),
    points: doubles(2 * points),
    force: doubles(2 * points),
  };
}

/**
 * Leads the threads that help with a map, and does what they have not claimed: all of it until the first helps. Not for a page's own thread, since it
 * waits. Throws where a thread claimed a part and died.
 */
export function sharedRepulsion(map: SharedMap, patience = 30_000): Repulsion {
  const { turns, theta, sums } = map;
  const tree = new Quadtree();
  let step = 0;
  return {
    repel(points, by, force) {
      map.points.set(points);
      theta[0] = by;
      Atomics.store(turns, done, 0);
      Atomics.store(turns, claim, ++step << partBits);
      Atomics.notify(turns, claim);
      tree.build(map.points);
      doParts(map, tree, step);
      awaitParts(turns, patience);
      force.set(map.force);
      return sums.reduce((sum, part) => sum + part, 0);
    },
  };
}

/** Returns once every part is done. A machine that slept has let one patience pass, so only the second one tells of a thread that died. */
function awaitParts(turns: Int32Array, patience: number): void {
  let silences = 0;
  for (let count = Atomics.load(turns, done); count < parts; count = Atomics.load(turns, done)) {
    silences = Atomics.wait(turns, done, count, patience) === "timed-out" ? silences + 1 : 0;
    if (silences > 1) throw new Error(`a thread that helped with the map did not answer for ${(2 * patience) / 1000} s`);
  }
}

/** Helps with a map for as long as its thread lives. */
export function helpRepulsion(map: SharedMap): never {
  const tree = new Quadtree();
  for (;;) {
    const word = Atomics.load(map.turns, claim);
    if (partOf(word) === parts) {
      Atomics.wait(map.turns, claim, word);
      continue;
    }
    // Points stay while a part of their step is not done: a tree of points that moved meanwhile finds nothing left to claim.
    tree.build(map.points);
    doParts(map, tree, word >> partBits);
  }
}

const partOf = (word: number): number => word & (2 ** partBits - 1);

/** Claims and does parts of a step until none is left. */
function doParts({ turns, theta, sums, force }: SharedMap, tree: Quadtree, step: number): void {
  for (;;) {
    const word = Atomics.load(turns, claim);
    const part = partOf(word);
    if (word >> partBits !== step || part === parts) return;
    if (Atomics.compareExchange(turns, claim, word, word + 1) !== word) continue;
    sums[part] = tree.repel(theta[0] as number, force, part, parts);
    Atomics.add(turns, done, 1);
    Atomics.notify(turns, done);
  }
}
