// iBKH's tables: entity vocabularies, and pairs with a column for each relation. Knows no store.

import { isNoName } from "../name-words.ts";
import type { FileHead, GraphSink, GraphSource } from "./graph-source.ts";
import { cellAt, type Header, headedRows, headerNames, widthWords } from "./headed-rows.ts";
import { stemOf } from "./paths.ts";
import type { TextFile } from "./text-pieces.ts";

/** Types by the names of the vocabularies. */
const types: Readonly<Record<string, string>> = {
  anatomy: "Anatomy",
  disease: "Disease",
  drug: "Drug",
  dsp: "DSP",
  gene: "Gene",
  molecule: "Molecule",
  pathway: "Pathway",
  sdsi: "SDSI",
  side_effect: "Side_Effect",
  symptom: "Symptom",
  tc: "TC",
};

/** Terms of the whole; each source that a row names has its own beside. */
const licence = "Apache-2.0 AND CC-BY-NC-SA-4.0";

/** The type that a column of ids is named by: "Drug", "Drug_1", "Side_Effect". */
function typeOf(column: string): string | undefined {
  const name = column
    .trim()
    .toLowerCase()
    .replace(/_?[12]$/, "")
    .replace(/[\s-]+/g, "_");
  return types[name] ?? types[name.replace(/_(id|primary)$/, "")];
}

const vocabularyType = (path: string): string => {
  const stem = stemOf(path).replace(/_vocab$/, "");
  return types[stem] ?? stem;
};

function roleOf({ file, text }: FileHead): string | undefined {
  const [first = "", second = "", ...others] = headerNames(text);
  if (first === "primary") return "vocabulary";
  const stem = stemOf(file.name);
  if (/_vocab$/.test(stem)) return "vocabulary";
  if (typeOf(first) && typeOf(second) && (/_res$/.test(stem) || others.includes("source"))) return "pairs";
  return undefined;
}

export const ibkhSource: GraphSource = {
  name: "iBKH",
  strict: false,
  role: roleOf,
  missing: (roles) =>
    roles.has("vocabulary") ? undefined : "no entity vocabulary (entity/…_vocab.csv): choose the zip of the entities too",
  steps: () => [
    { role: "vocabulary", read: readVocabulary },
    { role: "pairs", read: readPairs },
  ],
};

async function* readVocabulary(file: TextFile, sink: GraphSink): AsyncGenerator<number, void> {
  const type = vocabularyType(file.name);
  for await (const { header, rows, bytes } of headedRows(file)) {
    const name = Math.max(header.at("name"), header.at("symbol"));
    const others = header.names.flatMap((column, i) => (i === 0 || i === name ? [] : [{ i, prefix: prefixOf(column) }]));
    for (const { cells, line } of rows) {
      const at = { file: file.name, line };
      const id = cellAt(cells, 0);
      if (cells.length !== header.names.length) sink.broken(widthWords(cells.length, header.names.length), at);
      else if (name < 0) sink.broken('the header names no column "name" or "symbol"', at);
      else if (id === "") sink.broken(`the column "${header.names[0]}" is empty`, at);
      else {
        const xrefs = others.flatMap(({ i, prefix }) => idsIn(cellAt(cells, i), prefix));
        const node = { id, key: `${type}\t${id}`, type, name: cellAt(cells, name), source: sourceOf(id), licence, xrefs };
        sink.node(node, at);
      }
    }
    yield bytes;
  }
}

/** "do_id" names ids of "do". */
const prefixOf = (column: string): string => column.replace(/_?(id|cui)$/i, "").toUpperCase();

const idsIn = (cell: string, prefix: string): string[] =>
  cell
    .split(/[|;]/)
    .map((id) => id.trim())
    .filter((id) => id !== "" && !isNoName(id))
    .map((id) => (id.includes(":") ? id : `${prefix}:${id}`));

/** Vocabulary of an id: "DOID:10652". */
const sourceOf = (id: string): string => (id.includes(":") ? `iBKH: ${id.slice(0, id.indexOf(":"))}` : "iBKH");

const yes: ReadonlySet<string> = new Set(["1", "1.0", "true", "True", "TRUE"]);
const no: ReadonlySet<string> = new Set(["", "0", "0.0", "false", "False", "FALSE", "nan", "NaN"]);

interface PairColumns {
  readonly head: string;
  readonly tail: string;
  readonly relations: readonly { readonly at: number; readonly relation: string }[];
  readonly source: number;
  readonly score: number;
}

function pairColumns(header: Header): PairColumns {
  const [head = "", tail = ""] = header.names;
  const source = header.at("Source");
  const score = header.at("Inference_Score");
  const relations = header.names
    .map((relation, at) => ({ at, relation }))
    .filter(({ at, relation }) => at > 1 && at !== source && at !== score && relation !== "");
  return { head: typeOf(head) ?? head, tail: typeOf(tail) ?? tail, relations, source, score };
}

async function* readPairs(file: TextFile, sink: GraphSink): AsyncGenerator<number, void> {
  let columns: PairColumns | undefined;
  for await (const { header, rows, bytes } of headedRows(file)) {
    columns ??= pairColumns(header);
    for (const { cells, line } of rows) readPair(cells, columns, header, sink, { file: file.name, line });
    yield bytes;
  }
}

function readPair(
  cells: readonly string[],
  { head, tail, relations, source, score }: PairColumns,
  header: Header,
  sink: GraphSink,
  at: { file: string; line: number },
): void {
  if (cells.length !== header.names.length) return sink.broken(widthWords(cells.length, header.names.length), at);
  const [from, to] = [cellAt(cells, 0), cellAt(cells, 1)];
  if (from === "" || to === "") return sink.broken(`the column "${header.names[from === "" ? 0 : 1]}" is empty`, at);
  const wrong = relations.find((column) => !yes.has(cells[column.at] as string) && !no.has(cellAt(cells, column.at)));
  if (wrong) return sink.broken(`the column "${wrong.relation}" is neither 0 nor 1 but "${cells[wrong.at]?.slice(0, 40)}"`, at);
  const held = relations.filter((column) => yes.has(cells[column.at] as string));
  if (held.length === 0) return sink.leave("no-relation");
  const ends = { head: `${head}\t${from}`, tail: `${tail}\t${to}` };
  const named = source < 0 ? "" : cellAt(cells, source);
  for (const { relation } of held) {
    const inferred = /inferred/i.test(relation) && score >= 0 ? Number(cellAt(cells, score) || Number.NaN) : Number.NaN;
    const scored = Number.isFinite(inferred) ? { score: inferred } : {};
    sink.edge({ ...ends, relation, source: named === "" ? "iBKH" : `iBKH: ${named}`, licence, ...scored }, at);
  }
}
