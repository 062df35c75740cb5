// A query for topics as the page's few choices, and back. Knows no graph.

import type { GraphQuery, TopicQuery } from "../../tasks/topic-query.ts";

export interface GraphChoice {
  /** Node types whose names are topics. */
  readonly types: readonly string[];
  readonly head: string;
  readonly tail: string;
  /** Empty: pairs without an edge. */
  readonly relation: string;
}

const none: GraphChoice = { types: [], head: "", tail: "", relation: "" };

/** The choices that stand nearest to a query: a query of several shows its first. */
export function choiceOf(query: TopicQuery): GraphChoice {
  switch (query.kind) {
    case "nodes":
      return { ...none, types: query.types };
    case "edges":
      return { ...none, head: query.head, tail: query.tail, relation: query.relation };
    case "pairs":
      return { ...none, head: query.head, tail: query.tail };
    case "any":
    case "first":
      return query.of[0] ? choiceOf(query.of[0]) : none;
    default:
      return query satisfies never;
  }
}

export function queryFor({ types, head, tail, relation }: GraphChoice, pairs: boolean): GraphQuery {
  if (!pairs) return { kind: "nodes", types };
  return relation === "" ? { kind: "pairs", head, tail, without: [] } : { kind: "edges", relation, head, tail };
}
