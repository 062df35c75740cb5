// Knowledge graphs: imported, listed, counted in, deleted. Knows no storage and no server.

import type { GraphStore } from "../knowledge/graph-store.ts";
import { countTopics } from "../knowledge/graph-topics.ts";
import { type GraphInfo, type ImportEvent, importGraph, listGraphs, openGraph } from "../knowledge/graphs.ts";
import type { ByLabel } from "../tasks/task.ts";
import type { TopicQuery } from "../tasks/topic-query.ts";

export type GraphProcedures = {
  /** The graph that ships, imported on first use. */
  importStarter(argument: null, signal: AbortSignal): AsyncGenerator<ImportEvent, void>;
  importGraph(argument: { name: string; nodes: Blob; edges: Blob }, signal: AbortSignal): AsyncGenerator<ImportEvent, void>;
  graphs(argument: null, signal: AbortSignal): Promise<readonly GraphInfo[]>;
  deleteGraph(argument: { id: string }, signal: AbortSignal): Promise<void>;
  countTopics(argument: { graph: string; topics: ByLabel<TopicQuery> }, signal: AbortSignal): Promise<number>;
};

export interface GraphPorts {
  /** Throws `storage-unavailable`. */
  readonly graphs: () => Promise<GraphStore>;
  /** A file that the app ships, by its path. Throws `file-missing`. */
  readonly appFile: (path: string) => Promise<Blob>;
}

const starterId = "starter";

export function graphProcedures({ graphs, appFile }: GraphPorts): GraphProcedures {
  return {
    async *importStarter(_, signal) {
      const store = await graphs();
      const there = (await listGraphs(store)).find((graph) => graph.id === starterId);
      if (there) {
        yield { type: "imported", graph: there };
        return;
      }
      const [nodes, edges] = await Promise.all([appFile("graph/nodes.tsv.gz"), appFile("graph/edges.tsv.gz")]);
      const provenance = { source: "starter graph", licence: "CC0-1.0" };
      const files = { nodes: { name: "nodes.tsv.gz", data: nodes }, edges: { name: "edges.tsv.gz", data: edges } };
      yield* importGraph(files, { id: starterId, name: "Starter graph", provenance }, store, signal);
    },

    async *importGraph({ name, nodes, edges }, signal) {
      const provenance = { source: name, licence: "not stated" };
      const files = { nodes: { name: "nodes.tsv", data: nodes }, edges: { name: "edges.tsv", data: edges } };
      yield* importGraph(files, { id: crypto.randomUUID(), name, provenance }, await graphs(), signal);
    },

    graphs: async () => listGraphs(await graphs()),

    async deleteGraph({ id }) {
      await (await graphs()).delete(id);
    },

    countTopics: async ({ graph, topics }) => countTopics(await openGraph(await graphs(), graph), topics),
  };
}
