// Reads a file of nodes and one of edges into a graph store: streaming, filtered, all or nothing. Knows no other format.

import { breathe } from "../../base/async.ts";
import { ClinfuseError, throwIfAborted } from "../../base/errors.ts";
import { type Added, type GraphBuilder, type GraphManifest, graphBuilder, type ReadyChunk } from "../graph-columns.ts";
import { edgeColumns, type LeftOutReason, nodeColumns, synonymSign } from "../graph-files.ts";
import type { GraphStore } from "../graph-store.ts";
import { isNoName } from "../name-words.ts";
import type { EdgeProvenance } from "../topic.ts";
import { readHeader, type TableHeader } from "./table-header.ts";
import { type TableRow, tableRows } from "./table-rows.ts";
import type { TextFile } from "./text-pieces.ts";

export interface TsvGraph {
  /** With a header that names `nodeColumns`, in any order; other columns are passed over. */
  readonly nodes: TextFile;
  /** With a header that names `edgeColumns`. */
  readonly edges: TextFile;
}

export interface ImportOptions {
  readonly id: string;
  readonly name: string;
  /** Provenance of rows that name none. */
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
  const leftOut: Partial<Record<LeftOutReason, number>> = {};
  let whole = false;
  try {
    for await (const { bytes, ready } of readRows(files.nodes, nodeColumns, nodeRow(builder, options), leftOut)) {
      throwIfAborted(signal);
      await writer.put(ready);
      yield { type: "progress", done: bytes, total };
      await breathe(); // an abort is a message: it needs its turn
    }
    for await (const { bytes, ready } of readRows(files.edges, edgeColumns, edgeRow(builder, options), leftOut)) {
      throwIfAborted(signal);
      await writer.put(ready);
      yield { type: "progress", done: files.nodes.data.size + bytes, total };
      await breathe();
    }
    const manifest = { ...builder.manifest(options.id, options.name), ...(Object.keys(leftOut).length > 0 ? { leftOut } : {}) };
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

type Column<C> = keyof C & string;

interface Row<C> {
  /** Empty where an optional column is not there. */
  readonly fields: Readonly<Record<Column<C>, string>>;
  readonly line: number;
}

type Taken = Added | { readonly ok: true; readonly leftOut: LeftOutReason };

type TakeRow<C> = (row: Row<C>) => Taken;

function nodeRow(builder: GraphBuilder, { types, provenance }: ImportOptions): TakeRow<typeof nodeColumns> {
  const leaveOut = (id: string, leftOut: LeftOutReason): Taken => {
    builder.skip(id);
    return { ok: true, leftOut };
  };
  return ({ fields: { id, type, name, source, licence, synonyms } }) => {
    if (types && !types.includes(type)) return leaveOut(id, "type-not-chosen");
    if (isNoName(name)) return leaveOut(id, "no-name");
    return builder.node({
      id,
      type,
      name,
      source: source || provenance.source,
      licence: licence || provenance.licence,
      synonyms: synonymsIn(synonyms, name),
    });
  };
}

function synonymsIn(cell: string, name: string): string[] {
  if (cell === "") return [];
  const parts = cell.split(synonymSign).map((part) => part.trim());
  return [...new Set(parts)].filter((part) => part !== name && !isNoName(part));
}

function edgeRow(builder: GraphBuilder, { relations, provenance }: ImportOptions): TakeRow<typeof edgeColumns> {
  return ({ fields: { head, relation, tail, source, licence } }) => {
    if (relations && !relations.includes(relation)) {
      // The ends of an edge that is left out are checked all the same: a file either fits together or it does not.
      const checked = builder.check(head, tail);
      return checked.ok ? { ok: true, leftOut: "relation-not-chosen" } : checked;
    }
    const edge = { head, relation, tail, source: source || provenance.source, licence: licence || provenance.licence };
    const added = builder.edge(edge);
    return added.ok && added.passedOver ? { ok: true, leftOut: "end-left-out" } : added;
  };
}

/** Yields after each batch of rows the chunks that it filled. */
async function* readRows<C extends typeof nodeColumns | typeof edgeColumns>(
  file: TextFile,
  columns: C,
  take: TakeRow<C>,
  leftOut: Partial<Record<LeftOutReason, number>>,
): AsyncGenerator<{ bytes: number; ready: ReadyChunk[] }, void> {
  let header: TableHeader | undefined;
  let count = 0;
  const separatorOf = (text: string, line: number) => {
    header = readHeader(file.name, line, text, columns);
    return header.separator;
  };
  for await (const { rows, bytes } of tableRows(file, separatorOf)) {
    const ready: ReadyChunk[] = [];
    for (const row of header === undefined || count > 0 ? rows : rows.slice(1)) {
      count++;
      const read = readRow(file.name, row, header as TableHeader, columns);
      const taken = take(read);
      if (!taken.ok) throw refusal(file.name, read, taken.why);
      if ("leftOut" in taken && taken.leftOut) leftOut[taken.leftOut] = (leftOut[taken.leftOut] ?? 0) + 1;
      if ("ready" in taken && taken.ready) ready.push(taken.ready);
    }
    yield { bytes, ready };
  }
  if (count === 0) throw new ClinfuseError("file-empty", `${file.name} holds no rows`, { file: file.name });
}

function malformed(file: string, line: number, what: string, more: { got?: string | number; expected?: string | number } = {}) {
  return new ClinfuseError("file-malformed", `${file}, line ${line}: ${what}`, { file, line, what, ...more });
}

function readRow<C extends typeof nodeColumns | typeof edgeColumns>(
  file: string,
  row: TableRow,
  header: TableHeader,
  columns: C,
): Row<C> {
  const { cells, line } = row;
  if (cells.length !== header.width) {
    const what = `${cells.length} columns where the header has ${header.width}`;
    throw malformed(file, line, what, { got: cells.length, expected: header.width });
  }
  const fields: Record<string, string> = {};
  for (const [field, { needed }] of Object.entries(columns)) {
    const at = header.at[field];
    const value = at === undefined ? "" : (cells[at] as string).replace(/\s+/g, " ").trim();
    if (value === "" && needed) throw malformed(file, line, `the column "${header.names[at as number]}" is empty`);
    fields[field] = value;
  }
  return { fields: fields as Row<C>["fields"], line };
}

function refusal<C>(file: string, row: Row<C>, why: Extract<Added, { ok: false }>["why"]): ClinfuseError {
  const fields = row.fields as Readonly<Record<string, string>>;
  if (why === "repeated-id") return malformed(file, row.line, `the node ${fields.id} was there before`, { got: fields.id ?? "" });
  const end = (why === "unknown-head" ? fields.head : fields.tail) ?? "";
  const message = `${file}, line ${row.line}: the edge's end "${end}" is no node of the graph`;
  return new ClinfuseError("dangling-edge", message, { file, line: row.line, what: end });
}
