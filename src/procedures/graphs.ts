// Knowledge graphs: imported, listed, counted in, deleted. Knows no storage and no server.

import type { Turns } from "../base/locks.ts";
import { starterGraph } from "../experiment/experiment-config.ts";
import { notStated } from "../knowledge/graph-files.ts";
import type { GraphStore } from "../knowledge/graph-store.ts";
import { countTopics } from "../knowledge/graph-topics.ts";
import {
  type GraphFilter,
  type GraphInfo,
  type ImportEvent,
  importGraph,
  listGraphs,
  openGraph,
  previewGraph,
} from "../knowledge/graphs.ts";
import type { ByLabel } from "../tasks/task.ts";
import type { TopicQuery } from "../tasks/topic-query.ts";
import { graphFilesIn } from "./graph-archives.ts";
import { doneInTurn, inTurn, type TurnEvent } from "./graph-turns.ts";

export type GraphProcedures = {
  /** The graph that ships, imported on first use. */
  importStarter(argument: null, signal: AbortSignal): AsyncGenerator<ImportEvent, void>;
  /** Graph that an import of these files would bring; nothing is kept. */
  previewGraph(argument: PickedGraph, signal: AbortSignal): AsyncGenerator<ImportEvent, void>;
  importGraph(argument: PickedGraph, signal: AbortSignal): AsyncGenerator<ImportEvent, void>;
  graphs(argument: null, signal: AbortSignal): Promise<readonly GraphInfo[]>;
  /** Waits for its turn, as all that writes graphs does. */
  deleteGraph(argument: { id: string }, signal: AbortSignal): AsyncGenerator<TurnEvent<void>, void>;
  countTopics(argument: { graph: string; topics: ByLabel<TopicQuery> }, signal: AbortSignal): Promise<number>;
};

export interface PickedGraph {
  readonly name: string;
  /** By path; zip archives as they are. */
  readonly files: Readonly<Record<string, Blob>>;
  readonly filter?: GraphFilter;
}

export interface GraphPorts {
  /** Throws `storage-unavailable`. */
  readonly graphs: () => Promise<GraphStore>;
  /** A file that the app ships, by its path. Throws `file-missing`. */
  readonly appFile: (path: string) => Promise<Blob>;
  /** Writers of all tabs take turns by it. Absent: nobody else writes. */
  readonly turns?: Turns;
}

const ownProvenance = (name: string) => ({ source: name, licence: notStated });
const filesOf = ({ files }: PickedGraph) => graphFilesIn(new Map(Object.entries(files)));

export function graphProcedures({ graphs, appFile, turns }: GraphPorts): GraphProcedures {
  const starter = async () => (await listGraphs(await graphs())).find((graph) => graph.id === starterGraph);
  async function* bringStarter(signal: AbortSignal): AsyncGenerator<ImportEvent, void> {
    const there = await starter(); // another tab may have brought it meanwhile
    if (there) {
      yield { type: "imported", graph: there };
      return;
    }
    const [nodes, edges] = await Promise.all([appFile("graph/nodes.tsv.gz"), appFile("graph/edges.tsv.gz")]);
    const provenance = { source: "starter graph", licence: "CC0-1.0" };
    const files = [
      { name: "nodes.tsv.gz", data: nodes },
      { name: "edges.tsv.gz", data: edges },
    ];
    yield* importGraph(files, { id: starterGraph, name: "Starter graph", provenance }, await graphs(), signal);
  }
  return {
    async *importStarter(_, signal) {
      const there = await starter();
      if (there) yield { type: "imported", graph: there };
      else yield* inTurn(turns, signal, () => bringStarter(signal));
    },

    async *previewGraph(picked, signal) {
      const options = { id: "preview", name: picked.name, provenance: ownProvenance(picked.name), ...picked.filter };
      yield* previewGraph(await filesOf(picked), options, signal);
    },

    async *importGraph(picked, signal) {
      const options = { id: crypto.randomUUID(), name: picked.name, provenance: ownProvenance(picked.name), ...picked.filter };
      const [files, store] = [await filesOf(picked), await graphs()];
      yield* inTurn(turns, signal, () => importGraph(files, options, store, signal));
    },

    graphs: async () => listGraphs(await graphs()),

    deleteGraph: ({ id }, signal) => doneInTurn(turns, signal, async () => (await graphs()).delete(id)),

    countTopics: async ({ graph, topics }) => countTopics(await openGraph(await graphs(), graph), topics),
  };
}
