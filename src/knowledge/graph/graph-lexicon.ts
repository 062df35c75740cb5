// Names of the graph for a task's entities, to mark sentences by (`marks: "graph"`). Knows no text.

import { families } from "../../tasks/families.ts";
import { forAnyLabel, type Task } from "../../tasks/task.ts";
import type { GraphQuery } from "../../tasks/topic-query.ts";
import type { KnowledgeGraph } from "../knowledge-graph.ts";
import { caseOf, isNoName, lowerCased, wordsOf } from "../name-words.ts";

/** Names after which no more are read: a lexicon lives in memory. */
const most = 200_000;

/** Words that name a class of things rather than one of them: marking each would be wrong more often than right. */
export const generalNames: ReadonlySet<string> = new Set([
  "disease",
  "syndrome",
  "disorder",
  "symptom",
  "physical disorder",
  "genetic disease",
  "illness",
]);

/** Enough long names to tell by, and how many of them are in capitals where a graph has all of its names so. */
const shouting = { length: 8, names: 5, share: 0.8 } as const;

/**
 * Names (in lower case but for abbreviations) and synonyms of the nodes that the task's topics are drawn from, their plurals and singulars; sorted. Nothing but
 * the graph enters: a list written with a corpus in view would be training data in disguise. Empty for tasks that mark nothing.
 */
export async function graphLexicon(graph: KnowledgeGraph, task: Task, licences?: readonly string[]): Promise<string[]> {
  const query = nodesMarkedBy(task);
  if (!query) return [];
  const names = new Set<string>();
  for await (const some of graph.names(query.types, licences)) {
    for (const name of some.flat()) names.add(name.normalize("NFC").trim());
    if (names.size >= most) break;
  }
  const shouted = areShouted([...names]);
  const written = [...names].map((name) => (shouted ? name.toLowerCase() : lowerCased(name)));
  const particular = written.filter((name) => !isNoName(name) && caseOf(wordsOf(name)) !== "never" && !generalNames.has(name));
  return [...new Set(particular.flatMap((name) => [name, ...inflections(name)]))].sort();
}

/** Tells whether a graph has its names in capitals, so that capitals tell no abbreviation. */
function areShouted(names: readonly string[]): boolean {
  const long = names.filter((name) => name.length >= shouting.length);
  return long.length >= shouting.names && long.filter((name) => !/\p{Ll}/u.test(name)).length >= shouting.share * long.length;
}

/** Nodes whose names a task's examples mark: those that the topics of its only label are. */
function nodesMarkedBy(task: Task): Extract<GraphQuery, { kind: "nodes" }> | undefined {
  if (!families[task.family].marks) return undefined;
  const [query, other] = forAnyLabel(task.topics);
  return query?.kind === "nodes" && other === undefined ? query : undefined;
}

/** The plural of a name, or its singular, by the rules that names of diseases follow; a form that nobody writes does no harm. */
export function inflections(name: string): string[] {
  const word = name.split(" ").at(-1) as string;
  if (!/^[a-z-]{4,}$/.test(word)) return [];
  if (word.endsWith("sis")) return [`${name.slice(0, -2)}es`];
  if (word.endsWith("itis") || word.endsWith("us") || word.endsWith("ss")) return [];
  if (word.endsWith("ies")) return [`${name.slice(0, -3)}y`];
  if (/[^aeiou]y$/.test(word)) return [`${name.slice(0, -1)}ies`];
  return word.endsWith("s") ? [name.slice(0, -1)] : [`${name}s`];
}
