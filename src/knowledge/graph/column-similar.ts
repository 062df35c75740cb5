// Nodes of a stored graph that are like a name's own: by the share of relations and neighbours that they have in common. Knows no database.

import { type EdgeChunk, type EdgeColumn, edgeKey, type NodeChunk, nodeKey, stringAt } from "../graph-columns.ts";
import type { StoredGraph } from "../graph-store.ts";
import { provenanceFilter } from "../licences.ts";
import { isNoName, wordsOf } from "../name-words.ts";

/** Tells of a row's provenance whether the row is looked at. */
type Allowed = (provenance: number) => boolean;

/** Nodes of several types in a row: a node's place is its type's first place and its ordinal. */
interface Places {
  readonly count: number;
  first(type: string): number | undefined;
}

/**
 * Names of the nodes of these types most similar to each mention's own node, at most so many of each. Two nodes are as similar as the Jaccard
 * index of their sets of (relation, neighbour); those that share nothing are left out. The node of a mention is the one that has its name or a
 * synonym, else the one whose name shares the largest part of its words. A mention that shares a word with no name has an empty list.
 */
export async function similarNames(
  stored: StoredGraph,
  types: readonly string[],
  mentions: readonly string[],
  most: number,
  licences?: readonly string[],
): Promise<Map<string, string[]>> {
  const isAllowed = provenanceFilter(stored.manifest, licences);
  const places = placesOf(stored, types);
  const { names, nodeOf } = await nodesOfMentions(stored, types, mentions, isAllowed);
  const wanted = new Set(nodeOf.values());
  const relations = await relationsAround(stored, places, wanted, isAllowed);
  const ranked = new Map([...wanted].map((node) => [node, mostSimilar(relations, node)]));
  return new Map(
    mentions.map((mention) => {
      const own = nodeOf.get(mention);
      const key = keyOf(mention);
      const found = own === undefined ? [] : (ranked.get(own) ?? []).map((node) => names[node] as string);
      const others = found.filter((name) => name !== "" && keyOf(name) !== key && !isNoName(name));
      return [mention, [...new Set(others)].slice(0, most)];
    }),
  );
}

function placesOf({ manifest }: StoredGraph, types: readonly string[]): Places {
  const first = new Map<string, number>();
  let count = 0;
  for (const type of types) {
    first.set(type, count);
    count += manifest.nodes.find((column) => column.type === type)?.count ?? 0;
  }
  return { count, first: (type) => first.get(type) };
}

const keyOf = (name: string): string => wordKeys(name).join(" ");
const wordKeys = (name: string): string[] => wordsOf(name).map(({ key }) => key);
/** Words that names share without being alike. */
const joining = new Set(["the", "and", "with", "due", "not", "other", "type"]);
const tellingWords = (name: string): ReadonlySet<string> =>
  new Set(wordKeys(name).filter((word) => word.length >= 3 && !joining.has(word)));

/** First name of every node, and the node of each mention. */
async function nodesOfMentions(
  { manifest, chunk }: StoredGraph,
  types: readonly string[],
  mentions: readonly string[],
  isAllowed: Allowed,
): Promise<{ names: readonly string[]; nodeOf: ReadonlyMap<string, number> }> {
  const names: string[] = [];
  const best = new Map(mentions.map((mention) => [mention, { overlap: 0, node: -1 }]));
  const asked = mentions.map((mention) => ({ mention, key: keyOf(mention), words: tellingWords(mention) }));
  const take = (name: string, node: number) => {
    const [key, words] = [keyOf(name), tellingWords(name)];
    for (const { mention, key: own, words: wanted } of asked) {
      const overlap = key === own ? 2 : jaccard(wanted, words); // the very name is before any overlap
      if (overlap > (best.get(mention)?.overlap ?? 0)) best.set(mention, { overlap, node });
    }
  };
  for (const type of types) {
    const count = manifest.nodes.find((column) => column.type === type)?.count ?? 0;
    for (let part = 0; part * manifest.nodeRows < count; part++) {
      const { names: own, synonyms, provenance } = (await chunk(nodeKey(type), part)) as NodeChunk;
      for (let row = 0; row < own.ends.length; row++) {
        const allowed = isAllowed(provenance[row] as number);
        const node = names.push(allowed ? stringAt(own, row).normalize("NFC").trim() : "") - 1;
        if (!allowed) continue; // it has its place, and no name
        take(names[node] as string, node);
        for (const name of synonyms ? stringAt(synonyms, row).split("\n") : []) if (name !== "") take(name, node);
      }
    }
  }
  return { names, nodeOf: new Map([...best].flatMap(([mention, { node }]) => (node < 0 ? [] : [[mention, node]]))) };
}

/** Size of the intersection over that of the union; 0 where one is empty. */
export function jaccard<T>(a: ReadonlySet<T>, b: ReadonlySet<T>): number {
  if (a.size === 0 || b.size === 0) return 0;
  const [small, large] = a.size <= b.size ? [a, b] : [b, a];
  let shared = 0;
  for (const x of small) if (large.has(x)) shared++;
  return shared / (a.size + b.size - shared);
}

/** Sets of (relation, neighbour), each a number, by node. */
type Relations = ReadonlyMap<number, ReadonlySet<number>>;

/** Relations of these nodes and of every node that shares one with them. The edges are read again and again: no graph's sets all fit in memory. */
async function relationsAround(
  stored: StoredGraph,
  places: Places,
  nodes: ReadonlySet<number>,
  isAllowed: Allowed,
): Promise<Relations> {
  const own = await relationsOf(stored, places, nodes, isAllowed);
  const known = new Set([...own.values()].flatMap((set) => [...set]));
  const sharing = new Set(nodes);
  await eachRelation(stored, places, isAllowed, (node, relation) => {
    if (known.has(relation)) sharing.add(node);
  });
  return relationsOf(stored, places, sharing, isAllowed);
}

async function relationsOf(
  stored: StoredGraph,
  places: Places,
  nodes: ReadonlySet<number>,
  isAllowed: Allowed,
): Promise<Relations> {
  const found = new Map([...nodes].map((node) => [node, new Set<number>()]));
  await eachRelation(stored, places, isAllowed, (node, relation) => found.get(node)?.add(relation));
  return found;
}

/** Each edge of each node as a number: which relation, which way, which neighbour. */
async function eachRelation(
  { manifest, chunk }: StoredGraph,
  places: Places,
  isAllowed: Allowed,
  take: (node: number, relation: number) => void,
): Promise<void> {
  const ways = 2 * manifest.edges.length;
  for (const [i, column] of manifest.edges.entries()) {
    const [head, tail] = [places.first(column.head), places.first(column.tail)];
    if (head === undefined && tail === undefined) continue;
    await eachEdge(column, manifest.edgeRows, chunk, isAllowed, (from, to) => {
      if (head !== undefined) take(head + from, to * ways + 2 * i);
      if (tail !== undefined) take(tail + to, from * ways + 2 * i + 1);
    });
  }
}

async function eachEdge(
  column: EdgeColumn,
  rows: number,
  chunk: StoredGraph["chunk"],
  isAllowed: Allowed,
  take: (head: number, tail: number) => void,
): Promise<void> {
  for (let part = 0; part * rows < column.count; part++) {
    const { heads, tails, provenance } = (await chunk(edgeKey(column), part)) as EdgeChunk;
    for (const [i, head] of heads.entries()) if (isAllowed(provenance[i] as number)) take(head, tails[i] as number);
  }
}

/** The other nodes that share something with one, the most similar first; of equals the first in the graph. */
function mostSimilar(relations: Relations, node: number): number[] {
  const own = relations.get(node) ?? new Set();
  return [...relations]
    .flatMap(([at, other]) => {
      const similarity = at === node ? 0 : jaccard(own, other);
      return similarity > 0 ? [{ at, similarity }] : [];
    })
    .sort((a, b) => b.similarity - a.similarity || a.at - b.at)
    .map(({ at }) => at);
}
