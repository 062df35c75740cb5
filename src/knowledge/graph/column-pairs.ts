// Pairs of nodes between which a stored graph has no edge: by index, over the nodes that have some edge. Knows no database.

import type { GraphQuery } from "../../tasks/topic-query.ts";
import { type EdgeChunk, edgeKey, type LinkChunk, linkKey } from "../graph-columns.ts";
import type { StoredGraph } from "../graph-store.ts";

type PairQuery = Extract<GraphQuery, { kind: "pairs" }>;

export interface ColumnPairs {
  /** Pairs of the query, those that have an edge included: telling them apart reads every edge. */
  count(query: PairQuery): Promise<number>;
  /** Ordinals of head and tail at an index; undefined where the graph has such an edge. */
  at(query: PairQuery, index: number): Promise<readonly [head: number, tail: number] | undefined>;
}

export function columnPairs(stored: StoredGraph): ColumnPairs {
  const linked = once((type: string) => linkedNodes(stored, type));
  const taken = once((key: string) => {
    const [head, tail, ...without] = JSON.parse(key) as [string, string, ...string[]];
    return edgesBetween(stored, { kind: "pairs", head, tail, without });
  });
  return {
    async count({ head, tail }) {
      const [heads, tails] = await Promise.all([linked(head), linked(tail)]);
      return heads.length * tails.length;
    },
    async at(query, index) {
      const { head, tail, without } = query;
      const [heads, tails] = await Promise.all([linked(head), linked(tail)]);
      const h = heads[Math.floor(index / tails.length)] as number;
      const t = tails[index % tails.length] as number;
      const edges = await taken(JSON.stringify([head, tail, ...without]));
      return edges.has(pairKey(h, t)) ? undefined : [h, t];
    },
  };
}

/** Ordinals of the type's nodes that have an edge to another type; of all, where none has. */
async function linkedNodes({ manifest, chunk }: StoredGraph, type: string): Promise<readonly number[]> {
  const count = manifest.nodes.find((c) => c.type === type)?.count ?? 0;
  const all = Array.from({ length: count }, (_, i) => i);
  const links: number[] = [];
  for (let part = 0; part * manifest.nodeRows < count; part++) {
    links.push(...((await chunk(linkKey(type), part)) as LinkChunk).links);
  }
  const linked = all.filter((i) => (links[i] ?? 0) > 0);
  return linked.length > 0 ? linked : all;
}

/** Either way round: "caused by" excludes a pair as "causes" does. */
async function edgesBetween({ manifest, chunk }: StoredGraph, { head, tail, without }: PairQuery): Promise<ReadonlySet<number>> {
  const found = new Set<number>();
  for (const column of manifest.edges) {
    const along = column.head === head && column.tail === tail;
    const back = column.head === tail && column.tail === head;
    if (!(along || back) || (without.length > 0 && !without.includes(column.relation))) continue;
    for (let part = 0; part * manifest.edgeRows < column.count; part++) {
      const { heads, tails } = (await chunk(edgeKey(column), part)) as EdgeChunk;
      heads.forEach((h, i) => {
        if (along) found.add(pairKey(h, tails[i] as number));
        if (back) found.add(pairKey(tails[i] as number, h));
      });
    }
  }
  return found;
}

/** Exact up to 2^21 heads and 2^32 tails. */
const pairKey = (head: number, tail: number): number => head * 2 ** 32 + tail;

function once<T>(read: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const kept = new Map<string, Promise<T>>();
  return (key) => {
    const found = kept.get(key) ?? read(key);
    kept.set(key, found);
    found.catch(() => kept.delete(key));
    return found;
  };
}
