// The port of a file format of graphs: which files it reads, and in which steps. Knows no format and no store.

import type { LeftOutReason } from "../graph-files.ts";
import type { GraphEdge, GraphNode } from "../knowledge-graph.ts";
import type { EdgeProvenance } from "../topic.ts";
import type { TextFile } from "./text-pieces.ts";

/** The place of a row. */
export interface At {
  readonly file: string;
  readonly line: number;
}

/** Takes what a source reads, row by row. Every method may throw what ends the import. */
export interface GraphSink {
  /** A node of this key was given, whether it is kept or not. */
  has(key: string): boolean;
  node(node: GraphNode, at: At): void;
  edge(edge: GraphEdge, at: At): void;
  /** A row that is fine and not for the graph. */
  leave(reason: LeftOutReason): void;
  /** A node of which nothing is kept, nor of its edges; its rows were left one by one. */
  skip(key: string): void;
  /** A node that is fine and not for the graph: its edges are not, either. */
  leaveNode(key: string, reason: LeftOutReason): void;
  /** A row that cannot be read: what is wrong, in words that follow file and line. */
  broken(what: string, at: At, more?: { readonly got?: string | number; readonly expected?: string | number }): void;
}

/** A file and the text that it begins with. */
export interface FileHead {
  readonly file: TextFile;
  /** Up to some ten thousand characters. */
  readonly text: string;
}

export interface Step {
  /** Files of this role are read, one after another. */
  readonly role: string;
  /** Yields the bytes of the file that are read. */
  read(file: TextFile, sink: GraphSink): AsyncGenerator<number, void>;
}

export interface GraphSource {
  /** As people call it: "PrimeKG". */
  readonly name: string;
  /** The first row that does not fit ends the import. The files of others have such rows: there they are counted. */
  readonly strict: boolean;
  /** The part that a file plays; undefined for one of another format. */
  role(head: FileHead): string | undefined;
  /** Files to read of those that have a role; all when absent. */
  choose?(files: ReadonlyMap<string, readonly FileHead[]>): ReadonlyMap<string, readonly FileHead[]>;
  /** A file that must be there and is not, in words that follow "there is". */
  missing(roles: ReadonlySet<string>): string | undefined;
  /** Steps of one import. Rows that name no source and no licence have this one. */
  steps(provenance: EdgeProvenance): readonly Step[];
}
