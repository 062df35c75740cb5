// Looks whether a stored graph fits together, and makes a sound one of what is readable. Knows no database.

import { ClinfuseError, throwIfAborted } from "../base/errors.ts";
import { edgesIn, nodesIn } from "./graph/graph-rows.ts";
import { graphBuilder, places } from "./graph-builder.ts";
import {
  type Chunk,
  type EdgeChunk,
  type EdgeColumn,
  edgeKey,
  type GraphManifest,
  type LinkChunk,
  linkKey,
  type NodeChunk,
  type NodeColumn,
  nodeKey,
  type StringTable,
} from "./graph-columns.ts";
import type { GraphStore, StoredGraph } from "./graph-store.ts";
import { type RowProgress, rowProgress, rowsOf } from "./row-progress.ts";

export interface GraphFault {
  /** In words: "4,096 edges of treats cannot be read". */
  readonly what: string;
  /** A repair's answer to it; absent where it can do nothing. */
  readonly repair?: string;
}

/** Every fault of a graph; none where it is sound. Each chunk is read once. `told` is that of work of which the check is a part. */
export async function* checkGraph(
  stored: StoredGraph,
  signal: AbortSignal,
  told = rowProgress(rowsOf(stored.manifest)),
): AsyncGenerator<RowProgress, readonly GraphFault[]> {
  const faults: GraphFault[] = [];
  const { manifest } = stored;
  const links = new Map(manifest.nodes.map(({ type, count }) => [type, new Uint32Array(count)]));
  for (const column of manifest.nodes) {
    for (let part = 0; part * manifest.nodeRows < column.count; part++) {
      throwIfAborted(signal);
      const fault = nodeFault(manifest, column, part, await readable(stored, nodeKey(column.type), part));
      if (fault) faults.push(fault);
      yield told(chunkRows(part, column.count, manifest.nodeRows));
    }
  }
  for (const column of manifest.edges) {
    for (let part = 0; part * manifest.edgeRows < column.count; part++) {
      throwIfAborted(signal);
      const chunk = (await readable(stored, edgeKey(column), part)) as EdgeChunk | undefined;
      const fault = edgeFault(manifest, column, part, chunk, links);
      if (fault) faults.push(fault);
      yield told(chunkRows(part, column.count, manifest.edgeRows));
    }
  }
  throwIfAborted(signal);
  faults.push(...(await linkFaults(stored, links)));
  return faults;
}

/**
 * Writes a sound graph in the place of this one from the rows that can be read. Before it is whole, the present one stays. Throws
 * `graph-broken` where nodes cannot be read: no edge could be told from another then.
 */
export async function* repairGraph(
  stored: StoredGraph,
  store: Pick<GraphStore, "write">,
  signal: AbortSignal,
): AsyncGenerator<RowProgress, GraphManifest> {
  const { manifest } = stored;
  const told = rowProgress(2 * rowsOf(manifest));
  const lost = (yield* checkGraph(stored, signal, told)).filter(({ repair }) => repair === undefined);
  if (lost.length > 0) {
    const what = `${lost.map((fault) => fault.what).join("; ")}: import the files of "${manifest.name}" again`;
    throw new ClinfuseError("graph-broken", what, { what });
  }
  const builder = graphBuilder({ nodeRows: manifest.nodeRows, edgeRows: manifest.edgeRows });
  const writer = await store.write();
  let whole = false;
  try {
    for (const { type, count } of manifest.nodes) {
      for (let part = 0; part * manifest.nodeRows < count; part++) {
        throwIfAborted(signal);
        const chunk = (await stored.chunk(nodeKey(type), part)) as NodeChunk;
        const rows = nodesIn(manifest, type, chunk, part * manifest.nodeRows);
        const ready = rows.map((node) => builder.node(node)).filter((added) => typeof added !== "boolean");
        if (ready.length > 0) await writer.put(ready);
        yield told(rows.length);
      }
    }
    for (const column of manifest.edges) {
      for (let part = 0; part * manifest.edgeRows < column.count; part++) {
        throwIfAborted(signal);
        const chunk = (await readable(stored, edgeKey(column), part)) as EdgeChunk | undefined;
        yield told(chunkRows(part, column.count, manifest.edgeRows));
        if (chunk === undefined || !fits(chunk, part, column, manifest.edgeRows)) continue;
        const found = edgesIn(manifest, column, chunk).flatMap((edge) => {
          const [from, to] = [builder.find(edge.head), builder.find(edge.tail)];
          return from === places.unknown || to === places.unknown ? [] : (builder.edge(edge, from, to) ?? []);
        });
        if (found.length > 0) await writer.put(found);
      }
    }
    const { leftOut, format, bytes } = manifest;
    const kept = {
      ...(leftOut ? { leftOut } : {}),
      ...(format === undefined ? {} : { format }),
      ...(bytes === undefined ? {} : { bytes }),
    };
    await writer.put(builder.rest());
    const sound = { ...builder.manifest(manifest.id, manifest.name), ...kept };
    throwIfAborted(signal);
    await writer.commit(sound);
    whole = true;
    return sound;
  } finally {
    if (!whole) await writer.discard().catch(() => undefined);
  }
}

/** A chunk, or undefined where it cannot be read. */
async function readable({ chunk }: StoredGraph, column: string, part: number): Promise<Chunk | undefined> {
  try {
    return await chunk(column, part);
  } catch (error) {
    if (error instanceof ClinfuseError && error.code === "aborted") throw error;
    return undefined;
  }
}

/** Rows that a chunk of a column must have. */
const chunkRows = (part: number, count: number, size: number): number => Math.min(size, count - part * size);

function nodeFault(
  { nodeRows, provenances }: GraphManifest,
  { type, count }: NodeColumn,
  part: number,
  read: Chunk | undefined,
): GraphFault | undefined {
  const rows = chunkRows(part, count, nodeRows);
  const chunk = read as NodeChunk | undefined;
  const tables = chunk ? [chunk.ids, chunk.names, chunk.synonyms, chunk.xrefs] : [];
  if (!chunk || chunk.provenance?.length !== rows || tables.some((table, i) => !isTable(table, rows, i < 2)))
    return { what: `${rows} nodes of the type ${type} cannot be read` };
  const unknown = chunk.provenance.filter((from) => from >= provenances.length).length;
  if (unknown === 0) return undefined;
  return {
    what: `${unknown} nodes of the type ${type} name no source that the graph has`,
    repair: "they are marked as not stated",
  };
}

/** Tells whether a table of strings has these rows and ends where its text does. */
function isTable(table: StringTable | undefined, rows: number, needed: boolean): boolean {
  if (table === undefined) return !needed;
  const { ends, text } = table;
  if (ends?.length !== rows || typeof text !== "string" || (ends.at(-1) ?? 0) !== text.length) return false;
  return ends.every((end, i) => i === 0 || end >= (ends[i - 1] as number));
}

const fits = ({ heads, tails, provenance }: EdgeChunk, part: number, { count }: EdgeColumn, size: number): boolean => {
  const rows = chunkRows(part, count, size);
  return heads?.length === rows && tails?.length === rows && provenance?.length === rows;
};

/** Counts the edges of each node on the way, for `linkFaults`. */
function edgeFault(
  { edgeRows, provenances }: GraphManifest,
  column: EdgeColumn,
  part: number,
  chunk: EdgeChunk | undefined,
  links: ReadonlyMap<string, Uint32Array>,
): GraphFault | undefined {
  const { relation, head, tail, count } = column;
  const rows = chunkRows(part, count, edgeRows);
  const left = "they are left out";
  if (!chunk || !fits(chunk, part, column, edgeRows))
    return { what: `${rows} edges of the relation ${relation} cannot be read`, repair: left };
  const [of, to] = [links.get(head), links.get(tail)];
  let [endless, unknown] = [0, 0];
  for (let i = 0; i < rows; i++) {
    const [from, towards] = [chunk.heads[i] as number, chunk.tails[i] as number];
    if (!of || !to || from >= of.length || towards >= to.length) {
      endless++;
      continue;
    }
    if ((chunk.provenance[i] as number) >= provenances.length) unknown++;
    if (head === tail) continue;
    of[from] = (of[from] as number) + 1;
    to[towards] = (to[towards] as number) + 1;
  }
  if (endless > 0) return { what: `${endless} edges of the relation ${relation} end at no node`, repair: left };
  if (unknown === 0) return undefined;
  return {
    what: `${unknown} edges of the relation ${relation} name no source that the graph has`,
    repair: "they are marked as not stated",
  };
}

/** Counts of links that are missing or others than the edges give: topics of nodes that are linked come first by them. */
async function linkFaults(stored: StoredGraph, links: ReadonlyMap<string, Uint32Array>): Promise<GraphFault[]> {
  const faults: GraphFault[] = [];
  const { nodes, nodeRows } = stored.manifest;
  for (const { type, count } of nodes) {
    let wrong = 0;
    for (let part = 0; part * nodeRows < count; part++) {
      const chunk = (await readable(stored, linkKey(type), part)) as LinkChunk | undefined;
      const counted = links.get(type)?.subarray(part * nodeRows, (part + 1) * nodeRows) ?? new Uint32Array(0);
      counted.forEach((n, i) => {
        if (chunk?.links?.[i] !== n) wrong++;
      });
    }
    if (wrong > 0)
      faults.push({
        what: `${wrong} nodes of the type ${type} have other links than are counted`,
        repair: "they are counted again",
      });
  }
  return faults;
}

/** Fault in one sentence, for a list. */
export const faultWords = ({ what, repair }: GraphFault): string =>
  repair === undefined ? `${what}; no repair can bring them back.` : `${what}; by a repair ${repair}.`;
