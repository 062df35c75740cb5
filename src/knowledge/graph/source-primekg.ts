// PrimeKG: kg.csv, with both nodes and their relation in each row, or a table of nodes and one of edges. Each edge is there in both directions. Knows no store.

import type { GraphNode } from "../knowledge-graph.ts";
import type { At, FileHead, GraphSink, GraphSource, Step } from "./graph-source.ts";
import { cellAt, type Header, headedRows, headerNames, widthWords } from "./headed-rows.ts";
import { type PairSet, pairSet } from "./pair-set.ts";
import { stemOf } from "./paths.ts";
import type { TextFile } from "./text-pieces.ts";

const licence = "MIT";

/** Columns by which each part is known. */
const columnsOf = {
  rows: ["relation", "x_id", "x_type", "x_name", "x_source", "y_id", "y_type", "y_name", "y_source"],
  nodes: ["node_index", "node_id", "node_type", "node_name", "node_source"],
  edges: ["relation", "x_index", "y_index"],
} as const;

type Role = keyof typeof columnsOf;

const roles = Object.keys(columnsOf) as Role[]; // kg.csv has the columns of edges too

/** Types in the order in which an edge names them: a drug treats a disease, a disease has genes. Others follow. */
const headFirst = ["drug", "exposure", "disease", "effect/phenotype", "anatomy", "gene/protein"] as const;

const ranks: ReadonlyMap<string, number> = new Map(headFirst.map((type, i) => [type, i]));

const rank = (type: string): number => ranks.get(type) ?? headFirst.length;

export const primekgSource: GraphSource = {
  name: "PrimeKG",
  strict: false,
  role({ text }: FileHead) {
    const names = headerNames(text);
    return roles.find((role) => columnsOf[role].every((column) => names.includes(column)));
  },
  /** Both layouts hold the same graph, and its makers give out earlier states of kg.csv beside it. */
  choose(files) {
    const [nodes, edges, rows = []] = [files.get("nodes"), files.get("edges"), files.get("rows")];
    if (nodes && edges) return new Map([["nodes", nodes] as const, ["edges", edges] as const]);
    const whole = rows.filter(({ file }) => stemOf(file.name) === "kg");
    return rows.length === 0 ? files : new Map([["rows", whole.length > 0 ? whole : rows]]);
  },
  missing: (there) => (there.has("rows") || there.has("nodes") ? undefined : `no table of nodes (${columnsOf.nodes.join(", ")})`),
  steps: () => [{ role: "rows", read: readRows }, ...tableSteps()],
};

type Places = Readonly<Record<"index" | "id" | "type" | "name" | "source", number>>;

const placesOf = (header: Header, prefix: "x" | "y" | "node"): Places => ({
  index: header.at(`${prefix}_index`),
  id: header.at(`${prefix}_id`),
  type: header.at(`${prefix}_type`),
  name: header.at(`${prefix}_name`),
  source: header.at(`${prefix}_source`),
});

/** Ids are numbers that other types have too. */
function keyOf(cells: readonly string[], places: Places): string {
  const index = cellAt(cells, places.index);
  return index === "" ? `${cellAt(cells, places.type)}\t${cellAt(cells, places.source)}:${cellAt(cells, places.id)}` : index;
}

function nodeOf(cells: readonly string[], places: Places, key: string): GraphNode {
  const source = cellAt(cells, places.source);
  const [type, name] = [cellAt(cells, places.type), cellAt(cells, places.name)];
  return { id: `${source}:${cellAt(cells, places.id)}`, key, type, name, source: `PrimeKG: ${source}`, licence };
}

/** Puts an edge between two nodes, by their numbers and types; the second of two directions is left. */
function edgesOnce(sink: GraphSink) {
  const seen = new Map<string, PairSet>();
  return (relation: string, x: End, y: End, at: At): void => {
    let pairs = seen.get(relation);
    if (pairs === undefined) {
      pairs = pairSet();
      seen.set(relation, pairs);
    }
    if (!pairs.add(Math.min(x.number, y.number), Math.max(x.number, y.number))) return sink.leave("other-direction");
    const turned = rank(y.type) < rank(x.type);
    const [head, tail] = turned ? [y.key, x.key] : [x.key, y.key];
    sink.edge({ head, relation, tail, source: "PrimeKG", licence }, at);
  };
}

interface End {
  readonly key: string;
  readonly number: number;
  readonly type: string;
}

async function* readRows(file: TextFile, sink: GraphSink): AsyncGenerator<number, void> {
  const edge = edgesOnce(sink);
  const numbers = new Map<string, number>();
  const at = { file: file.name, line: 0 };
  const numberOf = (cells: readonly string[], places: Places, key: string): number => {
    const found = numbers.get(key);
    if (found !== undefined) return found;
    numbers.set(key, numbers.size);
    if (!sink.has(key)) sink.node(nodeOf(cells, places, key), at);
    return numbers.size - 1;
  };
  let places: { x: Places; y: Places; relation: number } | undefined;
  for await (const { header, rows, bytes } of headedRows(file)) {
    places ??= { x: placesOf(header, "x"), y: placesOf(header, "y"), relation: header.at("relation") };
    for (const { cells, line } of rows) {
      at.line = line;
      if (cells.length !== header.names.length) {
        sink.broken(widthWords(cells.length, header.names.length), at);
        continue;
      }
      const relation = cellAt(cells, places.relation);
      const [xType, yType] = [cellAt(cells, places.x.type), cellAt(cells, places.y.type)];
      const empty = relation === "" ? "relation" : xType === "" ? "x_type" : yType === "" ? "y_type" : undefined;
      if (empty) {
        sink.broken(`the column "${empty}" is empty`, at);
        continue;
      }
      const [x, y] = [keyOf(cells, places.x), keyOf(cells, places.y)];
      const [a, b] = [numberOf(cells, places.x, x), numberOf(cells, places.y, y)];
      edge(relation, { key: x, number: a, type: xType }, { key: y, number: b, type: yType }, at);
    }
    yield bytes;
  }
}

/** The other layout: nodes under an index, and edges between indices. */
function tableSteps(): readonly Step[] {
  const ends = new Map<string, End>();
  return [
    { role: "nodes", read: (file, sink) => readNodes(file, sink, ends) },
    { role: "edges", read: (file, sink) => readEdges(file, sink, ends) },
  ];
}

async function* readNodes(file: TextFile, sink: GraphSink, ends: Map<string, End>): AsyncGenerator<number, void> {
  for await (const { header, rows, bytes } of headedRows(file)) {
    const places = placesOf(header, "node");
    for (const { cells, line } of rows) {
      const at = { file: file.name, line };
      const [key, type] = [cellAt(cells, places.index), cellAt(cells, places.type)];
      const empty = key === "" ? "node_index" : type === "" ? "node_type" : undefined;
      if (cells.length !== header.names.length) sink.broken(widthWords(cells.length, header.names.length), at);
      else if (empty) sink.broken(`the column "${empty}" is empty`, at);
      else {
        if (!ends.has(key)) ends.set(key, { key, number: ends.size, type });
        sink.node(nodeOf(cells, places, key), at);
      }
    }
    yield bytes;
  }
}

async function* readEdges(file: TextFile, sink: GraphSink, ends: ReadonlyMap<string, End>): AsyncGenerator<number, void> {
  const edge = edgesOnce(sink);
  for await (const { header, rows, bytes } of headedRows(file)) {
    const places = { relation: header.at("relation"), x: header.at("x_index"), y: header.at("y_index") };
    for (const { cells, line } of rows) {
      const at = { file: file.name, line };
      const relation = cellAt(cells, places.relation);
      const [from, to] = [cellAt(cells, places.x), cellAt(cells, places.y)];
      const [x, y] = [ends.get(from), ends.get(to)];
      const empty = relation === "" ? "relation" : from === "" ? "x_index" : to === "" ? "y_index" : undefined;
      if (cells.length !== header.names.length) sink.broken(widthWords(cells.length, header.names.length), at);
      else if (empty) sink.broken(`the column "${empty}" is empty`, at);
      else if (x && y) edge(relation, x, y, at);
      else sink.edge({ head: from, relation, tail: to, source: "PrimeKG", licence }, at); // told as an edge without its end
    }
    yield bytes;
  }
}
