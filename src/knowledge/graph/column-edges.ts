// Topics of many links at once: every chunk that they and their ends lie in is read once. Knows no database.

import {
  type Chunk,
  type EdgeChunk,
  type EdgeColumn,
  edgeKey,
  edgeRowAt,
  type GraphManifest,
  type NodeChunk,
  nodeKey,
  stringAt,
} from "../graph-columns.ts";
import type { StoredGraph } from "../graph-store.ts";
import type { EdgeProvenance, Entity, Topic } from "../topic.ts";

/** Chunks of one reading: some 5 MB. */
const atOnce = 16;

/** Readings under way together. */
const together = 4;

/** Chunks that nobody asked for are read along where fewer than these lie between two that were: a reading costs more than a chunk. */
const widestGap = 3;

type Read = Pick<StoredGraph, "chunk" | "chunks">;

/** Topics at indices of a column, in the order asked. The indices lie below its count. */
export async function edgeTopics(
  manifest: GraphManifest,
  read: Read,
  column: EdgeColumn,
  indices: readonly number[],
): Promise<Topic[]> {
  const { edgeRows, nodeRows, provenances } = manifest;
  const heads = new Uint32Array(indices.length);
  const tails = new Uint32Array(indices.length);
  const provenance = new Uint16Array(indices.length);
  await eachChunk<EdgeChunk>(indices, edgeRows, read, edgeKey(column), (data, i, row) => {
    const edge = edgeRowAt(data, row);
    heads[i] = edge.head;
    tails[i] = edge.tail;
    provenance[i] = edge.provenance;
  });
  const entities = async (type: string, ordinals: Uint32Array): Promise<Entity[]> => {
    const found: Entity[] = new Array(ordinals.length);
    await eachChunk<NodeChunk>(ordinals, nodeRows, read, nodeKey(type), ({ ids, names }, i, row) => {
      found[i] = { id: stringAt(ids, row), name: stringAt(names, row), type };
    });
    return found;
  };
  const [from, to] = await Promise.all([entities(column.head, heads), entities(column.tail, tails)]);
  return Array.from(provenance, (at, i) => {
    const { source, licence } = provenances[at] as EdgeProvenance;
    return {
      entities: [from[i] as Entity, to[i] as Entity],
      relation: column.relation,
      source: "kg",
      provenance: { source, licence },
    };
  });
}

/** Reads the chunks in which rows lie, neighbours at once, and hands out each row with its place among those asked for. */
async function eachChunk<C extends Chunk>(
  rows: ArrayLike<number>,
  size: number,
  read: Read,
  column: string,
  take: (chunk: C, i: number, row: number) => void,
): Promise<void> {
  const places = new Map<number, number[]>();
  for (let i = 0; i < rows.length; i++) {
    const part = Math.floor((rows[i] as number) / size);
    const there = places.get(part);
    if (there) there.push(i);
    else places.set(part, [i]);
  }
  const runs = runsOf([...places.keys()]);
  for (let from = 0; from < runs.length; from += together) {
    const reading = runs.slice(from, from + together).map(async ({ first, last }) => {
      const chunks = first === last ? [await read.chunk(column, first)] : await read.chunks(column, first, last);
      for (const [k, chunk] of chunks.entries()) {
        for (const i of places.get(first + k) ?? []) take(chunk as C, i, (rows[i] as number) % size);
      }
    });
    await Promise.all(reading);
  }
}

interface Run {
  readonly first: number;
  last: number;
}

/** Numbers of chunks as runs of neighbours. */
function runsOf(parts: readonly number[]): readonly Run[] {
  const runs: Run[] = [];
  for (const part of Uint32Array.from(parts).sort()) {
    const run = runs.at(-1);
    if (run && part - run.last <= widestGap && part - run.first < atOnce) run.last = part;
    else runs.push({ first: part, last: part });
  }
  return runs;
}
