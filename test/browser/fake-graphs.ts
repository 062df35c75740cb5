// Graphs of a test's services: a list of them in memory, and no graph read.

import type { GraphInfo } from "../../src/knowledge/graphs.ts";
import type { Services } from "../../src/ui/services.ts";

export const starter: GraphInfo = {
  id: "starter",
  name: "Starter graph",
  nodes: { Disease: 1200, Symptom: 320, Drug: 410 },
  edges: { treats: 700, presents: 3300 },
  provenance: [
    { source: "Disease Ontology", licence: "CC0-1.0", rows: 1200 },
    { source: "Hetionet", licence: "CC0-1.0", rows: 4700 },
  ],
};

type GraphNames =
  | "importStarter"
  | "previewGraph"
  | "importGraph"
  | "graphs"
  | "deleteGraph"
  | "importNames"
  | "renameGraph"
  | "exportGraph"
  | "checkGraph"
  | "repairGraph"
  | "mergeGraphs";

export function fakeGraphs(
  { cutTo }: { readonly cutTo: (readonly string[] | undefined)[] },
  check: (name: string) => void,
  pause: (signal?: AbortSignal) => Promise<void>,
): Pick<Services["generate"], GraphNames> {
  let graphs: readonly GraphInfo[] = [];
  return {
    async *importStarter(_, signal) {
      check("importStarter");
      for (let i = 0; i <= 4; i++) {
        yield { type: "progress", done: i * 50_000, total: 200_000 };
        await pause(signal);
      }
      graphs = [starter];
      yield { type: "imported", graph: starter };
    },
    async *previewGraph({ name, filter }) {
      check("previewGraph");
      const nodes = Object.entries(starter.nodes).filter(([type]) => !filter?.types || filter.types.includes(type));
      yield { type: "imported", graph: { ...starter, id: "preview", name, nodes: Object.fromEntries(nodes), bytes: 123_456 } };
    },
    async *importGraph({ name, filter }) {
      check("importGraph");
      cutTo.push(filter?.types);
      const graph = { ...starter, id: name, name };
      graphs = [...graphs, graph];
      yield { type: "imported", graph };
    },
    graphs: async () => graphs,
    async *deleteGraph({ id }) {
      graphs = graphs.filter((graph) => graph.id !== id);
      yield { type: "done", result: undefined };
    },
    async *importNames({ name }) {
      const graph = { ...starter, id: name, name };
      graphs = [...graphs, graph];
      yield { type: "imported", graph };
    },
    async *renameGraph({ id, name }) {
      graphs = graphs.map((graph) => (graph.id === id ? { ...graph, name } : graph));
      yield { type: "done", result: undefined };
    },
    async *exportGraph({ form }) {
      yield { type: "done", result: { name: `graph.${form}`, blob: new Blob(["{}"]) } };
    },
    async *checkGraph() {
      yield { type: "done", result: [] };
    },
    async *repairGraph() {
      yield { type: "done", result: undefined };
    },
    async *mergeGraphs() {
      const conflicts = { "other-type": 0, several: 0, "other-name": 0 };
      yield { type: "done", result: { graph: "starter", joined: 2, repeated: 1, conflicts, shown: [] } };
    },
  };
}
