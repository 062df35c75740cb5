// Names of the graph that word substitution puts in the place of others: of the same type, or of the same thing. Knows no edit.

import type { Rng } from "../../base/rng.ts";
import type { Example } from "../../tasks/example.ts";
import { textsOf } from "../../tasks/shapes.ts";
import { forLabel, type Label, type Task } from "../../tasks/task.ts";
import type { GraphQuery } from "../../tasks/topic-query.ts";
import { isNatural } from "../graph-topics.ts";
import type { KnowledgeGraph } from "../knowledge-graph.ts";
import { mentions } from "../lexicon.ts";
import { caseOf, isNoName, lowerCased, wordsOf } from "../name-words.ts";
import type { Substitutes } from "../topic.ts";
import { generalNames } from "./graph-lexicon.ts";

/** Names of a label that are kept: each of the few real mentions gets hundreds of others. */
const mostNames = 3000;

/** A name with such a word would deny what the text says, or stop denying it. */
const negation = /\b(no|not|non|none|never|without|absent|absence|lack|lacking|negative|free)\b/i;

/** Names that can stand in a sentence for another: of no common word, no abbreviation, no class of things, no negation. */
function isFit(name: string): boolean {
  return (
    !isNoName(name) &&
    isNatural(name) &&
    caseOf(wordsOf(name)) === "any" &&
    !generalNames.has(name.toLowerCase()) &&
    !negation.test(name)
  );
}

/** By seed. `examples` are the real rows whose mentions are looked up. Where licences are named, only of nodes under them. */
export async function graphSubstitutes(
  graph: KnowledgeGraph,
  task: Task,
  examples: readonly Example[],
  stream: Rng,
  licences?: readonly string[],
): Promise<Substitutes> {
  const names: Record<string, readonly string[]> = {};
  if (task.shape === "token") {
    for (const label of task.labels) {
      const found = await namesOfTypes(graph, nodesOf(task, label), licences);
      if (found.length > 0) names[label.id] = stream.fork("names", label.id).sample(found, mostNames).sort();
    }
    return { names, synonyms: [] };
  }
  return { names, synonyms: await synonymsIn(graph, examples.flatMap(textsOf), licences) };
}

/** Nodes whose names a label's spans are: its own types; else those of its own topics, where they are no other label's as well. */
function nodesOf(task: Task, label: Label): readonly Nodes[] {
  if (label.nodes) return [{ kind: "nodes", types: label.nodes }];
  if ("every" in task.topics && task.labels.length > 1) return [];
  const query = forLabel(task.topics, label.id);
  const parts = query.kind === "any" || query.kind === "first" ? query.of : [query];
  return parts.flatMap((part) => (part.kind === "any" ? part.of : [part])).filter((part) => part.kind === "nodes");
}

type Nodes = Extract<GraphQuery, { kind: "nodes" }>;

async function namesOfTypes(
  graph: KnowledgeGraph,
  queries: readonly Nodes[],
  licences: readonly string[] | undefined,
): Promise<readonly string[]> {
  const names = new Set<string>();
  for (const { types, endings } of queries) {
    for await (const nodes of graph.names(types, licences)) {
      for (const name of nodes.flat()) {
        const written = lowerCased(name.normalize("NFC").trim());
        if (isFit(written) && (!endings || endings.some((ending) => written.endsWith(ending)))) names.add(written);
      }
    }
  }
  return [...names].sort();
}

/** Names of one node, of which the texts mention one. A name of several nodes is none of theirs. */
async function synonymsIn(
  graph: KnowledgeGraph,
  texts: readonly string[],
  licences: readonly string[] | undefined,
): Promise<readonly (readonly string[])[]> {
  const all = texts.join("\n").toLowerCase();
  const sets: (readonly string[])[] = [];
  for await (const nodes of graph.names(undefined, licences)) {
    for (const node of nodes) {
      if (node.length < 2) continue;
      const names = [...new Set(node.map((name) => lowerCased(name.normalize("NFC").trim())))].filter(isFit);
      if (names.length < 2 || !names.some((name) => all.includes(name.toLowerCase()))) continue;
      if (names.some((name) => texts.some((text) => mentions(text, name).length > 0))) sets.push(names);
    }
  }
  const count = new Map<string, number>();
  for (const name of sets.flat()) count.set(name, (count.get(name) ?? 0) + 1);
  const own = sets.map((set) => set.filter((name) => count.get(name) === 1).sort());
  return own.filter((set) => set.length > 1).sort((a, b) => ((a[0] as string) < (b[0] as string) ? -1 : 1));
}
