// A knowledge graph as columns: one record per (type or relation, chunk), of typed arrays and string tables. Pure; knows no database.

import { ClinfuseError } from "../base/errors.ts";
import type { LeftOut } from "./graph-files.ts";
import type { GraphEdge, GraphNode } from "./knowledge-graph.ts";
import type { EdgeProvenance } from "./topic.ts";

/** Strings end to end; string i is text.slice(ends[i - 1] ?? 0, ends[i]). One long string clones faster than many short ones. */
export interface StringTable {
  readonly text: string;
  readonly ends: Uint32Array; // [rows]
}

/** Rows of one node type. A node is known by its type and its ordinal: its row, counted over the type's chunks. */
export interface NodeChunk {
  readonly ids: StringTable;
  readonly names: StringTable;
  /** Synonyms of each row, one a line. Absent where no row of the chunk has any, and in graphs of version 1. */
  readonly synonyms?: StringTable;
  readonly provenance: Uint16Array; // [rows], indices into the manifest's provenances
}

/** Rows of one relation between two types. */
export interface EdgeChunk {
  readonly heads: Uint32Array; // [rows], ordinals within the head type
  readonly tails: Uint32Array; // [rows], ordinals within the tail type
  readonly provenance: Uint16Array; // [rows]
}

/**
 * Relations of each node to nodes of other types, as a count. A hierarchy tells a disease's place and nothing else. A linked drug or
 * symptom tells that the disease is known for something.
 */
export interface LinkChunk {
  readonly links: Uint32Array; // [rows], as the type's NodeChunk of the same number
}

export type Chunk = NodeChunk | EdgeChunk | LinkChunk;

export interface NodeColumn {
  readonly type: string;
  readonly count: number;
}

export interface EdgeColumn {
  readonly relation: string;
  readonly head: string; // node type
  readonly tail: string; // node type
  readonly count: number;
}

/** Version of the columns that a graph is stored with. 2: synonyms of nodes, counts of what was left out. */
export const graphVersion = 2;

/** Contents of a graph; the chunks are found by `columnKey`. */
export interface GraphManifest {
  /** Absent: 1. */
  readonly version?: number;
  readonly id: string;
  readonly name: string;
  readonly nodes: readonly NodeColumn[];
  readonly edges: readonly EdgeColumn[];
  readonly provenances: readonly (EdgeProvenance & { readonly rows: number })[];
  /** Rows of its files that are not in it. */
  readonly leftOut?: LeftOut;
  /** Rows of every chunk but a column's last. */
  readonly nodeRows: number;
  readonly edgeRows: number;
}

export const nodeKey = (type: string): string => `node\t${type}`;
export const linkKey = (type: string): string => `links\t${type}`;
export const edgeKey = (column: Pick<EdgeColumn, "relation" | "head" | "tail">): string =>
  `edge\t${column.head}\t${column.relation}\t${column.tail}`;

/** A chunk ready to be stored. */
export interface ReadyChunk {
  readonly column: string; // nodeKey, edgeKey or linkKey
  readonly chunk: number; // from 0
  readonly data: Chunk;
}

/** Some 200 kB a chunk: reading one topic reads its chunk. */
export const defaultRows = { nodeRows: 4096, edgeRows: 16384 } as const;

/** A file whose columns are swapped shows as a type for each row: refuse it before it fills the memory. */
const maxColumns = 2000;

interface OpenNodes {
  ids: string[];
  names: string[];
  synonyms: string[];
  provenance: number[];
  count: number;
  /** Links of every node, not of the open chunk alone: edges come after all nodes. */
  readonly links: number[];
}

interface OpenEdges {
  readonly relation: string;
  readonly head: string;
  readonly tail: string;
  heads: number[];
  tails: number[];
  provenance: number[];
  count: number;
}

export type Added =
  | { readonly ok: true; readonly ready?: ReadyChunk; readonly passedOver?: true }
  | { readonly ok: false; readonly why: "repeated-id" | "unknown-head" | "unknown-tail" };

/** Takes rows one by one, all nodes before the edges, and hands out the chunks that are full. */
export interface GraphBuilder {
  node(node: GraphNode): Added;
  /** An edge one of whose ends was named to `skip` is passed over. */
  edge(edge: GraphEdge): Added;
  /** Tells whether both ends are known, for an edge that is left out. */
  check(head: string, tail: string): Added;
  /** A node that the user's filter leaves out: its edges are no error. */
  skip(id: string): void;
  /** The chunks that are not full, then nothing more may be added. */
  rest(): ReadyChunk[];
  manifest(id: string, name: string): GraphManifest;
}

export function graphBuilder(rows: { nodeRows: number; edgeRows: number } = defaultRows): GraphBuilder {
  const nodes = new Map<string, OpenNodes>();
  const edges = new Map<string, OpenEdges>();
  const place = new Map<string, { type: string; ordinal: number } | "skipped">();
  const provenances = provenanceTable();

  const open = <V>(map: Map<string, V>, key: string, make: () => V, noun: string): V => {
    let value = map.get(key);
    if (value === undefined) {
      value = make();
      map.set(key, value);
      if (map.size > maxColumns) throw tooMany(noun);
    }
    return value;
  };

  const link = ({ type, ordinal }: { type: string; ordinal: number }) => {
    const { links } = nodes.get(type) as OpenNodes;
    links[ordinal] = (links[ordinal] as number) + 1;
  };

  return {
    node({ id, type, name, source, licence, synonyms = [] }) {
      if (place.has(id)) return { ok: false, why: "repeated-id" };
      const column = open(nodes, type, emptyNodes, "node types");
      place.set(id, { type, ordinal: column.count++ });
      pushNode(column, { id, name, synonyms, provenance: provenances.add(source, licence) });
      return column.ids.length < rows.nodeRows ? { ok: true } : { ok: true, ready: closeNodes(type, column, rows.nodeRows) };
    },

    check: (head, tail) => {
      if (!place.has(head)) return { ok: false, why: "unknown-head" };
      return place.has(tail) ? { ok: true } : { ok: false, why: "unknown-tail" };
    },

    edge({ head, relation, tail, source, licence }) {
      const from = place.get(head);
      if (!from) return { ok: false, why: "unknown-head" };
      const to = place.get(tail);
      if (!to) return { ok: false, why: "unknown-tail" };
      if (from === "skipped" || to === "skipped") return { ok: true, passedOver: true };
      const key = edgeKey({ relation, head: from.type, tail: to.type });
      const empty = () => ({ relation, head: from.type, tail: to.type, heads: [], tails: [], provenance: [], count: 0 });
      const column = open(edges, key, empty, "relations");
      column.count++;
      if (from.type !== to.type) for (const end of [from, to]) link(end);
      column.heads.push(from.ordinal);
      column.tails.push(to.ordinal);
      column.provenance.push(provenances.add(source, licence));
      return column.heads.length < rows.edgeRows ? { ok: true } : { ok: true, ready: closeEdges(key, column, rows.edgeRows) };
    },

    skip(id) {
      if (!place.has(id)) place.set(id, "skipped");
    },

    rest: () => [
      ...[...nodes].filter(([, c]) => c.ids.length > 0).map(([type, c]) => closeNodes(type, c, rows.nodeRows)),
      ...[...nodes].flatMap(([type, { links }]) => linkChunks(type, links, rows.nodeRows)),
      ...[...edges].filter(([, c]) => c.heads.length > 0).map(([key, c]) => closeEdges(key, c, rows.edgeRows)),
    ],

    manifest: (id, name) => ({
      version: graphVersion,
      id,
      name,
      nodes: [...nodes].map(([type, { count }]) => ({ type, count })),
      edges: [...edges.values()].map(({ relation, head, tail, count }) => ({ relation, head, tail, count })),
      provenances: provenances.all(),
      ...rows,
    }),
  };
}

const emptyNodes = (): OpenNodes => ({ ids: [], names: [], synonyms: [], provenance: [], count: 0, links: [] });

function pushNode(column: OpenNodes, node: { id: string; name: string; synonyms: readonly string[]; provenance: number }): void {
  column.links.push(0);
  column.ids.push(node.id);
  column.names.push(node.name);
  column.synonyms.push(node.synonyms.join("\n"));
  column.provenance.push(node.provenance);
}

/** Sources and licences with their rows; an index into them fits a Uint16Array. */
function provenanceTable() {
  const known = new Map<string, { source: string; licence: string; index: number; rows: number }>();
  return {
    add(source: string, licence: string): number {
      const key = `${source}\t${licence}`;
      const found = known.get(key) ?? { source, licence, index: known.size, rows: 0 };
      known.set(key, found);
      if (known.size > maxColumns) throw tooMany("sources");
      found.rows++;
      return found.index;
    },
    all: () => [...known.values()].map(({ source, licence, rows }) => ({ source, licence, rows })),
  };
}

function tooMany(noun: string): ClinfuseError {
  const what = `more than ${maxColumns} ${noun}: are the columns in the right order?`;
  return new ClinfuseError("file-malformed", what, { what });
}

function closeNodes(type: string, column: OpenNodes, nodeRows: number): ReadyChunk {
  const data: NodeChunk = {
    ids: pack(column.ids),
    names: pack(column.names),
    ...(column.synonyms.some((of) => of !== "") ? { synonyms: pack(column.synonyms) } : {}),
    provenance: Uint16Array.from(column.provenance),
  };
  column.ids = [];
  column.names = [];
  column.synonyms = [];
  column.provenance = [];
  return { column: nodeKey(type), chunk: Math.ceil(column.count / nodeRows) - 1, data };
}

function linkChunks(type: string, links: readonly number[], nodeRows: number): ReadyChunk[] {
  const ready: ReadyChunk[] = [];
  for (let from = 0; from < links.length; from += nodeRows) {
    const data = { links: Uint32Array.from(links.slice(from, from + nodeRows)) };
    ready.push({ column: linkKey(type), chunk: from / nodeRows, data });
  }
  return ready;
}

function closeEdges(key: string, column: OpenEdges, edgeRows: number): ReadyChunk {
  const data = {
    heads: Uint32Array.from(column.heads),
    tails: Uint32Array.from(column.tails),
    provenance: Uint16Array.from(column.provenance),
  };
  column.heads = [];
  column.tails = [];
  column.provenance = [];
  return { column: key, chunk: Math.ceil(column.count / edgeRows) - 1, data };
}

export function pack(strings: readonly string[]): StringTable {
  const ends = new Uint32Array(strings.length);
  let end = 0;
  strings.forEach((s, i) => {
    end += s.length;
    ends[i] = end;
  });
  return { text: strings.join(""), ends };
}

/** String i of a table; throws beyond its rows. */
export function stringAt(table: StringTable, i: number): string {
  const end = table.ends[i];
  if (end === undefined) throw new Error(`stringAt: got row ${i}, the table has ${table.ends.length}`);
  return table.text.slice(i === 0 ? 0 : table.ends[i - 1], end);
}
