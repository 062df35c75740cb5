// A knowledge graph as columns: one record per (type or relation, chunk), of typed arrays and string tables. Pure; knows no database.

import { packedBytes } from "../base/packed-numbers.ts";
import type { LeftOut } from "./graph-files.ts";
import type { EdgeProvenance } from "./topic.ts";

/** Strings end to end; string i is text.slice(ends[i - 1] ?? 0, ends[i]). One long string clones faster than many short ones. */
export interface StringTable {
  readonly text: string;
  readonly ends: Uint32Array; // [rows]
}

/** Rows of one node type. A node is known by its type and its ordinal: its row, counted over the type's chunks. */
export interface NodeChunk {
  readonly ids: StringTable;
  readonly names: StringTable;
  /** Synonyms of each row, one a line. Absent where no row of the chunk has any, and in graphs of version 1. */
  readonly synonyms?: StringTable;
  /** Ids of each row in other vocabularies, one a line. Absent where no row of the chunk has any, and before version 3. */
  readonly xrefs?: StringTable;
  readonly provenance: Uint16Array; // [rows], indices into the manifest's provenances
}

/** Rows of one relation between two types. */
export interface EdgeChunk {
  readonly heads: Uint32Array; // [rows], ordinals within the head type
  readonly tails: Uint32Array; // [rows], ordinals within the tail type
  readonly provenance: Uint16Array; // [rows]
  /** One row, where reading it alone costs less than the columns. */
  at?(row: number): EdgeRow;
}

export interface EdgeRow {
  readonly head: number;
  readonly tail: number;
  readonly provenance: number;
}

/** Row of a chunk, which lies in it. */
export function edgeRowAt(chunk: EdgeChunk, row: number): EdgeRow {
  if (chunk.at) return chunk.at(row);
  const { heads, tails, provenance } = chunk;
  return { head: heads[row] as number, tail: tails[row] as number, provenance: provenance[row] as number };
}

/**
 * Relations of each node to nodes of other types, as a count. A hierarchy tells a disease's place and nothing else. A linked drug or
 * symptom tells that the disease is known for something.
 */
export interface LinkChunk {
  readonly links: Uint32Array; // [rows], as the type's NodeChunk of the same number
}

export type Chunk = NodeChunk | EdgeChunk | LinkChunk;

export interface NodeColumn {
  readonly type: string;
  readonly count: number;
}

export interface EdgeColumn {
  readonly relation: string;
  readonly head: string; // node type
  readonly tail: string; // node type
  readonly count: number;
}

/**
 * Version of the columns that a graph is stored with. 2: synonyms of nodes, counts of what was left out. 3: ids elsewhere, format, bytes.
 * 4: packed numbers.
 */
export const graphVersion = 4;

/** Contents of a graph; the chunks are found by `columnKey`. */
export interface GraphManifest {
  /** Absent: 1. */
  readonly version?: number;
  readonly id: string;
  readonly name: string;
  readonly nodes: readonly NodeColumn[];
  readonly edges: readonly EdgeColumn[];
  readonly provenances: readonly (EdgeProvenance & { readonly rows: number })[];
  /** Rows of its files that are not in it. */
  readonly leftOut?: LeftOut;
  /** Files that it came from, by their format; absent before version 3. */
  readonly format?: string;
  /** Bytes of its columns; absent before version 3. */
  readonly bytes?: number;
  /** Rows of every chunk but a column's last. */
  readonly nodeRows: number;
  readonly edgeRows: number;
}

export const nodeKey = (type: string): string => `node\t${type}`;
export const linkKey = (type: string): string => `links\t${type}`;
export const edgeKey = (column: Pick<EdgeColumn, "relation" | "head" | "tail">): string =>
  `edge\t${column.head}\t${column.relation}\t${column.tail}`;

/** A chunk ready to be stored. */
export interface ReadyChunk {
  readonly column: string; // nodeKey, edgeKey or linkKey
  readonly chunk: number; // from 0
  readonly data: Chunk;
}

/** Some 300 kB a chunk: reading one topic reads its chunk, and a browser reads few large records faster than many small ones. */
export const defaultRows = { nodeRows: 8192, edgeRows: 65536 } as const;

/** Bytes that a chunk takes where it is kept, its numbers packed: V8 writes a string of Latin-1 letters by the byte. */
export function chunkBytes(chunk: Chunk): number {
  return Object.values(chunk).reduce((sum, part: StringTable | Uint16Array | Uint32Array) => sum + partBytes(part), 0);
}

function partBytes(part: StringTable | Uint16Array | Uint32Array): number {
  if (!("text" in part)) return packedBytes(part);
  const lengths = part.ends.map((end, i) => end - (i === 0 ? 0 : (part.ends[i - 1] as number)));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: Latin-1 begins with them
  return packedBytes(lengths) + part.text.length * (/[^\u0000-\u00ff]/.test(part.text) ? 2 : 1);
}

export function pack(strings: readonly string[]): StringTable {
  const ends = new Uint32Array(strings.length);
  let end = 0;
  strings.forEach((s, i) => {
    end += s.length;
    ends[i] = end;
  });
  return { text: strings.join(""), ends };
}

/** String i of a table; throws beyond its rows. */
export function stringAt(table: StringTable, i: number): string {
  const end = table.ends[i];
  if (end === undefined) throw new Error(`stringAt: got row ${i}, the table has ${table.ends.length}`);
  return table.text.slice(i === 0 ? 0 : table.ends[i - 1], end);
}
