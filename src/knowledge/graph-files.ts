// The columns that a graph's two files have, by the names that the importer takes: one table for the importer, the page and the errors. Knows no parser.

export interface GraphColumn {
  /** Names in a header, whatever their case; the first is the one that errors and the page ask for. */
  readonly names: readonly string[];
  readonly needed: boolean;
}

export const nodeColumns = {
  id: { names: ["id", "node_id", "identifier", "curie", ":id", "id:id"], needed: true },
  type: { names: ["type", "node_type", "category", "kind", ":label"], needed: true },
  name: { names: ["name", "node_name", "label", "title"], needed: true },
  source: { names: ["source", "node_source", "provenance"], needed: false },
  licence: { names: ["licence", "license"], needed: false },
  synonyms: { names: ["synonyms", "synonym", "aliases"], needed: false },
  xrefs: { names: ["xrefs", "xref", "same_as"], needed: false },
} as const satisfies Record<string, GraphColumn>;

export const edgeColumns = {
  // The last names are those of tools for networks, which say source, target and type: another column goes before them.
  head: {
    names: ["head", "src", "subject", "from", "start", "head_id", "subject_id", "source_id", ":start_id", "source"],
    needed: true,
  },
  relation: { names: ["relation", "predicate", "edge_type", "relationship", ":type", "type"], needed: true },
  tail: { names: ["tail", "dst", "object", "to", "end", "tail_id", "object_id", "target_id", ":end_id", "target"], needed: true },
  source: { names: ["source", "sources", "edge_source", "provenance", "primary_knowledge_source"], needed: false },
  licence: { names: ["licence", "license"], needed: false },
  score: { names: ["score", "weight", "confidence"], needed: false },
} as const satisfies Record<string, GraphColumn>;

export type NodeField = keyof typeof nodeColumns;
export type EdgeField = keyof typeof edgeColumns;

/** Signs between the cells of a row; the header tells which. */
export const separators = { "\t": "tabs", ",": "commas", ";": "semicolons" } as const;

export type Separator = keyof typeof separators;

/** Between the synonyms of one cell, and between its ids elsewhere. */
export const synonymSign = "|";

const listed = (names: readonly string[]): string => {
  const [first, ...others] = names;
  return others.length === 0 ? `${first}` : `${first} (or ${others.join(", ")})`;
};

/** A file's columns in words: "id (or node_id), type and name; if there: source". */
export function columnWords(columns: Readonly<Record<string, GraphColumn>>): string {
  const of = (needed: boolean) =>
    Object.values(columns)
      .filter((c) => c.needed === needed)
      .map((c) => listed(c.names));
  const asked = of(true);
  return `${asked.slice(0, -1).join(", ")} and ${asked.at(-1)}; if there: ${of(false).join(", ")}`;
}

/** Why rows of the files are not in the graph. */
export const leftOutReasons = [
  "type-not-chosen", // nodes of a type that was not asked for
  "relation-not-chosen",
  "licence-not-chosen",
  "score-too-low", // edges below the score that was asked for
  "not-drawn", // nodes beyond the number that was asked for, by chance
  "too-far", // nodes farther from the seeds than was asked for
  "degree-reached", // edges of a node that has as many as were asked for
  "no-name", // nodes named "NaN", "NULL", "N/A", "unknown"
  "end-left-out", // edges of a node that was left out
  "obsolete", // terms that their ontology has given up
  "suppressed", // rows that UMLS has given up
  "other-language",
  "other-direction", // a second row for an edge that is there
  "no-relation", // pairs of which a table says that no relation holds
  "edge-to-itself",
  "unknown-end", // edges whose end is in no file
  "repeated-id",
  "broken-row",
] as const;

export type LeftOutReason = (typeof leftOutReasons)[number];

export type LeftOut = Readonly<Partial<Record<LeftOutReason, number>>>;

/** Licence of rows that state none. */
export const notStated = "not stated";

/** One spelling for licences that differ in case, spaces and hyphens: "CC BY 4.0", "cc-by-4.0". "CC0" is its only version. */
export function licenceKey(licence: string): string {
  const key = licence
    .trim()
    .toLowerCase()
    .replace(/[\s_-]+/g, "-");
  return key === "cc0" ? "cc0-1.0" : key;
}
