// Names that may stand in the place of an example's mentions: of nodes of the same type, like the mention's own (KGPC). Knows no source.

import type { Example } from "../tasks/example.ts";
import { spansOf } from "../tasks/shapes.ts";
import { forLabel, type Task } from "../tasks/task.ts";
import type { KnowledgeGraph } from "./knowledge-graph.ts";
import { lowerCased } from "./name-words.ts";

/** Names by label and mention, as the examples write it. */
export type Alternatives = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** Names of each mention at most. */
export const mostAlternatives = 20;

/** For the mentions of these examples. A label whose topics are no nodes of the graph has none. */
export async function graphAlternatives(
  graph: KnowledgeGraph,
  task: Task,
  examples: readonly Example[],
  licences?: readonly string[],
): Promise<Alternatives> {
  const spans = examples.flatMap((example) =>
    spansOf(example).map(({ start, end, label }) => ({
      label,
      mention: example.kind === "pair" ? "" : example.text.slice(start, end),
    })),
  );
  const found: [string, Record<string, readonly string[]>][] = [];
  for (const label of new Set(spans.map((span) => span.label))) {
    const query = forLabel(task.topics, label);
    if (query.kind !== "nodes") continue;
    const mentions = [...new Set(spans.filter((span) => span.label === label).map(({ mention }) => mention))];
    const names = await graph.similar(query.types, mentions, mostAlternatives, licences);
    found.push([label, Object.fromEntries([...names].map(([mention, others]) => [mention, others.map(lowerCased)]))]);
  }
  return Object.fromEntries(found);
}

/** Names for one mention; empty where the graph has none. */
export function alternativesOf(alternatives: Alternatives | undefined, label: string, mention: string): readonly string[] {
  const of = alternatives && Object.hasOwn(alternatives, label) ? alternatives[label] : undefined;
  return (of && Object.hasOwn(of, mention) ? of[mention] : undefined) ?? [];
}
