// PrimeKG's kg.csv: both nodes and their relation in each row, each edge in both directions. Knows no store.

import type { FileHead, GraphSink, GraphSource } from "./graph-source.ts";
import { cellAt, type Header, headedRows, headerNames, widthWords } from "./headed-rows.ts";
import { type PairSet, pairSet } from "./pair-set.ts";
import type { TextFile } from "./text-pieces.ts";

const licence = "MIT";
const columns = ["relation", "x_id", "x_type", "x_name", "x_source", "y_id", "y_type", "y_name", "y_source"] as const;

/** Types in the order in which an edge names them: a drug treats a disease, a disease has genes. Others follow. */
const headFirst = ["drug", "exposure", "disease", "effect/phenotype", "anatomy", "gene/protein"] as const;

const rank = (type: string): number => {
  const at = (headFirst as readonly string[]).indexOf(type);
  return at < 0 ? headFirst.length : at;
};

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

interface End {
  readonly key: string;
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly source: string;
}

type Places = Readonly<Record<"index" | "id" | "type" | "name" | "source", number>>;

const placesOf = (header: Header, side: "x" | "y"): Places => ({
  index: header.at(`${side}_index`),
  id: header.at(`${side}_id`),
  type: header.at(`${side}_type`),
  name: header.at(`${side}_name`),
  source: header.at(`${side}_source`),
});

function endOf(cells: readonly string[], places: Places): End {
  const [id, type, source] = [cellAt(cells, places.id), cellAt(cells, places.type), cellAt(cells, places.source)];
  const index = cellAt(cells, places.index);
  // Ids are numbers that other types have too.
  return {
    key: index === "" ? `${type}\t${source}:${id}` : index,
    id: `${source}:${id}`,
    type,
    name: cellAt(cells, places.name),
    source,
  };
}

async function* readRows(file: TextFile, sink: GraphSink): AsyncGenerator<number, void> {
  const seen = new Map<string, PairSet>();
  const numbers = new Map<string, number>();
  const numberOf = (key: string): number => {
    const number = numbers.get(key) ?? numbers.size;
    if (number === numbers.size) numbers.set(key, number);
    return number;
  };
  let places: { x: Places; y: Places; relation: number } | undefined;
  for await (const { header, rows, bytes } of headedRows(file)) {
    places ??= { x: placesOf(header, "x"), y: placesOf(header, "y"), relation: header.at("relation") };
    for (const { cells, line } of rows) {
      const at = { file: file.name, line };
      if (cells.length !== header.names.length) {
        sink.broken(widthWords(cells.length, header.names.length), at);
        continue;
      }
      const relation = cellAt(cells, places.relation);
      const [x, y] = [endOf(cells, places.x), endOf(cells, places.y)];
      const empty = relation === "" ? "relation" : x.type === "" ? "x_type" : y.type === "" ? "y_type" : undefined;
      if (empty) {
        sink.broken(`the column "${empty}" is empty`, at);
        continue;
      }
      for (const { key, id, type, name, source } of [x, y]) {
        if (!sink.has(key)) sink.node({ id, key, type, name, source: `PrimeKG: ${source}`, licence }, at);
      }
      const pairs = seen.get(relation) ?? pairSet();
      seen.set(relation, pairs);
      const [a, b] = [numberOf(x.key), numberOf(y.key)];
      if (!pairs.add(Math.min(a, b), Math.max(a, b))) {
        sink.leave("other-direction");
        continue;
      }
      const [head, tail] = rank(y.type) < rank(x.type) ? [y, x] : [x, y];
      sink.edge({ head: head.key, relation, tail: tail.key, source: "PrimeKG", licence }, at);
    }
    yield bytes;
  }
}
