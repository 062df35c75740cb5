// The columns that a graph's two files have, by the names that the importer takes: one table for the importer, the page and the errors. Knows no parser.

export interface GraphColumn {
  /** Names in a header, whatever their case; the first is the one that errors and the page ask for. */
  readonly names: readonly string[];
  readonly needed: boolean;
}

export const nodeColumns = {
  id: { names: ["id", "node_id", "identifier", "curie"], needed: true },
  type: { names: ["type", "node_type", "category", "kind"], needed: true },
  name: { names: ["name", "node_name", "label", "title"], needed: true },
  source: { names: ["source", "node_source", "provenance"], needed: false },
  licence: { names: ["licence", "license"], needed: false },
  synonyms: { names: ["synonyms", "synonym", "aliases"], needed: false },
} as const satisfies Record<string, GraphColumn>;

export const edgeColumns = {
  head: { names: ["head", "src", "subject", "from", "start"], needed: true },
  relation: { names: ["relation", "predicate", "edge_type", "relationship"], needed: true },
  tail: { names: ["tail", "dst", "object", "to", "end", "target"], needed: true },
  source: { names: ["source", "edge_source", "provenance"], needed: false },
  licence: { names: ["licence", "license"], needed: false },
} as const satisfies Record<string, GraphColumn>;

export type NodeField = keyof typeof nodeColumns;
export type EdgeField = keyof typeof edgeColumns;

/** Signs between the cells of a row; the header tells which. */
export const separators = { "\t": "tabs", ",": "commas", ";": "semicolons" } as const;

export type Separator = keyof typeof separators;

/** Between the synonyms of one cell. */
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

/** Why rows of the files are not in the graph, though nothing is wrong with them. */
export const leftOutReasons = [
  "type-not-chosen", // nodes of a type that was not asked for
  "relation-not-chosen",
  "no-name", // nodes named "NaN", "NULL", "N/A", "unknown"
  "end-left-out", // edges of a node that was left out
] as const;

export type LeftOutReason = (typeof leftOutReasons)[number];

export type LeftOut = Readonly<Partial<Record<LeftOutReason, number>>>;
