// The worker's side of kg.ts: imports, opens, draws from and searches a graph of each size, and gives the same to the rivals.

import { rng } from "../../src/base/rng.ts";
import { importTsv } from "../../src/knowledge/graph/import-tsv.ts";
import { nameSearch } from "../../src/knowledge/graph/name-search.ts";
import { openGraph } from "../../src/knowledge/graphs.ts";
import { openDb } from "../../src/store/db.ts";
import { graphStore } from "../../src/store/graph-store.ts";
import type { GraphQuery } from "../../src/tasks/topic-query.ts";
import { type MadeGraph, madeGraph, relations, typed } from "./kg-graph.ts";
import { idbRival, type Rival, sqliteRival } from "./kg-rivals.ts";

export interface Figures {
  readonly import_seconds: number;
  readonly edges_per_second: number;
  readonly bytes_per_edge: number;
  readonly open_ms: number;
  readonly first_topic_ms: number;
  readonly topics_5000_ms: number;
  readonly search_median_ms: number;
  readonly search_worst_ms: number;
  /** Seconds until the first search, and bytes of memory that it holds; rivals search without. */
  readonly search_ready_seconds?: number;
  readonly search_bytes?: number;
}

const drawn = 5000;
const signal = new AbortController().signal;

/** Bytes that this origin takes now. */
const usage = async (): Promise<number> => (await navigator.storage.estimate()).usage ?? Number.NaN;

async function timed<T>(work: () => Promise<T>): Promise<{ ms: number; value: T }> {
  const start = performance.now();
  const value = await work();
  return { ms: performance.now() - start, value };
}

async function searches(queries: readonly string[], find: (query: string) => unknown): Promise<[median: number, worst: number]> {
  const times: number[] = [];
  for (const query of queries) times.push((await timed(async () => find(query))).ms);
  times.sort((a, b) => a - b);
  return [times[times.length >> 1] as number, times.at(-1) as number];
}

/** Places in the first relation, drawn without regard to order. */
function places(graph: Pick<MadeGraph, "edges">): number[] {
  const draws = rng("bench", "topics", graph.edges);
  const count = Math.ceil(graph.edges / relations.length);
  return Array.from({ length: drawn }, () => draws.int(count));
}

const queriesFor = (graph: MadeGraph): string[] => {
  const draws = rng("bench", "search", graph.edges);
  return typed(
    Array.from({ length: 50 }, () => graph.node(draws.int(graph.nodes)).name),
    draws,
  );
};

async function bring(id: string, nodeFile: Blob, edgeFile: Blob, store: ReturnType<typeof graphStore>): Promise<void> {
  const files = { nodes: { name: "nodes.tsv", data: nodeFile }, edges: { name: "edges.tsv", data: edgeFile } };
  const options = { id, name: id, provenance: { source: "bench", licence: "CC0-1.0" } };
  for await (const _ of importTsv(files, options, store, signal));
}

export interface Given {
  readonly id: string;
  readonly nodeFile: Blob;
  readonly edgeFile: Blob;
  readonly edges: number;
  readonly queries: readonly string[];
  /** The links that topics are drawn from: the first relation of the graph when absent. */
  readonly places?: readonly number[];
}

async function own({ id, nodeFile, edgeFile, edges, queries, places: given }: Given): Promise<Figures> {
  const name = `bench-${id}`;
  const before = await usage();
  let db = await openDb(name);
  const imported = await timed(() => bring(id, nodeFile, edgeFile, graphStore(db)));
  const bytes = (await usage()) - before;
  db.close();
  const opened = await timed(async () => {
    db = await openDb(name);
    return openGraph(graphStore(db), id);
  });
  const stored = await graphStore(db).open(id);
  const [column] = stored?.manifest.edges ?? [];
  if (!stored || !column) throw new Error(`own: the graph ${id} has no links`);
  const query: GraphQuery = { kind: "edges", relation: column.relation, head: column.head, tail: column.tail };
  const first = await timed(() => opened.value.at(query, [Math.floor(column.count / 2)]));
  const draws = rng("bench", "topics", id);
  const indices = given ?? Array.from({ length: drawn }, () => draws.int(column.count));
  const topics = await timed(() => opened.value.at(query, indices));
  const search = await timed(() => nameSearch(stored, signal));
  const [median, worst] = await searches(queries, (query) => search.value.find(query, 20));
  db.close();
  indexedDB.deleteDatabase(name);
  return {
    import_seconds: imported.ms / 1000,
    edges_per_second: edges / (imported.ms / 1000),
    bytes_per_edge: bytes / edges,
    open_ms: opened.ms,
    first_topic_ms: first.ms,
    topics_5000_ms: topics.ms,
    search_median_ms: median,
    search_worst_ms: worst,
    search_ready_seconds: search.ms / 1000,
    search_bytes: search.value.bytes,
  };
}

async function measured(rival: Rival, graph: MadeGraph): Promise<Figures> {
  const before = await usage();
  const filled = await timed(() => rival.fill(graph));
  await rival.close();
  const bytes = (await usage()) - before;
  const opened = await timed(() => rival.open());
  const first = await timed(() => rival.topics(0, [Math.floor(graph.edges / relations.length / 2)]));
  const topics = await timed(() => rival.topics(0, places(graph)));
  const [median, worst] = await searches(queriesFor(graph), (query) => rival.search(query));
  await rival.close();
  await rival.remove();
  return {
    import_seconds: filled.ms / 1000,
    edges_per_second: graph.edges / (filled.ms / 1000),
    bytes_per_edge: bytes / graph.edges,
    open_ms: opened.ms,
    first_topic_ms: first.ms,
    topics_5000_ms: topics.ms,
    search_median_ms: median,
    search_worst_ms: worst,
  };
}

export type Order =
  | { readonly kind: "made"; readonly edges: number; readonly rivals: boolean; readonly sqlite?: string }
  | { readonly kind: "files"; readonly id: string; readonly nodes: string; readonly edges: string };

async function carryOut(order: Order): Promise<Record<string, Figures>> {
  if (order.kind === "files") {
    const [nodeFile, edgeFile] = await Promise.all([order.nodes, order.edges].map(async (url) => (await fetch(url)).blob()));
    if (!nodeFile || !edgeFile) throw new Error("carryOut: two files were asked for");
    const lines = (await edgeFile.text()).split("\n").length - 2;
    const names = (await nodeFile.text())
      .split("\n")
      .slice(1, 51)
      .map((line) => line.split("\t")[2] ?? "");
    const queries = typed(
      names.filter((name) => name.length > 3),
      rng("bench", "search", order.id),
    );
    return { clinfuse: await own({ id: order.id, nodeFile, edgeFile, edges: lines, queries }) };
  }
  const graph = madeGraph(order.edges, 1);
  const { nodeFile, edgeFile, edges } = graph;
  const ours = await own({ id: `made-${edges}`, nodeFile, edgeFile, edges, queries: queriesFor(graph), places: places(graph) });
  if (!order.rivals) return { clinfuse: ours };
  const rows = await measured(idbRival(`rival-${edges}`), graph);
  if (order.sqlite === undefined) return { clinfuse: ours, idb: rows };
  return { clinfuse: ours, idb: rows, sqlite: await measured(await sqliteRival(`rival-${edges}`, order.sqlite), graph) };
}

self.addEventListener("message", async ({ data }: MessageEvent<Order>) => {
  try {
    self.postMessage({ figures: await carryOut(data) });
  } catch (error) {
    self.postMessage({ failed: error instanceof Error ? `${error.message}\n${error.stack}` : String(error) });
  }
});
