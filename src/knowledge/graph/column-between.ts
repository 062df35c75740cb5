// Relations that a stored graph knows between things that are named. Knows no database and no task.

import { type EdgeChunk, edgeKey, type NodeChunk, nodeKey, stringAt } from "../graph-columns.ts";
import type { StoredGraph } from "../graph-store.ts";
import type { Between } from "../knowledge-graph.ts";
import { wordsOf } from "../name-words.ts";

const keyOf = (name: string): string =>
  wordsOf(name)
    .map(({ key }) => key)
    .join(" ");

/** Keys under which a mention is looked for: its own, then in the singular. */
function keysOf(mention: string): string[] {
  const key = keyOf(mention);
  return key.endsWith("s") ? [key, key.slice(0, -1)] : [key];
}

/** Nodes as `type ordinal`. */
const nodeName = (type: string, ordinal: number): string => `${type} ${ordinal}`;

/**
 * Relations of the edges between the two of each pair, either way. A mention stands for every node that has its name, or a synonym, word for word; without one,
 * in the singular. The names are read once and the edges once, whatever the number of pairs.
 */
export async function relationsBetween(
  stored: StoredGraph,
  pairs: readonly (readonly [string, string])[],
): Promise<readonly Between[]> {
  const nodes = await nodesOf(stored, new Set(pairs.flat().flatMap(keysOf)));
  const of = (mention: string): readonly string[] => {
    for (const key of keysOf(mention)) {
      const found = nodes.get(key);
      if (found) return found;
    }
    return [];
  };
  const edges = await edgesAmong(stored, new Set([...nodes.values()].flat()));
  return pairs.map(([first, second]) => {
    const [heads, tails] = [of(first), of(second)];
    const both = heads.flatMap((a) => tails.flatMap((b) => [`${a}\t${b}`, `${b}\t${a}`]));
    const relations = new Set(both.flatMap((pair) => [...(edges.get(pair) ?? [])]));
    return { named: [heads.length > 0, tails.length > 0], relations: [...relations] };
  });
}

async function nodesOf({ manifest, chunk }: StoredGraph, keys: ReadonlySet<string>): Promise<ReadonlyMap<string, string[]>> {
  const found = new Map<string, string[]>();
  const take = (name: string, node: string) => {
    const key = keyOf(name);
    if (key === "" || !keys.has(key)) return;
    const of = found.get(key) ?? [];
    if (!of.includes(node)) of.push(node);
    found.set(key, of);
  };
  for (const { type, count } of manifest.nodes) {
    for (let part = 0; part * manifest.nodeRows < count; part++) {
      const { names, synonyms } = (await chunk(nodeKey(type), part)) as NodeChunk;
      for (let row = 0; row < names.ends.length; row++) {
        const node = nodeName(type, part * manifest.nodeRows + row);
        take(stringAt(names, row), node);
        for (const name of synonyms ? stringAt(synonyms, row).split("\n") : []) take(name, node);
      }
    }
  }
  return found;
}

/** Relations by `head TAB tail`, of edges both of whose ends are wanted. */
async function edgesAmong(
  { manifest, chunk }: StoredGraph,
  wanted: ReadonlySet<string>,
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const found = new Map<string, Set<string>>();
  const ordinals = new Map<string, Set<number>>();
  for (const node of wanted) {
    const space = node.lastIndexOf(" ");
    const type = node.slice(0, space);
    ordinals.set(type, (ordinals.get(type) ?? new Set()).add(Number(node.slice(space + 1))));
  }
  for (const column of manifest.edges) {
    const [from, to] = [ordinals.get(column.head), ordinals.get(column.tail)];
    if (!from?.size || !to?.size) continue;
    for (let part = 0; part * manifest.edgeRows < column.count; part++) {
      const { heads, tails } = (await chunk(edgeKey(column), part)) as EdgeChunk;
      for (const [i, head] of heads.entries()) {
        const tail = tails[i] as number;
        if (!from.has(head) || !to.has(tail)) continue;
        const key = `${nodeName(column.head, head)}\t${nodeName(column.tail, tail)}`;
        found.set(key, (found.get(key) ?? new Set()).add(column.relation));
      }
    }
  }
  return found;
}
