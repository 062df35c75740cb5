// UMLS's rows of concepts (MRCONSO), of their semantic types (MRSTY) and of relations (MRREL). Knows no store.

import type { GraphNode } from "../knowledge-graph.ts";
import { isNoName } from "../name-words.ts";
import type { At, FileHead, GraphSink, GraphSource, Step } from "./graph-source.ts";
import { cellAt, firstLine } from "./headed-rows.ts";
import { stemOf } from "./paths.ts";
import { tableRows } from "./table-rows.ts";
import type { TextFile } from "./text-pieces.ts";

const licence = "UMLS Metathesaurus License";

/** Node types of the tasks by the semantic types that they stand for; other concepts keep their own. */
const semanticTypes: Readonly<Record<string, string>> = {
  "Disease or Syndrome": "Disease",
  "Neoplastic Process": "Disease",
  "Mental or Behavioral Dysfunction": "Disease",
  "Congenital Abnormality": "Disease",
  "Injury or Poisoning": "Disease",
  "Sign or Symptom": "Symptom",
  "Pharmacologic Substance": "Drug",
  "Clinical Drug": "Drug",
  Antibiotic: "Drug",
  "Organic Chemical": "Chemical",
  "Inorganic Chemical": "Chemical",
  "Gene or Genome": "Gene",
  "Amino Acid, Peptide, or Protein": "Protein",
  "Body Part, Organ, or Organ Component": "Anatomy",
  "Biologic Function": "Biological process",
};

const mappedTypes = new Set(Object.values(semanticTypes));

/** Tells whether a type takes the place of one that stood before it. A drug is an organic chemical too: the type that tasks ask for goes first. */
const replaces = (type: string, before: string | undefined): boolean =>
  before === undefined || (mappedTypes.has(type) && (type !== "Chemical" || !mappedTypes.has(before)));

/** Places of the columns that are read. */
const conso = {
  cui: 0,
  language: 1,
  status: 2,
  form: 4,
  preferred: 6,
  source: 11,
  code: 13,
  name: 14,
  suppress: 16,
  width: 18,
} as const;
const rel = { first: 0, relation: 3, second: 4, attribute: 7, source: 10, suppress: 14, width: 16 } as const;
const sty = { cui: 0, type: 3, width: 6 } as const;

function roleOf({ file, text }: FileHead): string | undefined {
  const cells = firstLine(text).split("|");
  if (!/^C\d{7}$/.test(cells[0] ?? "")) return { mrconso: "names", mrrel: "relations", mrsty: "types" }[stemOf(file.name)];
  if (/^T\d{3}$/.test(cells[1] ?? "")) return "types";
  if (/^[A-Z]{3}$/.test(cells[1] ?? "")) return "names";
  return /^C\d{7}$/.test(cells[rel.second] ?? "") ? "relations" : undefined;
}

export const umlsSource: GraphSource = {
  name: "UMLS",
  strict: false,
  role: roleOf,
  missing: (roles) => (roles.has("names") ? undefined : "no MRCONSO.RRF, which has the names"),
  steps: () => {
    const types = new Map<string, string>();
    const steps: readonly Step[] = [
      { role: "types", read: (file, sink) => readTypes(file, sink, types) },
      { role: "names", read: (file, sink) => readNames(file, sink, (cui) => types.get(cui) ?? "Concept") },
      { role: "relations", read: readRelations },
    ];
    return steps;
  },
};

/** Rows of so many columns, each closed by a bar. */
async function* rrfRows(file: TextFile, width: number, sink: GraphSink) {
  for await (const { rows, bytes } of tableRows(file, () => "|", "|")) {
    const whole: { cells: readonly string[]; at: At }[] = [];
    for (const { cells, line } of rows) {
      const at = { file: file.name, line };
      if (cells.length === width + 1 || cells.length === width) whole.push({ cells, at });
      else sink.broken(`${cells.length - 1} columns where UMLS has ${width}`, at);
    }
    yield { rows: whole, bytes };
  }
}

async function* readTypes(file: TextFile, sink: GraphSink, types: Map<string, string>): AsyncGenerator<number, void> {
  for await (const { rows, bytes } of rrfRows(file, sty.width, sink)) {
    for (const { cells } of rows) {
      const [cui, own] = [cellAt(cells, sty.cui), cellAt(cells, sty.type)];
      const type = semanticTypes[own] ?? own;
      if (replaces(type, types.get(cui))) types.set(cui, type);
    }
    yield bytes;
  }
}

interface Concept {
  readonly cui: string;
  readonly at: At;
  name: string;
  /** How far its name is the preferred one. */
  rank: number;
  source: string;
  readonly names: Set<string>;
  readonly xrefs: Set<string>;
}

/** Rows of a concept stand together. */
async function* readNames(file: TextFile, sink: GraphSink, typeOf: (cui: string) => string): AsyncGenerator<number, void> {
  let open: Concept | undefined;
  const close = () => {
    if (open && open.names.size > 0) sink.node(nodeOf(open, typeOf(open.cui)), open.at);
    else if (open) sink.skip(open.cui);
    open = undefined;
  };
  for await (const { rows, bytes } of rrfRows(file, conso.width, sink)) {
    for (const { cells, at } of rows) {
      const cui = cellAt(cells, conso.cui);
      if (open && open.cui !== cui) close();
      open ??= { cui, at, name: "", rank: -1, source: "", names: new Set(), xrefs: new Set() };
      if (cellAt(cells, conso.language) !== "ENG") sink.leave("other-language");
      else if (!isKept(cellAt(cells, conso.suppress))) sink.leave("suppressed");
      else takeName(open, cells);
    }
    yield bytes;
  }
  close();
}

const isKept = (suppress: string): boolean => suppress === "N" || suppress === "";

function takeName(concept: Concept, cells: readonly string[]): void {
  const [name, source, code] = [cellAt(cells, conso.name), cellAt(cells, conso.source), cellAt(cells, conso.code)];
  const rank =
    4 * Number(cells[conso.status] === "P") + 2 * Number(cells[conso.form] === "PF") + Number(cells[conso.preferred] === "Y");
  if (rank > concept.rank) [concept.name, concept.rank, concept.source] = [name, rank, source];
  if (!isNoName(name)) concept.names.add(name);
  if (code !== "" && code !== "NOCODE") concept.xrefs.add(`${source}:${code}`);
}

function nodeOf({ cui, name, source, names, xrefs }: Concept, type: string): GraphNode {
  const lower = new Set([name.toLowerCase()]);
  const synonyms = [...names].filter((other) => !lower.has(other.toLowerCase()) && lower.add(other.toLowerCase()));
  return { id: `UMLS:${cui}`, key: cui, type, name, source: `UMLS: ${source}`, licence, synonyms, xrefs: [...xrefs] };
}

/** A row says what the second concept is to the first: "isa" of a narrower second one. */
async function* readRelations(file: TextFile, sink: GraphSink): AsyncGenerator<number, void> {
  for await (const { rows, bytes } of rrfRows(file, rel.width, sink)) {
    for (const { cells, at } of rows) {
      const [tail, head] = [cellAt(cells, rel.first), cellAt(cells, rel.second)];
      const relation = cellAt(cells, rel.attribute) || cellAt(cells, rel.relation);
      if (!isKept(cellAt(cells, rel.suppress))) sink.leave("suppressed");
      else if (head === tail) sink.leave("edge-to-itself");
      else if (relation === "") sink.broken("it names no relation (REL, RELA)", at);
      else sink.edge({ head, relation, tail, source: `UMLS: ${cellAt(cells, rel.source)}`, licence }, at);
    }
    yield bytes;
  }
}
