// Topics of many links at once: every chunk that they and their ends lie in is read once. Knows no database.

import {
  type EdgeChunk,
  type EdgeColumn,
  edgeKey,
  type GraphManifest,
  type NodeChunk,
  nodeKey,
  stringAt,
} from "../graph-columns.ts";
import type { StoredGraph } from "../graph-store.ts";
import type { EdgeProvenance, Entity, Topic } from "../topic.ts";

/** Chunks that are asked for together: some 3 MB. */
const together = 16;

/** Topics at indices of a column, in the order asked. The indices lie below its count. */
export async function edgeTopics(
  manifest: GraphManifest,
  chunk: StoredGraph["chunk"],
  column: EdgeColumn,
  indices: readonly number[],
): Promise<Topic[]> {
  const { edgeRows, nodeRows, provenances } = manifest;
  const heads = new Uint32Array(indices.length);
  const tails = new Uint32Array(indices.length);
  const provenance = new Uint16Array(indices.length);
  await eachChunk(
    indices,
    edgeRows,
    (part) => chunk(edgeKey(column), part) as Promise<EdgeChunk>,
    (data, i, row) => {
      heads[i] = data.heads[row] as number;
      tails[i] = data.tails[row] as number;
      provenance[i] = data.provenance[row] as number;
    },
  );
  const entities = async (type: string, ordinals: Uint32Array): Promise<Entity[]> => {
    const found: Entity[] = new Array(ordinals.length);
    await eachChunk(
      ordinals,
      nodeRows,
      (part) => chunk(nodeKey(type), part) as Promise<NodeChunk>,
      ({ ids, names }, i, row) => {
        found[i] = { id: stringAt(ids, row), name: stringAt(names, row), type };
      },
    );
    return found;
  };
  const [from, to] = [await entities(column.head, heads), await entities(column.tail, tails)];
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

/** Reads the chunks in which rows lie, a few at once, and hands out each row with its place among those asked for. */
async function eachChunk<C>(
  rows: ArrayLike<number>,
  size: number,
  read: (part: number) => Promise<C>,
  take: (chunk: C, i: number, row: number) => void,
): Promise<void> {
  const places = new Map<number, number[]>();
  for (let i = 0; i < rows.length; i++) {
    const part = Math.floor((rows[i] as number) / size);
    const there = places.get(part);
    if (there) there.push(i);
    else places.set(part, [i]);
  }
  const parts = [...places];
  for (let from = 0; from < parts.length; from += together) {
    const some = parts.slice(from, from + together);
    const chunks = await Promise.all(some.map(([part]) => read(part)));
    for (const [k, [, asked]] of some.entries()) {
      for (const i of asked) take(chunks[k] as C, i, (rows[i] as number) % size);
    }
  }
}
