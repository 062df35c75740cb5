// Two graphs as one: nodes of one type that share an id, here or elsewhere, become one; what does not fit is told. Knows no database.

import { throwIfAborted } from "../base/errors.ts";
import { edgeRows, nodeRows } from "./graph/graph-rows.ts";
import { graphBuilder, places } from "./graph-builder.ts";
import { chunkBytes, type GraphManifest, type ReadyChunk } from "./graph-columns.ts";
import type { GraphStore, StoredGraph } from "./graph-store.ts";
import type { GraphNode } from "./knowledge-graph.ts";
import { nodesOf, type RowProgress, rowProgress, rowsOf } from "./row-progress.ts";

export interface MergeOptions {
  readonly id: string;
  readonly name: string;
}

/** Two nodes that share an id and do not fit, or are one under two names. */
export interface MergeConflict {
  readonly kind: "other-type" | "several" | "other-name";
  readonly first: Pick<GraphNode, "id" | "type" | "name">;
  readonly second: Pick<GraphNode, "id" | "type" | "name">;
}

/** Each conflict in words, after a number. */
export const conflictWords: Readonly<Record<MergeConflict["kind"], string>> = {
  "other-type": "an id that two types have, so both nodes stay apart",
  several: "ids of several nodes of the first graph, so the node stays apart",
  "other-name": "one node under two names, the second of which is now a synonym",
};

export interface Merged {
  readonly manifest: GraphManifest;
  /** Nodes of the second graph that are one with a node of the first. */
  readonly joined: number;
  /** Edges of the second graph that the first has too. */
  readonly repeated: number;
  readonly conflicts: Readonly<Record<MergeConflict["kind"], number>>;
  /** The first of each kind. */
  readonly shown: readonly MergeConflict[];
}

/** Conflicts of a kind that are shown. */
const shownOfKind = 20;

/** Writes both graphs as a third and tells how far it is; they stay. The first graph's names, source and licence hold for a node that both have. Throws what the store throws. */
export async function* mergeGraphs(
  first: StoredGraph,
  second: StoredGraph,
  { id, name }: MergeOptions,
  store: Pick<GraphStore, "write">,
  signal: AbortSignal,
): AsyncGenerator<RowProgress, Merged> {
  const [one, two] = [first.manifest, second.manifest];
  const told = rowProgress(rowsOf(one) + rowsOf(two) + nodesOf(one) + nodesOf(two)); // nodes are read twice
  const builder = graphBuilder();
  const writer = await store.write();
  let bytes = 0;
  const put = async (chunks: readonly ReadyChunk[]) => {
    for (const { data } of chunks) bytes += chunkBytes(data);
    if (chunks.length > 0) await writer.put(chunks);
  };
  let whole = false;
  try {
    const plan = yield* planOf(first, second, told, signal);
    for (const [stored, mark] of [
      [first, "1"],
      [second, "2"],
    ] as const) {
      for await (const rows of nodeRows(stored)) {
        throwIfAborted(signal);
        const added = rows
          .filter((node) => mark === "1" || !plan.into.has(node.key as string))
          .map((node) => builder.node({ ...plan.joined(mark, node), key: `${mark}\t${node.key}` }));
        await put(added.filter((one) => typeof one !== "boolean"));
        yield told(rows.length);
      }
    }
    const repeated = yield* putEdges(first, second, plan, { builder, put, told }, signal);
    await put(builder.rest());
    const manifest = { ...builder.manifest(id, name), bytes };
    throwIfAborted(signal);
    await writer.commit(manifest);
    whole = true;
    return { manifest, joined: plan.into.size, repeated, conflicts: plan.conflicts, shown: plan.shown };
  } finally {
    if (!whole) await writer.discard().catch(() => undefined);
  }
}

interface Plan {
  /** Keys of the second graph's nodes, and those of the first that they are one with. */
  readonly into: ReadonlyMap<string, string>;
  /** A node with what the other graph knows of it. */
  joined(mark: "1" | "2", node: GraphNode): GraphNode;
  readonly conflicts: Record<MergeConflict["kind"], number>;
  readonly shown: MergeConflict[];
}

type Tell = ReturnType<typeof rowProgress>;

async function* planOf(
  first: StoredGraph,
  second: StoredGraph,
  told: Tell,
  signal: AbortSignal,
): AsyncGenerator<RowProgress, Plan> {
  const known = new Map<string, GraphNode>(); // by each id, in lower case
  const ambiguous = new Set<string>();
  for await (const rows of nodeRows(first)) {
    throwIfAborted(signal);
    for (const node of rows) {
      for (const one of idsOf(node)) {
        if (known.has(one) && known.get(one)?.key !== node.key) ambiguous.add(one);
        else known.set(one, node);
      }
    }
    yield told(rows.length);
  }
  const plan = { conflicts: { "other-type": 0, several: 0, "other-name": 0 }, shown: [] as MergeConflict[] };
  const into = new Map<string, string>();
  const taken = new Map<string, GraphNode>(); // of the second, by the key of the first
  const tell = (kind: MergeConflict["kind"], one: GraphNode, other: GraphNode) => {
    if (plan.conflicts[kind]++ < shownOfKind) plan.shown.push({ kind, first: shortOf(one), second: shortOf(other) });
  };
  for await (const rows of nodeRows(second)) {
    throwIfAborted(signal);
    for (const node of rows) {
      const shared = idsOf(node).flatMap((one) => known.get(one) ?? []);
      const same = [...new Map(shared.filter(({ type }) => sameType(type, node.type)).map((one) => [one.key, one])).values()];
      const [match] = same;
      if (match === undefined) {
        if (shared[0]) tell("other-type", shared[0], node);
        continue;
      }
      if (same.length > 1 || idsOf(node).some((one) => ambiguous.has(one)) || taken.has(match.key as string)) {
        tell("several", match, node);
        continue;
      }
      if (!namesOf(match).some((one) => namesOf(node).includes(one))) tell("other-name", match, node);
      into.set(node.key as string, match.key as string);
      taken.set(match.key as string, node);
    }
    yield told(rows.length);
  }
  const joined = (mark: "1" | "2", node: GraphNode): GraphNode => {
    const other = mark === "1" ? taken.get(node.key as string) : undefined;
    if (!other) return node;
    const others = (own: readonly string[], more: readonly string[]) => [...new Set([...own, ...more])];
    const synonyms = others(node.synonyms ?? [], [other.name, ...(other.synonyms ?? [])]).filter((one) => one !== node.name);
    const xrefs = others(node.xrefs ?? [], [other.id, ...(other.xrefs ?? [])]).filter((one) => one !== node.id);
    return { ...node, synonyms, xrefs };
  };
  return { into, joined, ...plan };
}

interface Writing {
  readonly builder: ReturnType<typeof graphBuilder>;
  readonly put: (chunks: readonly ReadyChunk[]) => Promise<void>;
  readonly told: Tell;
}

async function* putEdges(
  first: StoredGraph,
  second: StoredGraph,
  { into }: Plan,
  { builder, put, told }: Writing,
  signal: AbortSignal,
): AsyncGenerator<RowProgress, number> {
  /** Edges of the first graph between nodes that both have: no other can be repeated. */
  const common = new Set(into.values());
  const there = new Set<string>();
  let repeated = 0;
  for (const [stored, mark] of [
    [first, "1"],
    [second, "2"],
  ] as const) {
    const keyOf = (key: string): string => {
      const other = mark === "2" ? into.get(key) : undefined;
      return other === undefined ? `${mark}\t${key}` : `1\t${other}`;
    };
    for await (const rows of edgeRows(stored)) {
      throwIfAborted(signal);
      const ready: ReadyChunk[] = [];
      for (const edge of rows) {
        const [head, tail] = [keyOf(edge.head), keyOf(edge.tail)];
        if (mark === "1" && common.has(edge.head) && common.has(edge.tail)) there.add(`${head}\n${edge.relation}\n${tail}`);
        if (mark === "2" && there.has(`${head}\n${edge.relation}\n${tail}`)) {
          repeated++;
          continue;
        }
        const [from, to] = [builder.find(head), builder.find(tail)];
        if (from <= places.skipped || to <= places.skipped) continue;
        const full = builder.edge({ ...edge, head, tail }, from, to);
        if (full) ready.push(full);
      }
      await put(ready);
      yield told(rows.length);
    }
  }
  return repeated;
}

/** Vocabularies of Hetionet's ids that do not name theirs: "Gene::9021". */
const hetionetVocabularies: Readonly<Record<string, string>> = {
  compound: "drugbank",
  gene: "ncbi",
  "side effect": "umls",
  symptom: "mesh",
};

/** Ids in lower case. Hetionet's "Disease::DOID:1438" is the ontology's "DOID:1438" too. */
const idsOf = ({ id, xrefs = [] }: GraphNode): readonly string[] => [
  ...new Set([id, ...xrefs].map((one) => one.trim().toLowerCase()).flatMap((one) => [one, ...withinKind(one)])),
];

function withinKind(id: string): string[] {
  const [, kind = "", own = ""] = /^([^:]+)::(.+)$/.exec(id) ?? [];
  if (own.includes(":")) return [own];
  const vocabulary = hetionetVocabularies[kind];
  return vocabulary === undefined ? [] : [`${vocabulary}:${own}`];
}

const namesOf = ({ name, synonyms = [] }: GraphNode): readonly string[] => [name, ...synonyms].map((one) => one.toLowerCase());
const shortOf = ({ id, type, name }: GraphNode): MergeConflict["first"] => ({ id, type, name });

/** Sources differ in the case of a type: "disease", "Disease". */
const sameType = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();
