// A graph looked up in by a person: nodes by name, and what is known of one. Knows no storage but by its port.

import { ClinfuseError, throwIfAborted } from "../base/errors.ts";
import { type FoundNode, type NameSearch, nameSearch } from "./graph/name-search.ts";
import { type Neighbours, type NodePlace, neighboursOf, type Step, shortestPath } from "./graph/neighbours.ts";
import { type NodeChunk, nodeKey, stringAt } from "./graph-columns.ts";
import type { GraphStore, StoredGraph } from "./graph-store.ts";
import type { EdgeProvenance } from "./topic.ts";

export type { FoundNode } from "./graph/name-search.ts";
export type { NodePlace, Step } from "./graph/neighbours.ts";

export interface NodeCard extends NodePlace {
  readonly id: string;
  readonly name: string;
  readonly synonyms: readonly string[];
  readonly provenance: EdgeProvenance;
  readonly neighbours: Neighbours;
}

export interface GraphLookup {
  /** At most so many nodes by name or synonym, the best first. Throws `not-found` for a graph that is not held. */
  find(graph: string, query: string, most: number, signal: AbortSignal): Promise<readonly FoundNode[]>;
  /** Throws `not-found` for a graph that is not held. */
  card(graph: string, node: NodePlace, most: number, signal: AbortSignal): Promise<NodeCard>;
  /** A shortest way of at most three links, see `shortestPath`. Throws `not-found` for a graph that is not held. */
  path(graph: string, from: NodePlace, to: NodePlace, signal: AbortSignal): Promise<readonly Step[] | undefined>;
}

export function graphLookup(graphs: () => Promise<GraphStore>): GraphLookup {
  let kept: { readonly key: string; readonly search: Promise<NameSearch> } | undefined;
  const stored = async (graph: string): Promise<StoredGraph> => {
    const found = await (await graphs()).open(graph);
    if (!found) throw new ClinfuseError("not-found", `there is no graph "${graph}" here`, { what: graph });
    return found;
  };
  /** Names of the last graph that was searched stay in memory: the next letter must not read them again. */
  const searchOf = (graph: StoredGraph): Promise<NameSearch> => {
    const { id, nodes, provenances } = graph.manifest;
    const key = JSON.stringify([id, nodes, provenances]);
    if (kept?.key === key) return kept.search;
    const search = nameSearch(graph, new AbortController().signal); // one who stops asking leaves it to the next
    kept = { key, search };
    search.catch(() => {
      if (kept?.search === search) kept = undefined;
    });
    return search;
  };
  return {
    async find(graph, query, most, signal) {
      const search = await searchOf(await stored(graph));
      throwIfAborted(signal);
      return search.find(query, most);
    },
    async card(graph, node, most, signal) {
      const found = await stored(graph);
      return { ...(await described(found, node)), neighbours: await neighboursOf(found, node, most, signal) };
    },
    path: async (graph, from, to, signal) => shortestPath(await stored(graph), from, to, signal),
  };
}

async function described({ manifest, chunk }: StoredGraph, node: NodePlace): Promise<Omit<NodeCard, "neighbours">> {
  const { type, ordinal } = node;
  const count = manifest.nodes.find((column) => column.type === type)?.count ?? 0;
  if (ordinal >= count) {
    const what = `the graph "${manifest.name}" has no ${type} number ${ordinal}`;
    throw new ClinfuseError("not-found", what, { what: manifest.id });
  }
  const nodes = (await chunk(nodeKey(type), Math.floor(ordinal / manifest.nodeRows))) as NodeChunk;
  const row = ordinal % manifest.nodeRows;
  const { source, licence } = manifest.provenances[nodes.provenance[row] as number] as EdgeProvenance;
  const synonyms = nodes.synonyms ? stringAt(nodes.synonyms, row).split("\n") : [];
  return {
    id: stringAt(nodes.ids, row),
    name: stringAt(nodes.names, row),
    type,
    ordinal,
    synonyms: synonyms.filter((name) => name !== ""),
    provenance: { source, licence },
  };
}
