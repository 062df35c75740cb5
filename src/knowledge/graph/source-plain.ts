// Graphs as two tables, of nodes and of edges, whose headers name the columns. Knows no store.

import { ClinfuseError } from "../../base/errors.ts";
import { type EdgeField, edgeColumns, type GraphColumn, type NodeField, nodeColumns, synonymSign } from "../graph-files.ts";
import { isNoName } from "../name-words.ts";
import type { EdgeProvenance } from "../topic.ts";
import type { At, FileHead, GraphSink, GraphSource } from "./graph-source.ts";
import { cellAt, firstLine, widthWords } from "./headed-rows.ts";
import { nameOf, stemOf } from "./paths.ts";
import { namesColumns, readHeader, type TableHeader } from "./table-header.ts";
import { type TableRow, tableRows } from "./table-rows.ts";
import type { TextFile } from "./text-pieces.ts";

type Columns = typeof nodeColumns | typeof edgeColumns;
type Role = "nodes" | "edges";

const columnsOf: Readonly<Record<Role, Columns>> = { nodes: nodeColumns, edges: edgeColumns };

/** By its name, whatever its header, so that a wrong header is told; else by its header. */
function roleOf({ file, text }: FileHead): Role | undefined {
  if (!isTable(file.name)) return undefined;
  const stem = stemOf(file.name);
  if (stem === "nodes" || stem === "edges") return stem;
  const line = firstLine(text);
  return (["edges", "nodes"] as const).find((role) => namesColumns(line, columnsOf[role]));
}

const isTable = (name: string): boolean => /\.(tsv|csv|txt|tab)(\.(gz|bz2))?$|^[^.]+(\.(gz|bz2))?$/i.test(nameOf(name));

export const plainSource: GraphSource = {
  name: "tables of nodes and edges",
  strict: true,
  role: roleOf,
  /** Beside files that are called nodes and edges, other tables are something else: notes, mappings, the same edges with names. */
  choose(files) {
    const named = new Map(
      [...files].map(([role, heads]) => [role, heads.filter(({ file }) => stemOf(file.name) === role)] as const),
    );
    return (named.get("nodes")?.length ?? 0) > 0 && (named.get("edges")?.length ?? 0) > 0 ? named : files;
  },
  missing: (roles) => (roles.has("nodes") ? undefined : `no table of nodes, whose header names ${needed(nodeColumns)}`),
  steps: (provenance) => [
    { role: "nodes", read: (file, sink) => readRows(file, nodeColumns, nodeRow(sink, provenance), sink) },
    { role: "edges", read: (file, sink) => readRows(file, edgeColumns, edgeRow(sink, provenance), sink) },
  ],
};

/** Columns that a header must name, by their first names. */
export function needed(columns: Columns): string {
  return Object.values(columns)
    .filter((column) => column.needed)
    .map((column) => column.names[0])
    .join(", ");
}

/** Cell of a field of the row at hand; empty where the file has no such column. */
type Cell<Field extends string> = (field: Field) => string;
type Take<Field extends string> = (cell: Cell<Field>, at: At) => void;

function nodeRow(sink: GraphSink, provenance: EdgeProvenance): Take<NodeField> {
  return (cell, at) => {
    const name = cell("name");
    const [source, licence] = [cell("source") || provenance.source, cell("licence") || provenance.licence];
    const synonyms = synonymsIn(cell("synonyms"), name);
    const xrefs = listIn(cell("xrefs"));
    sink.node({ id: cell("id"), type: withoutPrefix(cell("type")), name, source, licence, synonyms, xrefs }, at);
  };
}

/** Words of the Biolink Model name their model first, "biolink:Disease", and the kinds above them last. */
const withoutPrefix = (word: string): string => (word.startsWith("biolink:") ? (word.slice(8).split("|")[0] as string) : word);

function synonymsIn(cell: string, name: string): string[] {
  return listIn(cell).filter((part) => part !== name && !isNoName(part));
}

/** Parts of a cell, each once. */
function listIn(cell: string): string[] {
  if (cell === "") return [];
  const parts = cell.split(synonymSign).map((part) => part.trim());
  return [...new Set(parts)].filter((part) => part !== "");
}

function edgeRow(sink: GraphSink, provenance: EdgeProvenance): Take<EdgeField> {
  return (cell, at) => {
    const source = cell("source") || provenance.source;
    const licence = cell("licence") || provenance.licence;
    const edge = { head: cell("head"), relation: withoutPrefix(cell("relation")), tail: cell("tail"), source, licence };
    const score = cell("score");
    if (isNoName(score)) return sink.edge(edge, at);
    const number = Number(score);
    if (Number.isFinite(number)) sink.edge({ ...edge, score: number }, at);
    else sink.broken(`the score is no number but "${score.slice(0, 40)}"`, at, { got: score.slice(0, 40) });
  };
}

async function* readRows<Field extends NodeField | EdgeField>(
  file: TextFile,
  columns: Readonly<Record<Field, GraphColumn>>,
  take: Take<Field>,
  sink: GraphSink,
): AsyncGenerator<number, void> {
  let header: TableHeader | undefined;
  let needed: readonly number[] = [];
  let cells: readonly string[] = [];
  let count = 0;
  const separatorOf = (text: string, line: number) => {
    const read = readHeader(file.name, line, text, columns);
    const fields = Object.keys(columns) as Field[];
    needed = fields.filter((field) => columns[field].needed).map((field) => read.at[field] as number);
    header = read;
    return read.separator;
  };
  const cell = (field: Field): string => {
    const at = (header as TableHeader).at[field];
    return at === undefined ? "" : cellAt(cells, at);
  };
  const at = { file: file.name, line: 0 };
  for await (const { rows, bytes } of tableRows(file, separatorOf)) {
    for (const row of header === undefined || count > 0 ? rows : rows.slice(1)) {
      count++;
      cells = row.cells;
      at.line = row.line;
      if (isWhole(row, header as TableHeader, needed, sink, at)) take(cell, at);
    }
    yield bytes;
  }
  if (count === 0) throw new ClinfuseError("file-empty", `${file.name} holds no rows`, { file: file.name });
}

/** Tells whether a row has the header's cells, and those that are needed are not empty; what is broken is told to the sink. */
function isWhole(
  { cells }: TableRow,
  { width, names }: TableHeader,
  needed: readonly number[],
  sink: GraphSink,
  at: At,
): boolean {
  if (cells.length !== width) {
    sink.broken(widthWords(cells.length, width), at, { got: cells.length, expected: width });
    return false;
  }
  for (const place of needed) {
    if (cellAt(cells, place) !== "") continue;
    sink.broken(`the column "${names[place]}" is empty`, at);
    return false;
  }
  return true;
}
