// Rows on their way into a graph: filtered, counted, refused where they do not fit. Knows no format and no store.

import { ClinfuseError } from "../../base/errors.ts";
import { type GraphBuilder, places } from "../graph-builder.ts";
import { chunkBytes, type ReadyChunk } from "../graph-columns.ts";
import { type LeftOutReason, licenceKey, notStated } from "../graph-files.ts";
import type { GraphEdge, GraphNode } from "../knowledge-graph.ts";
import { isNoName } from "../name-words.ts";
import type { At, GraphSink } from "./graph-source.ts";

/** Part of the files that becomes the graph; all where nothing is named. */
export interface GraphFilter {
  /** Only these node types, with the edges between them. */
  readonly types?: readonly string[];
  readonly relations?: readonly string[];
  /** Only rows of these licences. A node that states none stays: an edge tells under what terms it may be used. */
  readonly licences?: readonly string[];
  /** Only edges of this score and more, where an edge has one. */
  readonly score?: number;
  /** At most so many edges at each node, the first of the files. */
  readonly degree?: number;
  /** At most so many nodes, drawn at random. */
  readonly random?: { readonly count: number; readonly seed: string };
}

export interface FilteringSink extends GraphSink {
  readonly leftOut: Readonly<Partial<Record<LeftOutReason, number>>>;
  readonly bytes: number;
  /** Types, relations and licences that were met, kept or not. */
  readonly met: Readonly<Record<"types" | "relations" | "licences", ReadonlySet<string>>>;
  /** Chunks that were filled since the last time. */
  take(): ReadyChunk[];
  /** The chunks that are not full. Throws the first fault where no row could be read, or no edge has its ends. */
  finish(): ReadyChunk[];
}

/** Broken rows after which a file is refused when they are more than the sound ones: it is something else. */
const mostBroken = 1000;

/** `drawn` tells of a node's key whether chance keeps it. */
export function graphSink(
  builder: GraphBuilder,
  filter: GraphFilter,
  strict: boolean,
  drawn: (key: string) => boolean = () => true,
): FilteringSink {
  const ledger = rowLedger(strict);
  const { leave, unfit } = ledger;
  const met = { types: new Set<string>(), relations: new Set<string>(), licences: new Set<string>() };
  const refused = licenceTest(filter.licences && new Set(filter.licences.map(licenceKey)));
  const degrees = new Map<number, number>();
  let [lastRelation, lastLicence] = ["", ""];
  const meet = ({ relation, licence }: GraphEdge) => {
    if (relation !== lastRelation) met.relations.add(relation);
    if (licence !== lastLicence) met.licences.add(licence);
    lastRelation = relation;
    lastLicence = licence;
  };
  const ready: ReadyChunk[] = [];
  let bytes = 0;
  const keep = (chunk: ReadyChunk) => {
    bytes += chunkBytes(chunk.data);
    return chunk;
  };
  const leaveNode = (key: string, reason: LeftOutReason) => {
    ledger.row();
    builder.skip(key);
    leave(reason);
  };

  return {
    leftOut: ledger.leftOut,
    met,
    get bytes() {
      return bytes;
    },
    has: (key) => builder.has(key),
    skip: (key) => builder.skip(key),
    leave,
    leaveNode,
    node(node, at) {
      met.types.add(node.type);
      met.licences.add(node.licence);
      const key = node.key ?? node.id;
      const reason = nodeReason(node, filter, refused) ?? (drawn(key) ? undefined : "not-drawn");
      if (reason) return leaveNode(key, reason);
      ledger.row();
      const added = builder.node(node);
      if (added === false) return unfit("repeated-id", () => repeated(node, at));
      if (added !== true) ready.push(keep(added));
    },
    edge(edge, at) {
      ledger.row("edge");
      meet(edge);
      const reason = edgeReason(edge, filter, refused);
      // The ends of an edge that is left out are checked all the same: a file either fits together or it does not.
      const from = builder.find(edge.head);
      const to = builder.find(edge.tail);
      if (from === places.unknown) return unfit("unknown-end", () => dangling(edge.head, at));
      if (to === places.unknown) return unfit("unknown-end", () => dangling(edge.tail, at));
      if (reason) return leave(reason);
      if (from === places.skipped || to === places.skipped) return leave("end-left-out");
      if (filter.degree !== undefined && !takesDegree(degrees, from, to, filter.degree)) return leave("degree-reached");
      const full = builder.edge(edge, from, to);
      if (full) ready.push(keep(full));
    },
    broken(what, { file, line }, more = {}) {
      ledger.row();
      const message = `${file}, line ${line}: ${what}`;
      unfit("broken-row", () => new ClinfuseError("file-malformed", message, { file, line, what, ...more }));
    },
    take: () => ready.splice(0),
    finish() {
      ledger.check();
      return builder.rest().map(keep);
    },
  };
}

/** Counts of rows, and of those that are left out. */
function rowLedger(strict: boolean) {
  const leftOut: Partial<Record<LeftOutReason, number>> = {};
  const first: { broken?: ClinfuseError; dangling?: ClinfuseError } = {};
  let [rows, edges] = [0, 0];
  const leave = (reason: LeftOutReason) => {
    leftOut[reason] = (leftOut[reason] ?? 0) + 1;
  };
  return {
    leftOut,
    leave,
    row(kind?: "edge") {
      rows++;
      if (kind === "edge") edges++;
    },
    /** A row that does not fit: refused by a strict source, else counted while most rows do. */
    unfit(reason: "broken-row" | "repeated-id" | "unknown-end", fault: () => ClinfuseError) {
      if (strict) throw fault();
      leave(reason);
      first[reason === "unknown-end" ? "dangling" : "broken"] ??= fault();
      const broken = brokenRows(leftOut);
      if (broken >= mostBroken && broken > rows - broken) throw first.broken;
    },
    /** Throws the first fault where no row could be read, or no edge has its ends. */
    check() {
      if (first.broken && brokenRows(leftOut) === rows) throw first.broken;
      if (first.dangling && leftOut["unknown-end"] === edges) throw first.dangling;
    },
  };
}

const brokenRows = (leftOut: Partial<Record<LeftOutReason, number>>): number =>
  (leftOut["broken-row"] ?? 0) + (leftOut["repeated-id"] ?? 0);

/** Tells whether a licence was not chosen. Each is looked at once: a graph has few. */
function licenceTest(licences: ReadonlySet<string> | undefined): (licence: string) => boolean {
  const known = new Map<string, boolean>();
  return (licence) => {
    if (!licences) return false;
    const found = known.get(licence) ?? !licences.has(licenceKey(licence));
    known.set(licence, found);
    return found;
  };
}

function nodeReason(
  { type, name, licence }: GraphNode,
  { types }: GraphFilter,
  refused: (licence: string) => boolean,
): LeftOutReason | undefined {
  if (types && !types.includes(type)) return "type-not-chosen";
  if (isNoName(name)) return "no-name";
  return licence !== notStated && refused(licence) ? "licence-not-chosen" : undefined;
}

function edgeReason(edge: GraphEdge, filter: GraphFilter, refused: (licence: string) => boolean): LeftOutReason | undefined {
  if (filter.relations && !filter.relations.includes(edge.relation)) return "relation-not-chosen";
  if (refused(edge.licence)) return "licence-not-chosen";
  return filter.score !== undefined && edge.score !== undefined && edge.score < filter.score ? "score-too-low" : undefined;
}

function takesDegree(degrees: Map<number, number>, head: number, tail: number, most: number): boolean {
  const [from, to] = [degrees.get(head) ?? 0, degrees.get(tail) ?? 0];
  if (from >= most || to >= most) return false;
  degrees.set(head, from + 1);
  degrees.set(tail, (degrees.get(tail) ?? 0) + 1);
  return true;
}

function repeated({ id }: GraphNode, { file, line }: At): ClinfuseError {
  const what = `the node ${id} was there before`;
  return new ClinfuseError("file-malformed", `${file}, line ${line}: ${what}`, { file, line, what, got: id });
}

function dangling(key: string, { file, line }: At): ClinfuseError {
  const end = key.slice(key.lastIndexOf("\t") + 1); // some sources know a node by its type too
  return new ClinfuseError("dangling-edge", `${file}, line ${line}: the edge's end "${end}" is no node of the graph`, {
    file,
    line,
    what: end,
  });
}
