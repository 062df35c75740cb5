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
  /** Ids of each row in other vocabularies, one a line. Absent where no row of the chunk has any, and before version 3. */
  readonly xrefs?: StringTable;
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

/** Version of the columns that a graph is stored with. 2: synonyms of nodes, counts of what was left out. 3: ids elsewhere, format, bytes. */
export const graphVersion = 3;

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
  /** Files that it came from, by their format; absent before version 3. */
  readonly format?: string;
  /** Bytes of its columns; absent before version 3. */
  readonly bytes?: number;
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
  readonly place: number; // of its type
  ids: string[];
  names: string[];
  synonyms: string[];
  xrefs: string[];
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
  /** A node of this key was added or skipped. */
  has(key: string): boolean;
  /** An edge one of whose ends was named to `skip` is passed over. */
  edge(edge: GraphEdge): Added;
  /** Tells whether both ends are known, and none passed over. */
  check(head: string, tail: string): Added;
  /** A node that the user's filter leaves out: its edges are no error. */
  skip(key: string): void;
  /** The chunks that are not full, then nothing more may be added. */
  rest(): ReadyChunk[];
  manifest(id: string, name: string): GraphManifest;
}

export function graphBuilder(rows: { nodeRows: number; edgeRows: number } = defaultRows): GraphBuilder {
  const nodes = new Map<string, OpenNodes>();
  const edges = new Map<string, OpenEdges>();
  const [types, place] = [[] as string[], new Map<string, number>()]; // of a key: type * typeStep + ordinal, or `skipped`
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

  const typeAt = (at: number): string => types[Math.floor(at / typeStep)] as string;
  const link = (at: number) => {
    const { links } = nodes.get(typeAt(at)) as OpenNodes;
    links[at % typeStep] = (links[at % typeStep] as number) + 1;
  };

  return {
    has: (key) => place.has(key),

    node({ id, key = id, type, name, source, licence, synonyms = [], xrefs = [] }) {
      if (place.has(key)) return { ok: false, why: "repeated-id" };
      const column = open(nodes, type, () => emptyNodes(types.push(type) - 1), "node types");
      place.set(key, column.place * typeStep + column.count++);
      pushNode(column, { id, name, synonyms, xrefs, provenance: provenances.add(source, licence) });
      return column.ids.length < rows.nodeRows ? { ok: true } : { ok: true, ready: closeNodes(type, column, rows.nodeRows) };
    },

    check: (head, tail) => {
      if (!place.has(head)) return { ok: false, why: "unknown-head" };
      if (!place.has(tail)) return { ok: false, why: "unknown-tail" };
      return place.get(head) === skipped || place.get(tail) === skipped ? { ok: true, passedOver: true } : { ok: true };
    },

    edge({ head, relation, tail, source, licence }) {
      const from = place.get(head);
      if (from === undefined) return { ok: false, why: "unknown-head" };
      const to = place.get(tail);
      if (to === undefined) return { ok: false, why: "unknown-tail" };
      if (from === skipped || to === skipped) return { ok: true, passedOver: true };
      const ends = { head: typeAt(from), tail: typeAt(to) };
      const key = edgeKey({ relation, ...ends });
      const empty = () => ({ relation, ...ends, heads: [], tails: [], provenance: [], count: 0 });
      const column = open(edges, key, empty, "relations");
      column.count++;
      if (ends.head !== ends.tail) {
        link(from);
        link(to);
      }
      column.heads.push(from % typeStep);
      column.tails.push(to % typeStep);
      column.provenance.push(provenances.add(source, licence));
      return column.heads.length < rows.edgeRows ? { ok: true } : { ok: true, ready: closeEdges(key, column, rows.edgeRows) };
    },

    skip(key) {
      if (!place.has(key)) place.set(key, skipped);
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

/** Place of a node as one number: millions of objects would not fit beside their ids. */
const typeStep = 2 ** 40;
const skipped = -1;

const emptyNodes = (place: number): OpenNodes => ({
  place,
  ids: [],
  names: [],
  synonyms: [],
  xrefs: [],
  provenance: [],
  count: 0,
  links: [],
});

interface PushedNode extends Pick<GraphNode, "id" | "name"> {
  readonly synonyms: readonly string[];
  readonly xrefs: readonly string[];
  readonly provenance: number;
}

function pushNode(column: OpenNodes, node: PushedNode): void {
  column.links.push(0);
  column.ids.push(node.id);
  column.names.push(node.name);
  column.synonyms.push(node.synonyms.join("\n"));
  column.xrefs.push(node.xrefs.join("\n"));
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
    ...(column.xrefs.some((of) => of !== "") ? { xrefs: pack(column.xrefs) } : {}),
    provenance: Uint16Array.from(column.provenance),
  };
  column.ids = [];
  column.names = [];
  column.synonyms = [];
  column.xrefs = [];
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

/** Bytes that a chunk takes where it is kept: V8 writes a string of Latin-1 letters by the byte. */
export function chunkBytes(chunk: Chunk): number {
  return Object.values(chunk).reduce((sum, part: StringTable | Uint16Array | Uint32Array) => sum + partBytes(part), 0);
}

function partBytes(part: StringTable | Uint16Array | Uint32Array): number {
  if (!("text" in part)) return part.byteLength;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: Latin-1 begins with them
  return part.ends.byteLength + part.text.length * (/[^\u0000-\u00ff]/.test(part.text) ? 2 : 1);
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
