// PrimeKG's kg.csv: both nodes and their relation in each row, each edge in both directions. Knows no store.

import type { GraphNode } from "../knowledge-graph.ts";
import type { FileHead, GraphSink, GraphSource } from "./graph-source.ts";
import { cellAt, type Header, headedRows, headerNames, widthWords } from "./headed-rows.ts";
import { type PairSet, pairSet } from "./pair-set.ts";
import type { TextFile } from "./text-pieces.ts";

const licence = "MIT";
const columns = ["relation", "x_id", "x_type", "x_name", "x_source", "y_id", "y_type", "y_name", "y_source"] as const;

/** Types in the order in which an edge names them: a drug treats a disease, a disease has genes. Others follow. */
const headFirst = ["drug", "exposure", "disease", "effect/phenotype", "anatomy", "gene/protein"] as const;

const ranks: ReadonlyMap<string, number> = new Map(headFirst.map((type, i) => [type, i]));

const rank = (type: string): number => ranks.get(type) ?? headFirst.length;

export const primekgSource: GraphSource = {
  name: "PrimeKG",
  strict: false,
  role({ text }: FileHead) {
    const names = headerNames(text);
    return columns.every((column) => names.includes(column)) ? "rows" : undefined;
  },
  missing: () => undefined,
  steps: () => [{ role: "rows", read: readRows }],
};

type Places = Readonly<Record<"index" | "id" | "type" | "name" | "source", number>>;

const placesOf = (header: Header, side: "x" | "y"): Places => ({
  index: header.at(`${side}_index`),
  id: header.at(`${side}_id`),
  type: header.at(`${side}_type`),
  name: header.at(`${side}_name`),
  source: header.at(`${side}_source`),
});

/** Ids are numbers that other types have too. */
function keyOf(cells: readonly string[], places: Places): string {
  const index = cellAt(cells, places.index);
  return index === "" ? `${cellAt(cells, places.type)}\t${cellAt(cells, places.source)}:${cellAt(cells, places.id)}` : index;
}

function nodeOf(cells: readonly string[], places: Places, key: string): GraphNode {
  const source = cellAt(cells, places.source);
  const [type, name] = [cellAt(cells, places.type), cellAt(cells, places.name)];
  return { id: `${source}:${cellAt(cells, places.id)}`, key, type, name, source: `PrimeKG: ${source}`, licence };
}

async function* readRows(file: TextFile, sink: GraphSink): AsyncGenerator<number, void> {
  const seen = new Map<string, PairSet>();
  const numbers = new Map<string, number>();
  const at = { file: file.name, line: 0 };
  const numberOf = (cells: readonly string[], places: Places, key: string): number => {
    const found = numbers.get(key);
    if (found !== undefined) return found;
    numbers.set(key, numbers.size);
    if (!sink.has(key)) sink.node(nodeOf(cells, places, key), at);
    return numbers.size - 1;
  };
  let places: { x: Places; y: Places; relation: number } | undefined;
  for await (const { header, rows, bytes } of headedRows(file)) {
    places ??= { x: placesOf(header, "x"), y: placesOf(header, "y"), relation: header.at("relation") };
    for (const { cells, line } of rows) {
      at.line = line;
      if (cells.length !== header.names.length) {
        sink.broken(widthWords(cells.length, header.names.length), at);
        continue;
      }
      const relation = cellAt(cells, places.relation);
      const [xType, yType] = [cellAt(cells, places.x.type), cellAt(cells, places.y.type)];
      const empty = relation === "" ? "relation" : xType === "" ? "x_type" : yType === "" ? "y_type" : undefined;
      if (empty) {
        sink.broken(`the column "${empty}" is empty`, at);
        continue;
      }
      const [x, y] = [keyOf(cells, places.x), keyOf(cells, places.y)];
      const [a, b] = [numberOf(cells, places.x, x), numberOf(cells, places.y, y)];
      let pairs = seen.get(relation);
      if (pairs === undefined) {
        pairs = pairSet();
        seen.set(relation, pairs);
      }
      if (!pairs.add(Math.min(a, b), Math.max(a, b))) {
        sink.leave("other-direction");
        continue;
      }
      const turned = rank(yType) < rank(xType);
      sink.edge({ head: turned ? y : x, relation, tail: turned ? x : y, source: "PrimeKG", licence }, at);
    }
    yield bytes;
  }
}
