// Reads nodes.tsv and edges.tsv into a graph store: streaming, filtered, all or nothing. Knows no other format.

import { breathe } from "../../base/async.ts";
import { ClinfuseError, throwIfAborted } from "../../base/errors.ts";
import { type Added, type GraphBuilder, type GraphManifest, graphBuilder, type ReadyChunk } from "../graph-columns.ts";
import type { GraphStore } from "../graph-store.ts";
import type { EdgeProvenance } from "../topic.ts";
import { type TextFile, textLines } from "./text-lines.ts";

export interface TsvGraph {
  /** Header `id type name`, and `source licence` where rows tell their own; columns in any order, others passed over. */
  readonly nodes: TextFile;
  /** Header `src relation dst`, and `source licence` likewise. */
  readonly edges: TextFile;
}

export interface ImportOptions {
  readonly id: string;
  readonly name: string;
  /** Of rows that name none. */
  readonly provenance: EdgeProvenance;
  /** Only these node types, with the edges between them; all when absent. */
  readonly types?: readonly string[];
  /** Only these relations; all when absent. */
  readonly relations?: readonly string[];
}

export type GraphImportEvent =
  | { readonly type: "progress"; readonly done: number; readonly total: number } // bytes of both files
  | { readonly type: "imported"; readonly manifest: GraphManifest };

/**
 * Ends with `imported`; before it nothing of the graph can be read, and nothing stays when it throws or the loop is left.
 * Throws `file-empty`, `file-malformed` or `dangling-edge` with file and line, `aborted`, and what the store throws.
 */
export async function* importTsv(
  files: TsvGraph,
  options: ImportOptions,
  store: GraphStore,
  signal: AbortSignal,
): AsyncGenerator<GraphImportEvent, void> {
  const builder = graphBuilder();
  const writer = await store.write();
  const total = files.nodes.data.size + files.edges.data.size;
  let whole = false;
  try {
    for await (const { bytes, ready } of readRows(files.nodes, nodeColumns, nodeRow(builder, options))) {
      throwIfAborted(signal);
      await writer.put(ready);
      yield { type: "progress", done: bytes, total };
      await breathe(); // an abort is a message: it needs its turn
    }
    for await (const { bytes, ready } of readRows(files.edges, edgeColumns, edgeRow(builder, options))) {
      throwIfAborted(signal);
      await writer.put(ready);
      yield { type: "progress", done: files.nodes.data.size + bytes, total };
      await breathe();
    }
    const manifest = builder.manifest(options.id, options.name);
    if (manifest.nodes.length === 0) {
      const what = `${files.nodes.name} holds no node of the types asked for`;
      throw new ClinfuseError("file-empty", what, { file: files.nodes.name, what });
    }
    await writer.put(builder.rest());
    throwIfAborted(signal);
    await writer.commit(manifest);
    whole = true;
    yield { type: "imported", manifest };
  } finally {
    // Rows that stay are swept at the next start: what stopped the import is worth more to its reader.
    if (!whole) await writer.discard().catch(() => undefined);
  }
}

const nodeColumns = ["id", "type", "name"] as const;
const edgeColumns = ["src", "relation", "dst"] as const;

interface Row<C extends string> {
  readonly fields: Readonly<Record<C, string>>;
  readonly source: string | undefined;
  readonly licence: string | undefined;
  readonly line: number;
}

type TakeRow<C extends string> = (row: Row<C>) => Added;

function nodeRow(builder: GraphBuilder, { types, provenance }: ImportOptions): TakeRow<(typeof nodeColumns)[number]> {
  return ({ fields, source = provenance.source, licence = provenance.licence }) => {
    if (!types || types.includes(fields.type)) return builder.node({ ...fields, source, licence });
    builder.skip(fields.id);
    return { ok: true };
  };
}

function edgeRow(builder: GraphBuilder, { relations, provenance }: ImportOptions): TakeRow<(typeof edgeColumns)[number]> {
  return ({ fields, source = provenance.source, licence = provenance.licence }) => {
    const { src: head, relation, dst: tail } = fields;
    // The ends of an edge that is left out are checked all the same: a file either fits together or it does not.
    if (!relations || relations.includes(relation)) return builder.edge({ head, relation, tail, source, licence });
    return builder.check(head, tail);
  };
}

/** Yields after each batch of lines the chunks that it filled. */
async function* readRows<C extends string>(
  file: TextFile,
  columns: readonly C[],
  take: TakeRow<C>,
): AsyncGenerator<{ bytes: number; ready: ReadyChunk[] }, void> {
  let header: Header<C> | undefined;
  let rows = 0;
  for await (const { lines, first, bytes } of textLines(file)) {
    const ready: ReadyChunk[] = [];
    lines.forEach((text, i) => {
      if (text.trim() === "") return;
      const line = first + i;
      if (!header) {
        header = readHeader(file.name, line, text, columns);
        return;
      }
      rows++;
      const row = readRow(file.name, line, text, header, columns);
      const added = take(row);
      if (!added.ok) throw refusal(file.name, row, added.why);
      if (added.ready) ready.push(added.ready);
    });
    yield { bytes, ready };
  }
  if (rows === 0) throw new ClinfuseError("file-empty", `${file.name} holds no rows`, { file: file.name });
}

interface Header<C extends string> {
  readonly at: Readonly<Record<C, number>>;
  readonly source: number; // -1 when absent
  readonly licence: number;
  readonly width: number;
}

function malformed(file: string, line: number, what: string, more: { got?: string | number; expected?: string | number } = {}) {
  return new ClinfuseError("file-malformed", `${file}, line ${line}: ${what}`, { file, line, what, ...more });
}

function readHeader<C extends string>(file: string, line: number, text: string, columns: readonly C[]): Header<C> {
  const names = text.split("\t").map((n) => n.trim().toLowerCase());
  const missing = columns.filter((c) => !names.includes(c));
  if (missing.length > 0) {
    const expected = columns.join(", ");
    const got = names.join(", ").slice(0, 80);
    throw malformed(file, line, `the header must name the columns ${expected}, separated by tabs; got "${got}"`, {
      got,
      expected,
    });
  }
  return {
    at: Object.fromEntries(columns.map((c) => [c, names.indexOf(c)])) as Record<C, number>,
    source: names.indexOf("source"),
    licence: names.findIndex((n) => n === "licence" || n === "license"),
    width: names.length,
  };
}

function readRow<C extends string>(file: string, line: number, text: string, header: Header<C>, columns: readonly C[]): Row<C> {
  const cells = text.split("\t");
  if (cells.length !== header.width) {
    const what = `${cells.length} columns where the header has ${header.width}`;
    throw malformed(file, line, what, { got: cells.length, expected: header.width });
  }
  const fields: Partial<Record<C, string>> = {};
  for (const column of columns) {
    const value = (cells[header.at[column]] as string).trim();
    if (value === "") throw malformed(file, line, `the column "${column}" is empty`);
    fields[column] = value;
  }
  const optional = (i: number) => cells[i]?.trim() || undefined;
  return { fields: fields as Record<C, string>, source: optional(header.source), licence: optional(header.licence), line };
}

function refusal<C extends string>(file: string, row: Row<C>, why: Extract<Added, { ok: false }>["why"]): ClinfuseError {
  const fields = row.fields as Readonly<Record<string, string>>;
  if (why === "repeated-id") return malformed(file, row.line, `the node ${fields.id} was there before`, { got: fields.id ?? "" });
  const end = (why === "unknown-head" ? fields.src : fields.dst) ?? "";
  const message = `${file}, line ${row.line}: the edge's end "${end}" is no node of the graph`;
  return new ClinfuseError("dangling-edge", message, { file, line: row.line, what: end });
}
