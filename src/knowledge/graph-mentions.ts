// Finds the names of a whole graph in texts, to count entities by. Knows no task.

import type { KnowledgeGraph } from "./knowledge-graph.ts";
import { lexiconOf, places } from "./lexicon.ts";
import { isNoName } from "./name-words.ts";

/** Reads every name, synonyms included, once; the function gives a text's mentions as written, the longest at each place. */
export async function graphMentions(graph: Pick<KnowledgeGraph, "names">): Promise<(text: string) => string[]> {
  const names: string[] = [];
  for await (const some of graph.names(undefined)) names.push(...some.flat().filter((name) => !isNoName(name)));
  const lexicon = [lexiconOf(names)];
  return (text) => places(text, lexicon).map(({ start, end }) => text.slice(start, end));
}
