// ChemProt (Taboureau et al. 2010): which of five relations a sentence gives to a chemical and a protein, or none. Appendix D, Table 5.

import { fivePerLabel } from "./few-shot.ts";
import { edges, relations, types, unlinked } from "./graph-words.ts";
import type { Task } from "./task.ts";
import type { TopicQuery } from "./topic-query.ts";

const actions = (named: readonly string[]): TopicQuery => ({ kind: "any", of: edges(named, types.drug, types.gene) });

export const chemprot: Task<"relation"> = {
  id: "chemprot",
  name: "ChemProt",
  summary: "Tell which relation a sentence gives to a chemical and a protein.",
  family: "relation",
  shape: "relation",
  taskName: "chemical protein relation extraction",
  domain: "Chemical Protein Relation",
  head: { word: "chemical", type: "Chemical" },
  tail: { word: "protein", type: "Protein" },
  // In the order of ClinGen's label.txt; descriptions from its released code. The paper calls the last one "No relation".
  labels: [
    { id: "upregulator", name: "upregulator", description: "the chemical activates expression of the protein" },
    { id: "downregulator", name: "downregulator", description: "the chemical inhibits expression of the protein" },
    {
      id: "agonist",
      name: "agonist",
      description: "the chemical triggering a biological response similar to the natural ligand",
    },
    {
      id: "antagonist",
      name: "antagonist",
      description: "the chemical diminishing its normal activity or interaction with its natural ligand",
    },
    { id: "product_of", name: "product of", description: "the protein is a product of the reaction on this chemical" },
    {
      id: "not",
      name: "no relation",
      description: "there's no relation between the chemical and the protein from the generated sentence",
      negative: true,
    },
  ],
  shots: fivePerLabel,
  metrics: [
    { name: "f1", average: "micro", without: "not" },
    { name: "f1", average: "macro", without: "not" },
  ],
  topics: {
    each: {
      upregulator: actions(relations.upregulates),
      downregulator: actions(relations.downregulates),
      agonist: actions(relations.agonism),
      antagonist: actions(relations.antagonism),
      product_of: actions(relations.turnover),
      not: { kind: "first", of: unlinked(types.drug, types.gene) },
    },
  },
  entityTypes: { every: ["chemicals", "proteins"] },
  styles: ["medical literature", "case reports"],
};
