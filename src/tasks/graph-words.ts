// Words of knowledge graphs for types and relations: this project's starter graph, iBKH, PrimeKG and Hetionet. Knows no graph.

import type { GraphQuery } from "./topic-query.ts";

/** Node types by what they stand for, as graphs spell them. */
export const types = {
  drug: ["Drug", "Compound", "Chemical", "drug"],
  chemical: ["Drug", "Compound", "Chemical", "Molecule", "drug"],
  disease: ["Disease", "disease"],
  symptom: ["Symptom", "effect/phenotype"],
  effect: ["Side Effect", "Side_Effect"],
  gene: ["Gene", "Protein", "gene/protein"],
  pathway: ["Pathway", "pathway"],
  process: ["Biological process", "Biological Process", "biological_process"],
} as const satisfies Record<string, readonly string[]>;

/** Relations by what they say, as graphs spell them. Hetionet's are its abbreviations and its actions of drugs. */
export const relations = {
  treats: ["treats", "palliates", "Treats", "Palliates", "CtD", "CpD", "indication"],
  causes: ["causes", "induces", "causes_side_effect", "marker/mechanism", "Effect", "CcSE", "drug_effect"],
  associates: ["associates", "associated_with", "Associate", "DaG", "disease_protein"],
  upregulates: ["upregulates", "inducer", "activator", "stimulator", "Upregulates", "CuG"],
  downregulates: ["downregulates", "inhibitor", "suppressor", "blocker", "Downregulates", "inhibits", "CdG"],
  agonism: ["agonist", "partial_agonist", "partial agonist", "agonism, activation"],
  antagonism: ["antagonist", "allosteric_antagonist", "antagonism, blocking"],
  turnover: ["substrate", "product", "product_of"],
  /** Relations of a disease and a gene: the disease changes how much of the gene's product there is. */
  expression: ["upregulates", "downregulates", "DuG", "DdG"],
} as const satisfies Record<string, readonly string[]>;

/** Relations that say the contrary of each other. */
export const opposites = [
  ["treats", "causes"],
  ["upregulates", "downregulates"],
  ["agonism", "antagonism"],
] as const satisfies readonly (readonly [keyof typeof relations, keyof typeof relations])[];

/** Edges of any of these relations from any of these types to any of those. */
export function edges(named: readonly string[], heads: readonly string[], tails: readonly string[]): readonly GraphQuery[] {
  return heads.flatMap((head) =>
    tails.flatMap((tail) => named.map((relation): GraphQuery => ({ kind: "edges", relation, head, tail }))),
  );
}

/** Pairs of any of these types and any of those without an edge of these relations; without any edge, where none is named. */
export function unlinked(
  heads: readonly string[],
  tails: readonly string[],
  without: readonly string[] = [],
): readonly GraphQuery[] {
  return heads.flatMap((head) => tails.map((tail): GraphQuery => ({ kind: "pairs", head, tail, without })));
}
