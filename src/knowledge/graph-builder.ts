// Puts the rows of a graph into columns, one by one, and hands out the chunks that are full. Knows no file format and no store.

import { ClinfuseError } from "../base/errors.ts";
import {
  defaultRows,
  edgeKey,
  type GraphManifest,
  graphVersion,
  linkKey,
  type NodeChunk,
  nodeKey,
  pack,
  type ReadyChunk,
} from "./graph-columns.ts";
import type { GraphEdge, GraphNode } from "./knowledge-graph.ts";

/** A file whose columns are swapped shows as a type for each row: refuse it before it fills the memory. */
const maxColumns = 2000;

interface OpenNodes {
  readonly type: string;
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
  readonly key: string;
  readonly relation: string;
  readonly head: OpenNodes;
  readonly tail: OpenNodes;
  heads: Uint32Array;
  tails: Uint32Array;
  provenance: Uint16Array;
  /** Rows of the open chunk. */
  open: number;
  count: number;
}

/** Answer of `find` for a key that no node has, and for a node that was skipped. */
export const places = { unknown: -2, skipped: -1 } as const;

/** Takes rows one by one, all nodes before the edges, and hands out the chunks that are full. */
export interface GraphBuilder {
  /** False for a key that is there. */
  node(node: GraphNode): ReadyChunk | boolean;
  /** A node of this key was added or skipped. */
  has(key: string): boolean;
  /** Number of the node of this key, or one of `places`. */
  find(key: string): number;
  /** An edge between two nodes that were found. */
  edge(edge: GraphEdge, from: number, to: number): ReadyChunk | undefined;
  /** A node that the user's filter leaves out: its edges are no error. */
  skip(key: string): void;
  /** The chunks that are not full, then nothing more may be added. */
  rest(): ReadyChunk[];
  manifest(id: string, name: string): GraphManifest;
}

export function graphBuilder(rows: { nodeRows: number; edgeRows: number } = defaultRows): GraphBuilder {
  const nodes = new Map<string, OpenNodes>();
  const [numbers, columnOf, ordinalOf] = [new Map<string, number>(), [] as OpenNodes[], [] as number[]];
  const provenances = provenanceTable();
  const edges = edgeColumns();
  return {
    has: (key) => numbers.has(key),
    find: (key) => numbers.get(key) ?? places.unknown,

    node({ id, key = id, type, name, source, licence, synonyms = [], xrefs = [] }) {
      if (numbers.has(key)) return false;
      let column = nodes.get(type);
      if (column === undefined) {
        column = emptyNodes(type);
        nodes.set(type, column);
        if (nodes.size > maxColumns) throw tooMany("node types");
      }
      numbers.set(key, columnOf.length);
      columnOf.push(column);
      ordinalOf.push(column.count++);
      pushNode(column, { id, name, synonyms, xrefs, provenance: provenances.add(source, licence) });
      return column.ids.length < rows.nodeRows ? true : closeNodes(column, rows.nodeRows);
    },

    edge({ relation, source, licence }, from, to) {
      const [head, tail] = [columnOf[from] as OpenNodes, columnOf[to] as OpenNodes];
      const [headRow, tailRow] = [ordinalOf[from] as number, ordinalOf[to] as number];
      if (head !== tail) {
        head.links[headRow] = (head.links[headRow] as number) + 1;
        tail.links[tailRow] = (tail.links[tailRow] as number) + 1;
      }
      const column = edges.of(relation, head, tail);
      pushEdge(column, headRow, tailRow, provenances.add(source, licence));
      return column.open < rows.edgeRows ? undefined : closeEdges(column, rows.edgeRows);
    },

    skip(key) {
      if (!numbers.has(key)) numbers.set(key, places.skipped);
    },

    rest: () => [
      ...[...nodes.values()].filter((of) => of.ids.length > 0).map((of) => closeNodes(of, rows.nodeRows)),
      ...[...nodes.values()].flatMap((of) => linkChunks(of, rows.nodeRows)),
      ...edges
        .all()
        .filter((of) => of.open > 0)
        .map((of) => closeEdges(of, rows.edgeRows)),
    ],

    manifest: (id, name) => ({
      version: graphVersion,
      id,
      name,
      nodes: [...nodes.values()].map(({ type, count }) => ({ type, count })),
      edges: edges.all().map(({ relation, head, tail, count }) => ({ relation, head: head.type, tail: tail.type, count })),
      provenances: provenances.all(),
      ...rows,
    }),
  };
}

const emptyNodes = (type: string): OpenNodes => ({
  type,
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

/** Columns of edges by relation and types. Few relations link more than one pair of types. */
function edgeColumns() {
  const columns = new Map<string, OpenEdges[]>();
  let count = 0;
  return {
    of(relation: string, head: OpenNodes, tail: OpenNodes): OpenEdges {
      let among = columns.get(relation);
      if (among === undefined) {
        among = [];
        columns.set(relation, among);
      }
      for (const column of among) if (column.head === head && column.tail === tail) return column;
      const empty = { heads: new Uint32Array(64), tails: new Uint32Array(64), provenance: new Uint16Array(64) };
      const key = edgeKey({ relation, head: head.type, tail: tail.type });
      const column = { key, relation, head, tail, ...empty, open: 0, count: 0 };
      among.push(column);
      if (++count > maxColumns) throw tooMany("relations");
      return column;
    },
    all: () => [...columns.values()].flat(),
  };
}

function pushEdge(column: OpenEdges, head: number, tail: number, provenance: number): void {
  if (column.open === column.heads.length) {
    column.heads = longer(column.heads);
    column.tails = longer(column.tails);
    column.provenance = longer(column.provenance);
  }
  column.heads[column.open] = head;
  column.tails[column.open] = tail;
  column.provenance[column.open++] = provenance;
  column.count++;
}

function longer<A extends Uint32Array | Uint16Array>(array: A): A {
  const more = new (array.constructor as new (length: number) => A)(2 * array.length);
  more.set(array);
  return more;
}

/** Sources and licences with their rows; an index into them fits a Uint16Array. */
function provenanceTable() {
  const bySource = new Map<string, Map<string, { source: string; licence: string; index: number; rows: number }>>();
  const known: { source: string; licence: string; index: number; rows: number }[] = [];
  let last: (typeof known)[number] | undefined;
  const find = (source: string, licence: string) => {
    let licences = bySource.get(source);
    if (licences === undefined) {
      licences = new Map();
      bySource.set(source, licences);
    }
    let found = licences.get(licence);
    if (found === undefined) {
      found = { source, licence, index: known.length, rows: 0 };
      licences.set(licence, found);
      known.push(found);
      if (known.length > maxColumns) throw tooMany("sources");
    }
    return found;
  };
  return {
    add(source: string, licence: string): number {
      if (last === undefined || last.source !== source || last.licence !== licence) last = find(source, licence);
      last.rows++;
      return last.index;
    },
    all: () => known.map(({ source, licence, rows }) => ({ source, licence, rows })),
  };
}

function tooMany(noun: string): ClinfuseError {
  const what = `more than ${maxColumns} ${noun}: are the columns in the right order?`;
  return new ClinfuseError("file-malformed", what, { what });
}

function closeNodes(column: OpenNodes, nodeRows: number): ReadyChunk {
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
  return { column: nodeKey(column.type), chunk: Math.ceil(column.count / nodeRows) - 1, data };
}

function linkChunks({ type, links }: OpenNodes, nodeRows: number): ReadyChunk[] {
  const ready: ReadyChunk[] = [];
  for (let from = 0; from < links.length; from += nodeRows) {
    const data = { links: Uint32Array.from(links.slice(from, from + nodeRows)) };
    ready.push({ column: linkKey(type), chunk: from / nodeRows, data });
  }
  return ready;
}

function closeEdges(column: OpenEdges, edgeRows: number): ReadyChunk {
  const rows = column.open;
  const data = {
    heads: column.heads.slice(0, rows),
    tails: column.tails.slice(0, rows),
    provenance: column.provenance.slice(0, rows),
  };
  column.open = 0;
  return { column: column.key, chunk: Math.ceil(column.count / edgeRows) - 1, data };
}
