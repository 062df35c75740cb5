// Pairs of nodes between which a stored graph has no edge: counted and read by index, with no draw that is thrown away. Knows no database.

import type { GraphQuery } from "../../tasks/topic-query.ts";
import { type EdgeChunk, edgeKey, type LinkChunk, linkKey } from "../graph-columns.ts";
import type { StoredGraph } from "../graph-store.ts";

type PairQuery = Extract<GraphQuery, { kind: "pairs" }>;

export interface ColumnPairs {
  count(query: PairQuery): Promise<number>;
  /** Ordinals of head and tail of the pair at an index below the count. */
  at(query: PairQuery, index: number): Promise<readonly [head: number, tail: number]>;
}

/**
 * Pairs of the query. Both nodes have an edge of the relations in question to the other's type: of a node that the graph says nothing about, "no edge"
 * says nothing. Where the graph has none of these edges at all, both have some edge to another type.
 */
export function columnPairs(stored: StoredGraph): ColumnPairs {
  const spaces = once(async (key: string) => {
    const [head, tail, ...without] = JSON.parse(key) as [string, string, ...string[]];
    return freePairs(stored, { kind: "pairs", head, tail, without });
  });
  const spaceOf = ({ head, tail, without }: PairQuery) => spaces(JSON.stringify([head, tail, ...without]));
  return {
    count: async (query) => (await spaceOf(query)).count,
    at: async (query, index) => (await spaceOf(query)).at(index),
  };
}

interface FreePairs {
  readonly count: number;
  at(index: number): readonly [head: number, tail: number];
}

/** Free pairs in order of head and tail. The count is exact, so that numbers below it, drawn uniformly, are pairs drawn uniformly. */
async function freePairs(stored: StoredGraph, query: PairQuery): Promise<FreePairs> {
  const edges = await edgesBetween(stored, query);
  const [heads, tails] =
    edges.size > 0 ? endsOf(edges) : await Promise.all([query.head, query.tail].map((t) => linked(stored, t)));
  const place = new Map(tails?.map((tail, i) => [tail, i]));
  const rows = (heads ?? []).map((head) => {
    const self = query.head === query.tail ? [head] : [];
    const taken = new Set([...(edges.get(head) ?? []), ...self].flatMap((tail) => place.get(tail) ?? []));
    return { head, taken: [...taken].sort((a, b) => a - b) };
  });
  const ends: number[] = [];
  for (const { taken } of rows) ends.push((ends.at(-1) ?? 0) + place.size - taken.length);
  return {
    count: ends.at(-1) ?? 0,
    at(index) {
      const row = firstWhere(ends.length, (i) => (ends[i] as number) > index);
      const { head, taken } = rows[row] as (typeof rows)[number];
      const nth = index - (ends[row - 1] ?? 0);
      const before = firstWhere(taken.length, (i) => (taken[i] as number) - i > nth); // taken places at or before the nth free one
      return [head, tails?.[nth + before] as number];
    },
  };
}

/** The first of 0 to n - 1 for which it holds, as it does for all behind; n for none. */
function firstWhere(n: number, holds: (i: number) => boolean): number {
  let [low, high] = [0, n];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

const ordered = (ordinals: Iterable<number>): readonly number[] => [...new Set(ordinals)].sort((a, b) => a - b);

function endsOf(edges: ReadonlyMap<number, ReadonlySet<number>>): readonly (readonly number[])[] {
  const tails = new Set<number>();
  for (const of of edges.values()) for (const tail of of) tails.add(tail);
  return [ordered(edges.keys()), ordered(tails)];
}

/** Ordinals of the type's nodes that have an edge to another type. */
async function linked({ manifest, chunk }: StoredGraph, type: string): Promise<readonly number[]> {
  const count = manifest.nodes.find((c) => c.type === type)?.count ?? 0;
  const found: number[] = [];
  for (let part = 0; part * manifest.nodeRows < count; part++) {
    const { links } = (await chunk(linkKey(type), part)) as LinkChunk;
    links.forEach((n, i) => {
      if (n > 0) found.push(part * manifest.nodeRows + i);
    });
  }
  return found;
}

/** Tails of each head. Either way round: "caused by" excludes a pair as "causes" does. */
async function edgesBetween(
  { manifest, chunk }: StoredGraph,
  { head, tail, without }: PairQuery,
): Promise<ReadonlyMap<number, ReadonlySet<number>>> {
  const found = new Map<number, Set<number>>();
  const add = (h: number, t: number) => {
    const of = found.get(h);
    if (of) of.add(t);
    else found.set(h, new Set([t]));
  };
  for (const column of manifest.edges) {
    const along = column.head === head && column.tail === tail;
    const back = column.head === tail && column.tail === head;
    if (!(along || back) || (without.length > 0 && !without.includes(column.relation))) continue;
    for (let part = 0; part * manifest.edgeRows < column.count; part++) {
      const { heads, tails } = (await chunk(edgeKey(column), part)) as EdgeChunk;
      heads.forEach((h, i) => {
        if (along) add(h, tails[i] as number);
        if (back) add(tails[i] as number, h);
      });
    }
  }
  return found;
}

function once<T>(read: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const kept = new Map<string, Promise<T>>();
  return (key) => {
    const found = kept.get(key) ?? read(key);
    kept.set(key, found);
    found.catch(() => kept.delete(key));
    return found;
  };
}
