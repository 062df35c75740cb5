// The part of a graph that a run's topics came from, as the two files that an import of a graph reads. Pure.

import { edgeColumns, nodeColumns } from "../knowledge/graph-files.ts";
import type { KnowledgeData, Topic } from "../knowledge/topic.ts";

export interface TopicGraph {
  /** Tables with tabs; "" without a topic of a graph. */
  readonly nodes: string;
  readonly edges: string;
}

/** Nodes and edges of the topics that a graph gave, each once, with source and licence. */
export function topicGraph(knowledge: KnowledgeData | undefined): TopicGraph {
  const topics = Object.values(knowledge?.topics ?? {})
    .flat()
    .filter(({ source }) => source === "kg");
  const nodes = new Map(topics.flatMap((topic) => topic.entities.map((entity) => [idOf(entity), nodeRow(topic, entity)])));
  const edges = new Set(topics.flatMap(edgeRow));
  return {
    nodes: table(
      [nodeColumns.id, nodeColumns.type, nodeColumns.name, nodeColumns.source, nodeColumns.licence],
      [...nodes.values()],
    ),
    edges: table([edgeColumns.head, edgeColumns.relation, edgeColumns.tail, edgeColumns.source, edgeColumns.licence], [...edges]),
  };
}

type Entity = Topic["entities"][number];

const idOf = ({ id, type, name }: Entity): string => id ?? `${type}:${name}`;
const cell = (text: string | undefined): string => (text ?? "").replace(/[\t\r\n]+/g, " ");
const row = (cells: readonly (string | undefined)[]): string => cells.map(cell).join("\t");

const nodeRow = ({ provenance }: Topic, entity: Entity): string =>
  row([idOf(entity), entity.type, entity.name, provenance?.source, provenance?.licence]);

/** A topic of two entities with a relation is an edge of the graph. */
function edgeRow({ entities: [head, tail], relation, provenance }: Topic): string[] {
  if (!head || !tail || relation === undefined) return [];
  return [row([idOf(head), relation, idOf(tail), provenance?.source, provenance?.licence])];
}

const table = (columns: readonly { readonly names: readonly string[] }[], rows: readonly string[]): string =>
  rows.length === 0 ? "" : `${columns.map(({ names }) => names[0]).join("\t")}\n${rows.join("\n")}\n`;
