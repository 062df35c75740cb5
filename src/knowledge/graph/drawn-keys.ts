// The nodes that a choice keeps of a graph's files, after a first reading of them: those near some, or those that chance draws. Knows no format.

import { ClinfuseError } from "../../base/errors.ts";
import { type GraphBuilder, places } from "../graph-builder.ts";
import type { LeftOutReason } from "../graph-files.ts";
import type { GraphNode } from "../knowledge-graph.ts";
import { type FilteringSink, type GraphFilter, graphSink } from "./graph-sink.ts";

/** Why a node of this key is left out, if it is. */
export type Drawn = (key: string) => LeftOutReason | undefined;

export interface DrawnKeys {
  /** Takes the rows of a first reading, filtered as the second will be. */
  readonly sink: FilteringSink;
  /** Tells of a key what is decided, after the first reading. Throws `not-found` for a seed that no node is named by. */
  drawn(): Drawn;
}

/** Undefined for a filter that needs one reading. */
export function drawnKeys(builder: GraphBuilder, filter: GraphFilter, strict: boolean): DrawnKeys | undefined {
  const { near, random } = filter;
  if (near) return nearKeys(builder, filter, near, strict);
  return random ? randomKeys(builder, filter, random, strict) : undefined;
}

function randomKeys(
  builder: GraphBuilder,
  filter: GraphFilter,
  { count, seed }: NonNullable<GraphFilter["random"]>,
  strict: boolean,
): DrawnKeys {
  const numbers: number[] = [];
  const note = (key: string): undefined => {
    numbers.push(hashOf(seed, key));
  };
  const sink = graphSink(builder, filter, strict, note);
  return {
    sink: { ...sink, edge: () => undefined },
    drawn() {
      const limit = limitOf(numbers, count);
      return (key) => (hashOf(seed, key) < limit ? undefined : "not-drawn");
    },
  };
}

/** The smallest number that `count` others lie below. */
const limitOf = (numbers: readonly number[], count: number): number =>
  Float64Array.from(numbers).sort()[count] ?? Number.POSITIVE_INFINITY;

/** Nodes within some edges of the seeds; where chance draws too, it draws among them, and a seed stays. */
function nearKeys(
  builder: GraphBuilder,
  filter: GraphFilter,
  { seeds, radius }: NonNullable<GraphFilter["near"]>,
  strict: boolean,
): DrawnKeys {
  const wanted = new Map(seeds.map((seed) => [seed.trim().toLowerCase(), false]));
  const first: string[] = [];
  const keys: string[] = [];
  const { degree: _, ...unbounded } = filter; // which edges a cap keeps is decided among those that stay
  const sink = graphSink(builder, unbounded, strict, (key): undefined => {
    keys.push(key);
  });
  const [heads, tails]: [number[], number[]] = [[], []];
  const note = ({ id, key = id, name, synonyms = [] }: GraphNode) => {
    for (const one of [id, name, ...synonyms]) {
      const lower = one.toLowerCase();
      if (!wanted.has(lower)) continue;
      wanted.set(lower, true);
      first.push(key);
    }
  };
  return {
    sink: {
      ...sink,
      node(node, at) {
        note(node);
        sink.node(node, at);
      },
      edge(edge, at) {
        const before = (sink.leftOut["relation-not-chosen"] ?? 0) + (sink.leftOut["licence-not-chosen"] ?? 0);
        sink.edge(edge, at);
        const after = (sink.leftOut["relation-not-chosen"] ?? 0) + (sink.leftOut["licence-not-chosen"] ?? 0);
        const [head, tail] = [builder.find(edge.head), builder.find(edge.tail)];
        if (after > before || head < 0 || tail < 0) return;
        heads.push(head);
        tails.push(tail);
      },
    },
    drawn() {
      const unknown = [...wanted].filter(([, found]) => !found).map(([seed]) => seed);
      if (unknown.length > 0) {
        const what = `no node of the files has the id or name ${unknown.join(", ")}`;
        throw new ClinfuseError("not-found", what, { what: unknown.join(", ") });
      }
      const near = within(
        first.map((key) => builder.find(key)).filter((at) => at > places.skipped),
        heads,
        tails,
        radius,
      );
      const limit = filter.random ? nearLimit(keys, builder, near, filter.random) : Number.POSITIVE_INFINITY;
      const kept = new Set(first);
      return (key) => {
        if (!near.has(builder.find(key))) return "too-far";
        const { seed = "" } = filter.random ?? {};
        return limit === Number.POSITIVE_INFINITY || kept.has(key) || hashOf(seed, key) < limit ? undefined : "not-drawn";
      };
    },
  };
}

function nearLimit(
  keys: readonly string[],
  builder: GraphBuilder,
  near: ReadonlySet<number>,
  { count, seed }: NonNullable<GraphFilter["random"]>,
): number {
  return limitOf(
    keys.filter((key) => near.has(builder.find(key))).map((key) => hashOf(seed, key)),
    count,
  );
}

/** Numbers of the nodes at most `radius` edges from the first ones, in either direction. */
function within(
  first: readonly number[],
  heads: readonly number[],
  tails: readonly number[],
  radius: number,
): ReadonlySet<number> {
  const found = new Set(first);
  for (let step = 0; step < radius; step++) {
    const reached: number[] = [];
    for (let i = 0; i < heads.length; i++) {
      const [head, tail] = [heads[i] as number, tails[i] as number];
      if (found.has(head) !== found.has(tail)) reached.push(found.has(head) ? tail : head);
    }
    if (reached.length === 0) break;
    for (const node of reached) found.add(node);
  }
  return found;
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
