// Nodes of a stored graph by their names and synonyms, as they are typed. Knows no database.

import { breathe } from "../../base/async.ts";
import { throwIfAborted } from "../../base/errors.ts";
import { type NodeChunk, nodeKey, stringAt } from "../graph-columns.ts";
import type { StoredGraph } from "../graph-store.ts";
import { isNoName } from "../name-words.ts";
import { indexBytes, nameIndexBuilder } from "./name-index.ts";
import { searchKey } from "./name-keys.ts";
import { type NameRank, rankedNames } from "./name-ranks.ts";

export interface FoundNode {
  readonly id: string;
  readonly type: string;
  /** Place among the nodes of its type. */
  readonly ordinal: number;
  readonly name: string;
  /** Synonym that was found, where it is not the name. */
  readonly synonym?: string;
  readonly rank: NameRank;
}

export interface NameSearch {
  readonly names: number;
  /** Bytes that it holds in memory. */
  readonly bytes: number;
  /** At most so many nodes, the best first. Every word of the query may be the beginning of one. */
  find(query: string, most: number): FoundNode[];
}

interface Part {
  readonly type: string;
  readonly first: number; // ordinal of its first row
  readonly from: number; // place of its first row among all
  readonly chunk: Pick<NodeChunk, "ids" | "names" | "synonyms">;
}

/** Reads every name once; they stay in memory. Throws `aborted`, and what the store throws. */
export async function nameSearch({ manifest, chunk }: StoredGraph, signal: AbortSignal): Promise<NameSearch> {
  const parts: Part[] = [];
  const builder = nameIndexBuilder();
  let from = 0;
  for (const { type, count } of manifest.nodes) {
    for (let first = 0; first < count; first += manifest.nodeRows) {
      const { ids, names, synonyms } = (await chunk(nodeKey(type), first / manifest.nodeRows)) as NodeChunk;
      parts.push({ type, first, from, chunk: { ids, names, ...(synonyms ? { synonyms } : {}) } });
      for (let row = 0; row < names.ends.length; row++) {
        for (const name of namesOf({ names, synonyms }, row)) builder.add(name, from + row);
      }
      from += names.ends.length;
      throwIfAborted(signal);
      await breathe();
    }
  }
  const index = builder.close();
  const bytes = parts.reduce((sum, part) => sum + partBytes(part), indexBytes(index));
  return {
    names: index.starts.length,
    bytes,
    find: (query, most) =>
      rankedNames(index, query, most).map(({ name, rank }) => {
        const start = index.starts[name] as number;
        const key = new TextDecoder().decode(index.bytes.subarray(start, (index.starts[name + 1] ?? index.bytes.length) - 1));
        return { ...nodeAt(parts, index.rows[name] as number, key), rank };
      }),
  };
}

function namesOf({ names, synonyms }: { names: NodeChunk["names"]; synonyms: NodeChunk["synonyms"] }, row: number): string[] {
  const others = synonyms ? stringAt(synonyms, row).split("\n") : [];
  return [stringAt(names, row), ...others].filter((name) => !isNoName(name));
}

/** A node by its place among all, and the synonym whose search key was found. */
function nodeAt(parts: readonly Part[], place: number, key: string): Omit<FoundNode, "rank"> {
  let [low, high] = [0, parts.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((parts[middle] as Part).from <= place) low = middle;
    else high = middle - 1;
  }
  const { type, first, from, chunk } = parts[low] as Part;
  const row = place - from;
  const name = stringAt(chunk.names, row);
  const found = { id: stringAt(chunk.ids, row), type, ordinal: first + row, name };
  const synonyms = chunk.synonyms ? stringAt(chunk.synonyms, row).split("\n") : [];
  const synonym = searchKey(name) === key ? undefined : synonyms.find((other) => searchKey(other) === key);
  return synonym === undefined ? found : { ...found, synonym };
}

const partBytes = ({ chunk: { ids, names, synonyms } }: Part): number =>
  [ids, names, synonyms].reduce((sum, table) => sum + (table ? table.text.length + table.ends.byteLength : 0), 0);
