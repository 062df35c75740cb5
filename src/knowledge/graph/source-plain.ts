// Graphs as two tables, of nodes and of edges, whose headers name the columns. Knows no store.

import { ClinfuseError } from "../../base/errors.ts";
import { edgeColumns, nodeColumns, synonymSign } from "../graph-files.ts";
import { isNoName } from "../name-words.ts";
import type { EdgeProvenance } from "../topic.ts";
import type { FileHead, GraphSink, GraphSource } from "./graph-source.ts";
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
    { role: "nodes", read: (file, sink) => readRows(file, nodeColumns, nodeRow(sink, provenance, file.name), sink) },
    { role: "edges", read: (file, sink) => readRows(file, edgeColumns, edgeRow(sink, provenance, file.name), sink) },
  ],
};

/** Columns that a header must name, by their first names. */
export function needed(columns: Columns): string {
  return Object.values(columns)
    .filter((column) => column.needed)
    .map((column) => column.names[0])
    .join(", ");
}

type Fields = Readonly<Record<string, string>>;

function nodeRow(sink: GraphSink, provenance: EdgeProvenance, file: string) {
  return (fields: Fields, line: number) => {
    const { id = "", type = "", name = "", source, licence, synonyms = "" } = fields;
    const from = { source: source || provenance.source, licence: licence || provenance.licence };
    sink.node({ id, type, name, ...from, synonyms: synonymsIn(synonyms, name) }, { file, line });
  };
}

function synonymsIn(cell: string, name: string): string[] {
  if (cell === "") return [];
  const parts = cell.split(synonymSign).map((part) => part.trim());
  return [...new Set(parts)].filter((part) => part !== name && !isNoName(part));
}

function edgeRow(sink: GraphSink, provenance: EdgeProvenance, file: string) {
  return (fields: Fields, line: number) => {
    const { head = "", relation = "", tail = "", source, licence, score = "" } = fields;
    const from = { source: source || provenance.source, licence: licence || provenance.licence };
    const number = Number(score);
    const scored = score !== "" && Number.isFinite(number) ? { score: number } : {};
    sink.edge({ head, relation, tail, ...from, ...scored }, { file, line });
  };
}

async function* readRows(
  file: TextFile,
  columns: Columns,
  take: (fields: Fields, line: number) => void,
  sink: GraphSink,
): AsyncGenerator<number, void> {
  let header: TableHeader | undefined;
  let count = 0;
  const separatorOf = (text: string, line: number) => {
    header = readHeader(file.name, line, text, columns);
    return header.separator;
  };
  for await (const { rows, bytes } of tableRows(file, separatorOf)) {
    for (const row of header === undefined || count > 0 ? rows : rows.slice(1)) {
      count++;
      const fields = fieldsOf(row, header as TableHeader, columns, (what, more) =>
        sink.broken(what, { file: file.name, line: row.line }, more),
      );
      if (fields) take(fields, row.line);
    }
    yield bytes;
  }
  if (count === 0) throw new ClinfuseError("file-empty", `${file.name} holds no rows`, { file: file.name });
}

/** Fields of a row by their names, empty where an optional column is not there; undefined for one that is broken. */
function fieldsOf(
  { cells }: TableRow,
  header: TableHeader,
  columns: Columns,
  broken: (what: string, more?: { got: number; expected: number }) => void,
): Fields | undefined {
  if (cells.length !== header.width) {
    broken(widthWords(cells.length, header.width), { got: cells.length, expected: header.width });
    return undefined;
  }
  const fields: Record<string, string> = {};
  for (const [field, { needed }] of Object.entries(columns)) {
    const at = header.at[field];
    const value = at === undefined ? "" : cellAt(cells, at);
    if (value === "" && needed) {
      broken(`the column "${header.names[at as number]}" is empty`);
      return undefined;
    }
    fields[field] = value;
  }
  return fields;
}
