// A knowledge graph's files, read as the app reads them, counted and drawn from: npm run kg -- PATH ...

import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { resultOf } from "../src/base/async.ts";
import { ClinfuseError } from "../src/base/errors.ts";
import { rng } from "../src/base/rng.ts";
import { type GraphForm, graphForms, graphPieces } from "../src/knowledge/graph-export.ts";
import { licenceKey, notStated } from "../src/knowledge/graph-files.ts";
import { type GraphStore, memoryGraphStore } from "../src/knowledge/graph-store.ts";
import { sampleTopics } from "../src/knowledge/graph-topics.ts";
import { type GraphInfo, type ImportOptions, importGraph, listGraphs, openGraph, previewGraph } from "../src/knowledge/graphs.ts";
import { rowsByLicence } from "../src/knowledge/licences.ts";
import { conflictWords, type MergeConflict, type Merged, mergeGraphs } from "../src/knowledge/merge-graphs.ts";
import type { Topic } from "../src/knowledge/topic.ts";
import { graphFilesIn } from "../src/procedures/graph-archives.ts";
import type { Task } from "../src/tasks/task.ts";
import { faultOf, runAsCommand } from "./command.ts";
import { readOptions, wholeNumber } from "./options.ts";
import { requireFolder } from "./out-places.ts";
import { pickedFiles } from "./picked-files.ts";
import { taskAsked } from "./task-argument.ts";
import { type Begun, beginWhole } from "./whole-file.ts";

const usage = `npm run kg -- PATH ... [--types A,B] [--relations X,Y] [--licences CC0-1.0] [--score N] [--degree N] [--random N]
                       [--near NODE --radius N] [--query TASK:LABEL --count N] [--seed S] [--merge] [--out DIR]

PATH: files, a folder, zip archives; packed by gzip or bzip2, or not. Formats: iBKH's CSVs, PrimeKG (kg.csv, or nodes.csv and edges.csv), Hetionet
(tables or JSON), OBO and OBO Graphs (JSON), UMLS (MRCONSO, MRSTY, MRREL), tables of nodes and edges.
--types, --relations, --licences   only these; a name that holds a comma is given by itself, and an option may be given again. A node that states no
               licence stays: an edge tells under what terms it may be used
--score N      only edges of this score and more, where an edge has one
--degree N     at most so many edges at each node
--random N     at most so many nodes, drawn by --seed
--near NODE    only nodes at most --radius (1) edges from this one, by its id or name; it may be given again
--merge        each PATH is a graph of its own, and all become one: nodes of one type that share an id, here or elsewhere, are one node. What is
               chosen above is chosen of each. The line then has "merged" too: nodes joined, edges repeated, conflicts by their kind
--out DIR      writes the graph there: nodes.tsv, edges.tsv and graph.jsonld
--query        topics of the graph for this label (for all of its labels, without one), at most --count (10), drawn by --seed (1); TASK is a task of the
               paper or the file of one of your own

The last line is one JSON object: format, nodes by type, edges by relation, left_out by reason, licences (rows), bytes in the store, seconds, topics.
What is wrong with the files comes as {"error": {"code", "message", "file", "line"}}, with exit code 1.
`;

export interface KgLine {
  readonly format: string;
  readonly nodes: Readonly<Record<string, number>>;
  readonly edges: Readonly<Record<string, number>>;
  readonly left_out: Readonly<Record<string, number>>;
  readonly licences: Readonly<Record<string, number>>;
  readonly bytes: number;
  readonly seconds: number;
  readonly topics: readonly Topic[];
  /** With --merge alone. */
  readonly merged?: MergeCounts;
}

type MergeCounts = Pick<Merged, "joined" | "repeated" | "conflicts">;

interface Query {
  readonly task: Task;
  readonly labels: readonly string[];
  readonly count: number;
  readonly seed: number;
}

/** Exit code of the command. The last line that it prints is JSON, but for --help. */
export async function main(
  args: readonly string[],
  print: (line: string) => void,
  remark: (line: string) => void,
): Promise<number> {
  const text = { type: "string" } as const;
  const list = { type: "string", multiple: true } as const;
  const { values, positionals } = readOptions({
    args: [...args],
    options: {
      types: list,
      relations: list,
      licences: list,
      score: text,
      degree: text,
      random: text,
      near: list,
      radius: text,
      out: text,
      merge: { type: "boolean", default: false },
      query: text,
      count: text,
      seed: text,
      help: { type: "boolean", default: false },
    },
    allowPositionals: true,
  });
  if (values.help) {
    print(usage.trimEnd());
    return 0;
  }
  const seed = wholeNumber("seed", values.seed, 0) ?? 1;
  const degree = wholeNumber("degree", values.degree, 1);
  const random = wholeNumber("random", values.random, 1);
  const score = numberOf("score", values.score);
  const radius = wholeNumber("radius", values.radius, 0);
  if (radius !== undefined && !values.near) throw new Error("--radius takes --near: around which node?");
  const count = wholeNumber("count", values.count, 1) ?? 10;
  if (values.count !== undefined && values.query === undefined) throw new Error("--count takes --query: of which topics?");
  if (values.out !== undefined) requireFolder("out", values.out);
  if (values.merge && positionals.length < 2) throw new Error("--merge takes two paths or more, a graph each");
  try {
    const query = values.query === undefined ? undefined : queryOf(values.query, count, seed);
    if (positionals.length === 0) throw new ClinfuseError("file-missing", "no file or folder is named: npm run kg -- PATH");
    const options: ImportOptions = {
      id: "graph",
      name: "graph",
      provenance: { source: positionals.map((path) => basename(path)).join(", "), licence: notStated },
      ...listed("types", values.types),
      ...listed("relations", values.relations),
      ...listed("licences", values.licences),
      ...(score === undefined ? {} : { score }),
      ...(degree === undefined ? {} : { degree }),
      ...(values.near ? { near: { seeds: values.near, radius: radius ?? 1 } } : {}),
      ...(random === undefined ? {} : { random: { count: random, seed: String(seed) } }),
    };
    print(JSON.stringify(await read(positionals, options, { query, out: values.out, merge: values.merge }, remark)));
    return 0;
  } catch (error) {
    if (!(error instanceof ClinfuseError)) throw error;
    print(JSON.stringify({ error: faultOf(error) }));
    return 1;
  }
}

async function read(
  paths: readonly string[],
  options: ImportOptions,
  { query, out, merge }: { readonly query: Query | undefined; readonly out: string | undefined; readonly merge: boolean },
  remark: (line: string) => void,
): Promise<KgLine> {
  const start = performance.now();
  const store = memoryGraphStore();
  const isKept = query !== undefined || out !== undefined;
  const { graph, merged } = merge
    ? await readMerged(paths, options, store, remark)
    : { graph: await readOne(paths, options, store, isKept, remark), merged: undefined };
  for (const sentence of [...notThere(graph, options), ...notStatedWords(graph, options)]) remark(sentence);
  const topics = query ? await drawn(query, await openGraph(store, options.id)) : [];
  if (out !== undefined) await writeGraph(store, options.id, out);
  const seconds = Math.round(performance.now() - start) / 1000;
  return {
    format: graph.format ?? "",
    nodes: graph.nodes,
    edges: graph.edges,
    left_out: graph.leftOut ?? {},
    licences: rowsByLicence(graph.provenance),
    bytes: graph.bytes ?? 0,
    seconds,
    topics,
    ...(merged ? { merged } : {}),
  };
}

/** Reads each path as a graph, and puts the next one together with those before it. */
async function readMerged(
  paths: readonly string[],
  options: ImportOptions,
  store: GraphStore,
  remark: (line: string) => void,
): Promise<{ graph: GraphInfo; merged: MergeCounts }> {
  const { signal } = new AbortController();
  const total = { joined: 0, repeated: 0, conflicts: { "other-type": 0, several: 0, "other-name": 0 } };
  const [formats, leftOut] = [new Set<string>(), {} as Record<string, number>];
  const stored = async (id: string) => {
    const found = await store.open(id);
    if (!found) throw new Error("unreachable: the graph was imported");
    return found;
  };
  for (const [i, path] of paths.entries()) {
    const { id } = options;
    const name = basename(path);
    const own = { ...options, id: i === 0 ? id : "next", name, provenance: { ...options.provenance, source: name } };
    const read = await readOne([path], own, store, true, remark);
    if (read.format) formats.add(read.format);
    for (const [reason, n] of Object.entries(read.leftOut ?? {})) leftOut[reason] = (leftOut[reason] ?? 0) + n;
    if (i === 0) continue;
    const { joined, repeated, conflicts, shown } = await resultOf(
      mergeGraphs(await stored(id), await stored("next"), options, store, signal),
    );
    total.joined += joined;
    total.repeated += repeated;
    for (const kind of Object.keys(conflicts) as MergeConflict["kind"][]) total.conflicts[kind] += conflicts[kind];
    for (const { kind, first, second } of shown.slice(0, 20))
      remark(
        `${path}: ${second.name} (${second.type}, ${second.id}) and ${first.name} (${first.type}, ${first.id}): ${conflictWords[kind]}`,
      );
  }
  const graph = (await listGraphs(store)).find(({ id }) => id === options.id) as GraphInfo;
  return { graph: { ...graph, format: [...formats].join("+"), leftOut }, merged: total };
}

async function readOne(
  paths: readonly string[],
  options: ImportOptions,
  store: GraphStore,
  isKept: boolean,
  remark: (line: string) => void,
): Promise<GraphInfo> {
  const files = await graphFilesIn(pickedFiles(paths));
  const { signal } = new AbortController();
  let graph: GraphInfo | undefined;
  let told = performance.now();
  for await (const event of isKept ? importGraph(files, options, store, signal) : previewGraph(files, options, signal)) {
    if (event.type === "imported") {
      graph = event.graph;
      if (event.passedOver) remark(`Not read: ${event.passedOver.slice(0, 20).join(", ")}`);
    } else if (event.type === "progress" && performance.now() - told > 5000) {
      told = performance.now();
      remark(`${Math.floor((100 * event.done) / Math.max(1, event.total))} % of ${event.total} bytes`);
    }
  }
  if (!graph) throw new Error("unreachable: an import ends with its graph");
  return graph;
}

/** Writes every form of a graph into a folder, which is made where it is not there. */
async function writeGraph(store: GraphStore, id: string, folder: string): Promise<void> {
  const stored = await store.open(id);
  if (!stored) throw new Error("unreachable: the graph was imported");
  for (const form of Object.keys(graphForms) as GraphForm[]) {
    const files = new Map(graphForms[form].map((file): [string, Begun] => [file, beginWhole(join(folder, file))]));
    for await (const { file, text } of graphPieces[form](stored)) files.get(file)?.append(text);
    for (const file of files.values()) file.end();
  }
}

/** A sentence on the nodes that stay under licences that were chosen, for they state none. Edges of no licence are left out. */
function notStatedWords({ provenance }: GraphInfo, { licences }: ImportOptions): string[] {
  const kept = rowsByLicence(provenance)[notStated] ?? 0;
  if (!licences || licences.some((licence) => licenceKey(licence) === notStatedKey) || kept === 0) return [];
  const [nodes, state] = kept === 1 ? ["node", "states"] : ["nodes", "state"];
  return [`${kept} ${nodes} that ${state} no licence stayed: an edge tells under what terms a node may be used.`];
}

const notStatedKey = licenceKey(notStated);

/** Choices of which the graph has nothing, a sentence each. */
function notThere(graph: GraphInfo, { types, relations }: ImportOptions): string[] {
  const lacks = (what: string, asked: readonly string[] = [], there: Readonly<Record<string, number>>) =>
    asked
      .filter((name) => !Object.hasOwn(there, name) && !asked.some((whole) => whole.includes(",") && Object.hasOwn(there, whole)))
      .filter((name) => !name.includes(","))
      .map((name) => `The graph has no ${what} ${JSON.stringify(name)}.`);
  return [...lacks("node of the type", types, graph.nodes), ...lacks("edge of the relation", relations, graph.edges)];
}

/** Topics by the task's own queries, whatever their names. */
async function drawn(
  { task, labels, count, seed }: Query,
  graph: Awaited<ReturnType<typeof openGraph>>,
): Promise<readonly Topic[]> {
  const asked = { ...task, labels: task.labels.filter(({ id }) => labels.includes(id)) } as Task;
  const topics = await sampleTopics(graph, asked, { count, names: "any" }, rng("knowledge", seed));
  return labels.flatMap((label) => topics[label] ?? []);
}

/** `text` is TASK or TASK:LABEL. A label may hold colons, and so may the path of a file: the shortest path that is there is the task. */
function queryOf(text: string, count: number, seed: number): Query {
  const colons = [...text.matchAll(/:/g)].map(({ index }) => index);
  const colon = existsSync(text) ? undefined : (colons.find((at) => existsSync(text.slice(0, at))) ?? colons[0]);
  const [name, label] = colon === undefined ? [text, undefined] : [text.slice(0, colon), text.slice(colon + 1)];
  const task = taskAsked(name);
  const labels = task.labels.map((of) => of.id);
  if (label !== undefined && !labels.includes(label)) {
    const message = `${task.name} has no label ${JSON.stringify(label)}; it has ${labels.join(", ")}`;
    throw new ClinfuseError("unknown-label", message, { what: label, expected: labels.join(", ") });
  }
  return { task, labels: label === undefined ? labels : [label], count, seed };
}

/** Names between commas, and each value as it is: relations of iBKH hold commas. */
function listed<K extends "types" | "relations" | "licences">(key: K, values: readonly string[] | undefined) {
  if (!values) return {};
  const names = values.flatMap((value) => [value, ...value.split(",")].map((name) => name.trim())).filter((name) => name !== "");
  if (names.length === 0) throw new Error(`--${key} names nothing`);
  return { [key]: [...new Set(names)] };
}

function numberOf(option: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const number = value.trim() === "" ? Number.NaN : Number(value);
  if (!Number.isFinite(number)) throw new Error(`--${option} takes a number, got ${JSON.stringify(value)}`);
  return number;
}

await runAsCommand(import.meta.url, main, { usage });
