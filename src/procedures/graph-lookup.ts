// Looking up in a knowledge graph, from a page. Knows no storage.

import { type FoundNode, graphLookup, type NodeCard, type NodePlace, type Step } from "../knowledge/graph-lookup.ts";
import type { GraphStore } from "../knowledge/graph-store.ts";

export type LookupProcedures = {
  findNodes(argument: { graph: string; query: string; most: number }, signal: AbortSignal): Promise<readonly FoundNode[]>;
  nodeCard(argument: { graph: string; type: string; ordinal: number; most: number }, signal: AbortSignal): Promise<NodeCard>;
  /** Undefined where no way of three links or fewer leads from the one to the other. */
  nodePath(
    argument: { graph: string; from: NodePlace; to: NodePlace },
    signal: AbortSignal,
  ): Promise<readonly Step[] | undefined>;
};

export function lookupProcedures({ graphs }: { readonly graphs: () => Promise<GraphStore> }): LookupProcedures {
  const lookup = graphLookup(graphs);
  return {
    findNodes: ({ graph, query, most }, signal) => lookup.find(graph, query, most, signal),
    nodeCard: ({ graph, type, ordinal, most }, signal) => lookup.card(graph, { type, ordinal }, most, signal),
    nodePath: ({ graph, from, to }, signal) => lookup.path(graph, from, to, signal),
  };
}
