// Hetionet: its nodes and edges as tables, or all of it as JSON, where each row has its own licence. Knows no store.

import { ClinfuseError } from "../../base/errors.ts";
import { notStated } from "../graph-files.ts";
import type { FileHead, GraphSink, GraphSource, Step } from "./graph-source.ts";
import { cellAt, headedRows, headerNames, widthWords } from "./headed-rows.ts";
import { type JsonItem, jsonItems } from "./json-items.ts";
import { isOboGraphs } from "./obo-graphs.ts";
import { nameOf } from "./paths.ts";
import type { TextFile } from "./text-pieces.ts";

/** Terms of rows that name none: the whole is CC0, its sources have terms of their own. */
const licence = "CC0-1.0 with terms per source";

function roleOf({ file, text }: FileHead): string | undefined {
  if (isOboGraphs(text)) return undefined;
  if (/^\s*\{/.test(text))
    return /"(metanode_kinds|metaedge_tuples|kind_to_abbrev|nodes|edges)"\s*:/.test(text) ? "json" : undefined;
  const names = headerNames(text);
  const all = (...columns: readonly string[]) => columns.every((column) => names.includes(column));
  if (all("source", "metaedge", "target")) return "edges";
  if (all("id", "name", "kind")) return "nodes";
  return /\.sif(\.gz|\.bz2)?$/i.test(nameOf(file.name)) ? "edges" : undefined;
}

export const hetionetSource: GraphSource = {
  name: "Hetionet",
  strict: false,
  role: roleOf,
  /** The JSON has all that the tables have, and licences. */
  choose: (files) => (files.has("json") ? new Map([["json", files.get("json") ?? []]]) : files),
  missing: (roles) => (roles.has("json") || roles.has("nodes") ? undefined : "no table of nodes (id, name, kind)"),
  steps: () => [{ role: "nodes", read: readNodes }, { role: "edges", read: readEdges }, ...jsonSteps()],
};

async function* readNodes(file: TextFile, sink: GraphSink): AsyncGenerator<number, void> {
  for await (const { header, rows, bytes } of headedRows(file)) {
    const [id, name, kind] = [header.at("id"), header.at("name"), header.at("kind")];
    for (const { cells, line } of rows) {
      const at = { file: file.name, line };
      const [own, type] = [cellAt(cells, id), cellAt(cells, kind)];
      if (cells.length !== header.names.length) sink.broken(widthWords(cells.length, header.names.length), at);
      else if (own === "" || type === "") sink.broken(`the column "${own === "" ? "id" : "kind"}" is empty`, at);
      else sink.node({ id: own, type, name: cellAt(cells, name), source: "Hetionet", licence }, at);
    }
    yield bytes;
  }
}

async function* readEdges(file: TextFile, sink: GraphSink): AsyncGenerator<number, void> {
  for await (const { header, rows, bytes } of headedRows(file)) {
    const places = ["source", "metaedge", "target"].map((name) => header.at(name));
    if (places.includes(-1)) {
      const what = `the header must name the columns source, metaedge, target; got "${header.names.join(", ").slice(0, 80)}"`;
      throw new ClinfuseError("file-malformed", `${file.name}, line 1: ${what}`, { file: file.name, line: 1, what });
    }
    for (const { cells, line } of rows) {
      const at = { file: file.name, line };
      const [head, relation, tail] = places.map((place) => cellAt(cells, place)) as [string, string, string];
      if (cells.length !== header.names.length) sink.broken(widthWords(cells.length, header.names.length), at);
      else if (head === "" || relation === "" || tail === "") sink.broken("a column is empty", at);
      else sink.edge({ head, relation, tail, source: "Hetionet", licence }, at);
    }
    yield bytes;
  }
}

/** Nodes and edges in one reading; edges that stand before the nodes need a second. */
function jsonSteps(): readonly Step[] {
  const early = new Set<TextFile>();
  return [
    {
      role: "json",
      async *read(file, sink) {
        let nodes = 0;
        for await (const { items, bytes } of jsonItems(file, { arrays: ["nodes", "edges"] })) {
          for (const item of items) {
            if (item.array === "nodes") {
              nodes++;
              readNode(item, file.name, sink);
            } else if (nodes === 0) early.add(file);
            else if (!early.has(file)) readEdge(item, file.name, sink);
          }
          yield bytes;
        }
        if (nodes === 0) throw new ClinfuseError("file-empty", `${file.name} holds no nodes`, { file: file.name });
      },
    },
    {
      role: "json",
      async *read(file, sink) {
        if (!early.has(file)) return;
        for await (const { items, bytes } of jsonItems(file, { arrays: ["edges"] })) {
          for (const item of items) readEdge(item, file.name, sink);
          yield bytes;
        }
      },
    },
  ];
}

interface NodeValue {
  readonly kind?: unknown;
  readonly identifier?: unknown;
  readonly name?: unknown;
  readonly data?: Data;
}

interface EdgeValue {
  readonly source_id?: unknown;
  readonly target_id?: unknown;
  readonly kind?: unknown;
  readonly data?: Data;
}

interface Data {
  readonly license?: unknown;
  readonly source?: unknown;
  readonly sources?: unknown;
}

const textOf = (value: unknown): string =>
  typeof value === "string" ? value.replace(/\s+/g, " ").trim() : typeof value === "number" ? String(value) : "";

function provenanceOf(data: Data | undefined): { source: string; licence: string } {
  const several = Array.isArray(data?.sources) ? data.sources.map(textOf).filter((of) => of !== "") : [];
  const source = textOf(data?.source) || several.join("; ");
  return { source: source === "" ? "Hetionet" : `Hetionet: ${source}`, licence: textOf(data?.license) || notStated };
}

function readNode({ value, line }: JsonItem, file: string, sink: GraphSink): void {
  const { kind, identifier, name, data } = (value ?? {}) as NodeValue;
  const [type, id] = [textOf(kind), textOf(identifier)];
  if (type === "" || id === "") return sink.broken('a node lacks its "kind" or its "identifier"', { file, line });
  sink.node({ id: `${type}::${id}`, type, name: textOf(name), ...provenanceOf(data) }, { file, line });
}

/** `["Gene", 9021]` */
const endOf = (value: unknown): string =>
  Array.isArray(value) && value.length === 2 ? `${textOf(value[0])}::${textOf(value[1])}` : "";

function readEdge({ value, line }: JsonItem, file: string, sink: GraphSink): void {
  const { source_id, target_id, kind, data } = (value ?? {}) as EdgeValue;
  const [head, tail, relation] = [endOf(source_id), endOf(target_id), textOf(kind)];
  if (head === "" || tail === "") return sink.broken('an edge lacks its "source_id" or its "target_id"', { file, line });
  if (relation === "") return sink.broken('an edge lacks its "kind"', { file, line });
  sink.edge({ head, relation, tail, ...provenanceOf(data) }, { file, line });
}
