// Finds the names of a whole graph in texts, to count entities by. Knows no task.

import type { KnowledgeGraph } from "./knowledge-graph.ts";
import { finder, lexiconOf } from "./lexicon.ts";

/** Reads every name, synonyms included, once; the function gives a text's mentions as written, the longest at each place. */
export async function graphMentions(graph: Pick<KnowledgeGraph, "names">): Promise<(text: string) => string[]> {
  const names: string[] = [];
  for await (const some of graph.names(undefined)) for (const one of some) names.push(...one);
  const places = finder([lexiconOf(names)]);
  return (text) => places(text).map(({ start, end }) => text.slice(start, end));
}
