// The port of a knowledge graph: a query is counted and read by index, so that sampling costs what it returns.

import type { GraphQuery } from "../tasks/topic-query.ts";
import type { Topic } from "./topic.ts";

export interface KnowledgeGraph {
  readonly id: string;
  /** Number of matches. */
  count(query: GraphQuery): Promise<number>;
  /** Topics at indices in [0, count), in the order asked. */
  at(query: GraphQuery, indices: readonly number[]): Promise<Topic[]>;
  /** Relations of each node to nodes of other types, as a count. Nodes are of these types, in the order of `at`. */
  links(types: readonly string[]): Promise<Uint32Array>;
  /**
   * The names of each node of these types, or of every type: its own, then its synonyms. Some thousand nodes at once. Where licences are
   * named, only of nodes under them.
   */
  names(types: readonly string[] | undefined, licences?: readonly string[]): AsyncGenerator<readonly (readonly string[])[], void>;
  /**
   * For each mention the names of the nodes of these types that are most like its own node, by what they are related to; at most so many.
   * Where licences are named, only nodes and edges under them are looked at.
   */
  similar(
    types: readonly string[],
    mentions: readonly string[],
    most: number,
    licences?: readonly string[],
  ): Promise<ReadonlyMap<string, readonly string[]>>;
  /** Relations between the two of each pair of names. */
  between(pairs: readonly (readonly [string, string])[]): Promise<readonly Between[]>;
}

/** Knowledge of a graph about two names. */
export interface Between {
  /** Nodes of the first name and of the second are there. */
  readonly named: readonly [boolean, boolean];
  /** Relations of edges between them, either way, each once. */
  readonly relations: readonly string[];
}

/** A graph to import: columns of nodes and of edges. Rows are read once, in order. */
export interface GraphNode {
  readonly id: string;
  /** Name by which the source's edges know it; the id when absent. */
  readonly key?: string;
  readonly type: string;
  readonly name: string;
  readonly source: string;
  readonly licence: string;
  /** Other names of the same thing. */
  readonly synonyms?: readonly string[];
  /** Ids of the same thing elsewhere. */
  readonly xrefs?: readonly string[];
}

export interface GraphEdge {
  readonly head: string; // key of a node
  readonly relation: string;
  readonly tail: string; // key of a node
  readonly source: string;
  readonly licence: string;
  /** How sure the source is, where it says so. It is filtered by and not kept. */
  readonly score?: number;
}
