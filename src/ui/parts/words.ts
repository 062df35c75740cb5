// The closed vocabularies of the rooms below in words for readers.

import { type LeftOut, type LeftOutReason, leftOutReasons } from "../../knowledge/graph-files.ts";
import type { Topic } from "../../knowledge/topic.ts";
import { count } from "./numbers.ts";

/** not_equivalent -> not equivalent */
export const labelWords = (id: string): string => id.replaceAll("_", " ");

/** Origin of a topic that names no source of its own. */
export const originWords: Readonly<Record<Topic["source"], string>> = {
  kg: "graph",
  llm: "language model",
  list: "your list",
};

export const topicWords = (topic: Topic): string =>
  topic.entities.map((e) => e.name).join(topic.relation ? ` — ${topic.relation} → ` : ", ");

/** After a number of rows: "3 nodes without a name". */
export const leftOutWords: Readonly<Record<LeftOutReason, string>> = {
  "type-not-chosen": "nodes of a type that was not chosen",
  "relation-not-chosen": "edges of a relation that was not chosen",
  "licence-not-chosen": "rows of a licence that was not chosen",
  "score-too-low": "edges of a lower score than was chosen",
  "not-drawn": "nodes beyond the number that was chosen",
  "too-far": "nodes farther from the named ones than was chosen",
  "degree-reached": "edges of nodes that have as many as was chosen",
  "no-name": "nodes without a name (NaN, NULL, N/A, unknown)",
  "end-left-out": "edges of a node that was left out",
  obsolete: "obsolete terms",
  suppressed: "rows that UMLS suppresses",
  "other-language": "names in other languages than English",
  "other-direction": "second rows of an edge that is there",
  "no-relation": "pairs of which the table names no relation",
  "edge-to-itself": "edges from a node to itself",
  "unknown-end": "edges with an end that is in no file",
  "repeated-id": "nodes whose id was there before",
  "broken-row": "rows that cannot be read",
};

export const leftOutList = (leftOut: LeftOut): string =>
  leftOutReasons.flatMap((reason) => (leftOut[reason] ? [`${count(leftOut[reason])} ${leftOutWords[reason]}`] : [])).join("; ");
