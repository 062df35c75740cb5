// A node's neighbours and the shortest way between two nodes, from the columns of links. Knows no database.

import { throwIfAborted } from "../../base/errors.ts";
import {
  type EdgeChunk,
  type EdgeColumn,
  edgeKey,
  type LinkChunk,
  linkKey,
  type NodeChunk,
  nodeKey,
  stringAt,
} from "../graph-columns.ts";
import type { StoredGraph } from "../graph-store.ts";
import type { EdgeProvenance } from "../topic.ts";

/** A node by its type and its place among the nodes of that type. */
export interface NodePlace {
  readonly type: string;
  readonly ordinal: number;
}

export interface NamedNode extends NodePlace {
  readonly id: string;
  readonly name: string;
}

export interface Neighbour {
  readonly relation: string;
  /** `out`: the node that was asked for is the head. */
  readonly way: "out" | "in";
  readonly node: NamedNode;
  readonly provenance: EdgeProvenance;
}

export interface Neighbours {
  /** Links of each relation, those that are not listed too. */
  readonly counts: readonly {
    readonly relation: string;
    readonly way: "out" | "in";
    readonly type: string;
    readonly count: number;
  }[];
  /** The first of each relation in turn, at most as many as were asked for. */
  readonly listed: readonly Neighbour[];
}

interface Link {
  readonly from: NodePlace;
  readonly to: NodePlace;
  readonly relation: string;
  readonly provenance: number;
}

/** Reads the columns of the node's type once. */
export async function neighboursOf(stored: StoredGraph, node: NodePlace, most: number, signal: AbortSignal): Promise<Neighbours> {
  const groups: { relation: string; way: "out" | "in"; type: string; count: number; links: Link[] }[] = [];
  const columns = stored.manifest.edges.filter(({ head, tail }) => head === node.type || tail === node.type);
  for (const column of columns) {
    const group = (way: "out" | "in", type: string) => ({ relation: column.relation, way, type, count: 0, links: [] as Link[] });
    const [out, into] = [group("out", column.tail), group("in", column.head)];
    await eachLink(stored, column, signal, (link) => {
      for (const { place, own } of [
        { place: link.from, own: out },
        { place: link.to, own: into },
      ]) {
        if (!same(place, node) || (own === into && same(link.from, node))) continue;
        own.count++;
        if (own.links.length < most) own.links.push(link);
      }
    });
    groups.push(...[out, into].filter(({ count }) => count > 0));
  }
  const listed: Neighbour[] = [];
  for (let turn = 0; listed.length < most && groups.some(({ links }) => links.length > turn); turn++) {
    for (const { relation, way, links } of groups) {
      const link = links[turn];
      if (!link || listed.length >= most) continue;
      const other = await named(stored, way === "out" ? link.to : link.from);
      listed.push({ relation, way, node: other, provenance: provenanceOf(stored, link) });
    }
  }
  return { counts: groups.map(({ relation, way, type, count }) => ({ relation, way, type, count })), listed };
}

/** One step of a way; `backwards` where the link points at where it comes from. */
export interface Step {
  readonly relation: string;
  readonly backwards: boolean;
  readonly node: NamedNode;
  readonly provenance: EdgeProvenance;
}

/**
 * A shortest way of at most three links between two nodes, whatever their direction: the nodes after the first, in order. Undefined without one.
 * Among several, the one through the nodes with the fewest links: a node that everything is linked to explains little. The columns are read twice at most.
 */
export async function shortestPath(
  stored: StoredGraph,
  from: NodePlace,
  to: NodePlace,
  signal: AbortSignal,
): Promise<readonly Step[] | undefined> {
  if (same(from, to)) return [];
  const [left, right] = [new Map<string, Walk>(), new Map<string, Walk>()];
  let direct: Walk | undefined;
  await eachWalk(stored, signal, (walk) => {
    if (same(walk.from, from)) {
      if (same(walk.to, to)) direct ??= walk;
      put(left, keyOf(walk.to), walk);
    }
    if (same(walk.to, to)) put(right, keyOf(walk.from), walk);
  });
  if (direct) return steps(stored, [direct]);
  const links = linkCounts(stored);
  const middle = await fewest(
    [...left.keys()].filter((key) => right.has(key)),
    (key) => links((left.get(key) as Walk).to),
  );
  if (middle !== undefined) return steps(stored, [left.get(middle) as Walk, right.get(middle) as Walk]);
  if (left.size === 0 || right.size === 0) return undefined;
  const bridges: Walk[] = [];
  await eachWalk(stored, signal, (walk) => {
    if (bridges.length < mostBridges && left.has(keyOf(walk.from)) && right.has(keyOf(walk.to))) bridges.push(walk);
  });
  const bridge = await fewest(bridges, async (walk) => (await links(walk.from)) + (await links(walk.to)));
  if (!bridge) return undefined;
  return steps(stored, [left.get(keyOf(bridge.from)) as Walk, bridge, right.get(keyOf(bridge.to)) as Walk]);
}

/** Ways of three links that are compared, at most. */
const mostBridges = 1000;

/** A link, gone along in either direction. */
interface Walk extends Link {
  readonly backwards: boolean;
}

function put(walks: Map<string, Walk>, key: string, walk: Walk): void {
  if (!walks.has(key)) walks.set(key, walk);
}

/** The least of a list by its links; of equals the first. */
async function fewest<T>(list: readonly T[], links: (one: T) => Promise<number>): Promise<T | undefined> {
  let best: { one: T; count: number } | undefined;
  for (const one of list) {
    const count = await links(one);
    if (!best || count < best.count) best = { one, count };
  }
  return best?.one;
}

/** Links of a node to other types, as the graph counts them. A chunk is read once. */
function linkCounts({ manifest, chunk }: StoredGraph): (node: NodePlace) => Promise<number> {
  const read = new Map<string, Uint32Array>();
  return async ({ type, ordinal }) => {
    const part = Math.floor(ordinal / manifest.nodeRows);
    const key = `${linkKey(type)}\t${part}`;
    const links = read.get(key) ?? ((await chunk(linkKey(type), part)) as LinkChunk).links;
    read.set(key, links);
    return links[ordinal % manifest.nodeRows] as number;
  };
}

async function steps(stored: StoredGraph, walks: readonly Walk[]): Promise<Step[]> {
  return Promise.all(
    walks.map(async (walk) => ({
      relation: walk.relation,
      backwards: walk.backwards,
      node: await named(stored, walk.to),
      provenance: provenanceOf(stored, walk),
    })),
  );
}

async function eachWalk(stored: StoredGraph, signal: AbortSignal, take: (walk: Walk) => void): Promise<void> {
  for (const column of stored.manifest.edges) {
    await eachLink(stored, column, signal, (link) => {
      take({ ...link, backwards: false });
      take({ ...link, from: link.to, to: link.from, backwards: true });
    });
  }
}

async function eachLink(
  { manifest, chunk }: StoredGraph,
  column: EdgeColumn,
  signal: AbortSignal,
  take: (link: Link) => void,
): Promise<void> {
  for (let part = 0; part * manifest.edgeRows < column.count; part++) {
    throwIfAborted(signal);
    const { heads, tails, provenance } = (await chunk(edgeKey(column), part)) as EdgeChunk;
    for (let i = 0; i < heads.length; i++) {
      take({
        from: { type: column.head, ordinal: heads[i] as number },
        to: { type: column.tail, ordinal: tails[i] as number },
        relation: column.relation,
        provenance: provenance[i] as number,
      });
    }
  }
}

const same = (a: NodePlace, b: NodePlace): boolean => a.ordinal === b.ordinal && a.type === b.type;
const keyOf = ({ type, ordinal }: NodePlace): string => `${ordinal} ${type}`;

function provenanceOf({ manifest }: StoredGraph, link: Link): EdgeProvenance {
  const { source, licence } = manifest.provenances[link.provenance] as EdgeProvenance;
  return { source, licence };
}

/** Id and name of a node. Throws for a place that the graph does not have. */
export async function named({ manifest, chunk }: StoredGraph, { type, ordinal }: NodePlace): Promise<NamedNode> {
  const { ids, names } = (await chunk(nodeKey(type), Math.floor(ordinal / manifest.nodeRows))) as NodeChunk;
  const row = ordinal % manifest.nodeRows;
  return { type, ordinal, id: stringAt(ids, row), name: stringAt(names, row) };
}
