// Topics drawn from a knowledge graph (section 4.1.1): for each label, without replacement, by seed. Knows no storage and no prompt.

import { ClinfuseError } from "../base/errors.ts";
import type { Rng } from "../base/rng.ts";
import { families } from "../tasks/families.ts";
import { type ByLabel, forAnyLabel, forLabel, type Task } from "../tasks/task.ts";
import type { GraphQuery, TopicQuery } from "../tasks/topic-query.ts";
import type { KnowledgeGraph } from "./knowledge-graph.ts";
import { licenceFilter } from "./licences.ts";
import { lowerCased } from "./name-words.ts";
import type { Topic } from "./topic.ts";

export interface TopicSampling {
  /** Topics for each label; as many as there are when fewer. Paper: all of the graph's; 300 per entity type from a language model. */
  readonly count: number;
  /**
   * `any`: every name, cleaned as the released code does. `natural`: only names that a sentence can hold (`isNatural`). Nodes that the graph links to
   * other types (a symptom, a drug or an organ) come first: a small model has heard of those.
   */
  readonly names: "natural" | "any";
  /** Only topics whose rows are under these licences; absent, under any. */
  readonly licences?: readonly string[];
}

/** Longest topic in characters (released code). */
export function longestTopic(task: Task): number {
  return families[task.family].longestTopic;
}

/**
 * The name in lower case, stripped. Abbreviations that would be another word then keep theirs ("ALL"). Undefined where the released code drops it:
 * nothing left, or more than `longest` characters.
 */
export function cleanName(name: string, longest: number): string | undefined {
  const clean = lowerCased(name.trim());
  return clean === "" || clean.length > longest ? undefined : clean;
}

/** A gene's symbol, or a marker's: "TP53", "CA-125". */
const symbol = /^\p{Lu}[\p{Lu}-]{0,6}\d[\p{L}\d-]{0,4}$/u;

/**
 * Tells whether a name can stand in a sentence as it is: one to four words of letters, hyphens and apostrophes, or a symbol. Ontologies also hold inverted
 * names ("anemia, aplastic"), numbered ones ("deafness 79", "type II") and classes ("disease of mental health").
 */
export function isNatural(name: string): boolean {
  if (symbol.test(name)) return true;
  if (!/^\p{L}[\p{L}\p{M}'’-]*( [\p{L}\p{M}'’-]+){0,3}$/u.test(name)) return false;
  if (/ ([IVX]{2,}[a-z]?|[IVX][a-z]|[A-Z])$/.test(name)) return false; // "glycogen storage disease IXb", "hepatitis E"
  return !classWords.test(name);
}

const classWords =
  /\b(obsolete|type|(disease|disorder|neoplasm) (of|by)|benign neoplasm|infectious disease|(organ|system|tract) (disease|cancer|neoplasm)|disorders|manifestations)\b/i;

/**
 * Topics of each label. No two of one label have the same name. Labels may share a topic of nodes, since each draws with its own
 * stream. Several node types take turns, so that none is drowned by a bigger one. Throws `no-topics`.
 */
export async function sampleTopics(
  graph: KnowledgeGraph,
  task: Task,
  sampling: TopicSampling,
  stream: Rng,
): Promise<Record<string, Topic[]>> {
  const topics: Record<string, Topic[]> = {};
  const bare = new Map<string, readonly GraphQuery[]>();
  for (const { id: label } of task.labels) {
    const queries = await turns(graph, forLabel(task.topics, label));
    const draws = await Promise.all(
      queries.map(async (query) => drawTopics(graph, query, task, sampling, stream.fork(label, canonicalName(query)))),
    );
    topics[label] = await takeTurns(draws, sampling.count);
    if (topics[label].length === 0) bare.set(label, queries);
  }
  if (bare.size > 0) throw noTopics(graph, task, bare, sampling);
  return topics;
}

/** Names every label without a topic: that the others have some is no help. */
function noTopics(
  graph: KnowledgeGraph,
  task: Task,
  bare: ReadonlyMap<string, readonly GraphQuery[]>,
  { licences }: TopicSampling,
) {
  const asked = namesOf([...bare.values()].flat());
  const under = licences ? ` under the licences ${licences.join(", ") || "(none is chosen)"}` : "";
  const labels = [...bare.keys()].map((label) => `"${label}"`);
  const wanted = "every" in task.topics ? task.name : `${labels.join(", ")} of ${task.name}`;
  const what = `the graph "${graph.id}" holds no topic for ${wanted}${under}: it was asked for ${asked}`;
  return new ClinfuseError("no-topics", what, { what: task.name, expected: asked });
}

/** Topics that the graph holds for a task, over all its labels, at most: names are not read. */
export async function countTopics(graph: KnowledgeGraph, topics: ByLabel<TopicQuery>): Promise<number> {
  const queries = (await Promise.all(forAnyLabel(topics).map((query) => turns(graph, query)))).flat();
  const distinct = new Map(queries.map((query) => [canonicalName(query), query]));
  const counts = await Promise.all([...distinct.values()].map((query) => graph.count(query)));
  return counts.reduce((sum, n) => sum + n, 0);
}

/** Queries that take turns: one for each node type, and for each of several. */
async function turns(graph: KnowledgeGraph, query: TopicQuery): Promise<GraphQuery[]> {
  switch (query.kind) {
    case "nodes":
      return query.types.map((type) => ({ ...query, types: [type] }));
    case "edges":
    case "pairs":
      return [query];
    case "any":
      return (await Promise.all(query.of.map((one) => turns(graph, one)))).flat();
    case "first": {
      let last: GraphQuery[] = [];
      for (const one of query.of) {
        last = await turns(graph, one);
        for (const part of last) if ((await graph.count(part)) > 0) return last;
      }
      return last;
    }
    default:
      return query satisfies never;
  }
}

/** Queries that a sentence names: a relation is asked for by each of its names between each two of the types' names. */
const mostNamed = 8;

function namesOf(queries: readonly GraphQuery[]): string {
  const names = [...new Set(queries.map(canonicalName))];
  const more = names.length - mostNamed;
  return more > 0 ? `${names.slice(0, mostNamed).join(", ")} and ${more} more of the same kind` : names.join(", ");
}

function canonicalName(query: GraphQuery): string {
  switch (query.kind) {
    case "nodes":
      return query.types.join();
    case "edges":
      return `${query.head} ${query.relation} ${query.tail}`;
    case "pairs":
      return `${query.head} without ${query.without.join(" or ") || "any relation"} ${query.tail}`;
    default:
      return query satisfies never;
  }
}

/** One topic of each in turn until there are `count`, or none is left. */
async function takeTurns(draws: readonly AsyncGenerator<Topic, void>[], count: number): Promise<Topic[]> {
  const seen = new Set<string>();
  const found: Topic[] = [];
  let open = [...draws];
  while (open.length > 0 && found.length < count) {
    const left: typeof open = [];
    for (const draw of open) {
      if (found.length === count) break;
      for (let next = await draw.next(); ; next = await draw.next()) {
        if (next.done) break;
        const name = next.value.entities.map((e) => e.name).join("\t");
        if (seen.has(name)) continue; // the same name under another type, or a second edge between two nodes
        seen.add(name);
        found.push(next.value);
        left.push(draw);
        break;
      }
    }
    open = left;
  }
  return found;
}

/** All topics of a query in random order, cleaned; each batch is read when it is asked for. */
async function* drawTopics(
  graph: KnowledgeGraph,
  query: GraphQuery,
  task: Task,
  sampling: TopicSampling,
  stream: Rng,
): AsyncGenerator<Topic, void> {
  const longest = longestTopic(task);
  const isAllowed = licenceFilter(sampling.licences);
  for await (const indices of shuffledIndices(graph, query, sampling, stream)) {
    for (const topic of await graph.at(query, indices)) {
      if (!isAllowed(topic)) continue;
      const names = topic.entities.map((e) => cleanName(e.name, longest));
      const fine = topic.entities.every((e, i) => names[i] !== undefined && (sampling.names === "any" || isNatural(e.name)));
      if (fine && named(query, topic))
        yield { ...topic, entities: topic.entities.map((e, i) => ({ ...e, name: names[i] as string })) };
    }
  }
}

/** Tells whether a node's name ends as the query asks. The graph reads nodes by type alone. */
function named(query: GraphQuery, { entities }: Topic): boolean {
  if (query.kind !== "nodes" || !query.endings) return true;
  const { endings } = query;
  return entities.every((e) => endings.some((ending) => e.name.toLowerCase().endsWith(ending)));
}

/** Rows of the first reading. Each further one reads twice as many, up to the last: who went so far wants many. */
const [firstBatch, lastBatch] = [64, 2048];

/**
 * Pairs drawn at most, none twice, so that the search ends. All of them are free of edges. Only names that no sentence can hold are thrown away, and
 * a graph with fewer pairs is searched whole.
 */
const mostPairs = 100_000;

async function* shuffledIndices(
  graph: KnowledgeGraph,
  query: GraphQuery,
  { names }: TopicSampling,
  stream: Rng,
): AsyncGenerator<number[], void> {
  const count = await graph.count(query);
  if (query.kind === "pairs") {
    yield* permutation(count, stream, mostPairs);
    return;
  }
  if (query.kind !== "nodes" || names === "any") {
    yield* permutation(count, stream);
    return;
  }
  const links = await graph.links(query.types);
  const [linked, others]: [number[], number[]] = [[], []];
  links.forEach((n, i) => {
    (n > 0 ? linked : others).push(i);
  });
  for (const [name, part] of [["linked", linked] as const, ["others", others] as const]) {
    for (const places of permutation(part.length, stream.fork(name))) yield places.map((i) => part[i] as number);
  }
}

/** The first `most` of 0 to n - 1 in random order, in batches. The cost is that of the numbers taken (Fisher and Yates over a sparse array). */
function* permutation(n: number, stream: Rng, most = n): Generator<number[], void> {
  const end = Math.min(n, most);
  const moved = new Map<number, number>();
  let taken: number[] = [];
  let batch: number = firstBatch;
  for (let i = 0; i < end; i++) {
    const j = i + stream.int(n - i);
    taken.push(moved.get(j) ?? j);
    moved.set(j, moved.get(i) ?? i);
    moved.delete(i);
    if (taken.length === batch || i === end - 1) {
      yield taken;
      taken = [];
      batch = Math.min(lastBatch, 2 * batch);
    }
  }
}
