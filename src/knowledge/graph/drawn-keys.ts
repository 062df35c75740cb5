// The nodes that chance keeps of a graph's files: those of the smallest numbers that a hash gives them. Knows no format.

import type { GraphBuilder } from "../graph-builder.ts";
import { type FilteringSink, type GraphFilter, graphSink } from "./graph-sink.ts";

export interface DrawnKeys {
  /** Takes the nodes of a first reading, filtered as the second will be. */
  readonly sink: FilteringSink;
  /** Tells of a key whether it is drawn, after the first reading. */
  drawn(): (key: string) => boolean;
}

export function drawnKeys(builder: GraphBuilder, filter: GraphFilter, strict: boolean): DrawnKeys {
  const { count = 0, seed = "" } = filter.random ?? {};
  const numbers: number[] = [];
  const note = (key: string): boolean => {
    numbers.push(hashOf(seed, key));
    return true;
  };
  const sink = graphSink(builder, filter, strict, note);
  return {
    sink: { ...sink, edge: () => undefined },
    drawn() {
      const sorted = Float64Array.from(numbers).sort();
      const limit = sorted[count] ?? Number.POSITIVE_INFINITY;
      return (key) => hashOf(seed, key) < limit;
    },
  };
}

/** A number in [0, 2^53) for a seed and a key (two rounds of FNV-1a, mixed as MurmurHash3 ends). */
function hashOf(seed: string, key: string): number {
  const text = `${seed}\n${key}`;
  let [a, b] = [0x811c9dc5, 0xc2b2ae35];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b ^ code, 0x85ebca6b);
  }
  return (mixed(a) >>> 0) * 2 ** 21 + (mixed(b ^ a) >>> 11);
}

function mixed(hash: number): number {
  let h = hash ^ (hash >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}
