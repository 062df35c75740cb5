// GAD, gene-disease associations (Bravo et al. 2015): whether a sentence relates a gene to a disease. Appendix D, Table 5.

import { fivePerLabel } from "./few-shot.ts";
import { edges, relations, types, unlinked } from "./graph-words.ts";
import type { Task } from "./task.ts";
import type { TopicQuery } from "./topic-query.ts";

/** The graph that ships knows of genes what diseases do to them, and that stands for the association. */
const associated: TopicQuery = {
  kind: "first",
  of: [relations.associates, relations.expression].map((named) => ({
    kind: "any",
    of: edges(named, types.disease, types.gene),
  })),
};

export const gad: Task<"relation"> = {
  id: "gad",
  name: "GAD",
  summary: "Tell whether a sentence says that a gene and a disease are related.",
  family: "relation",
  shape: "relation",
  taskName: "disease gene relation extraction",
  domain: "Disease Gene Relation",
  head: { word: "disease", type: "Disease", mask: "@DISEASE$" },
  tail: { word: "gene", type: "Gene", mask: "@GENE$" },
  // In the order of ClinGen's label.txt, where the positive label stands first; descriptions from its released code.
  labels: [
    {
      id: "has_relation",
      name: "has relation",
      description: "the sentence indicates that the disease has interaction with gene",
    },
    {
      id: "no_relation",
      name: "no relation",
      description: "the sentence does not indicate any relation between the disease and gene",
      negative: true,
    },
  ],
  shots: fivePerLabel,
  metrics: [
    { name: "f1", average: "positive" },
    { name: "precision", average: "positive" },
    { name: "recall", average: "positive" },
  ],
  topics: {
    each: {
      has_relation: associated,
      no_relation: { kind: "first", of: unlinked(types.disease, types.gene) },
    },
  },
  entityTypes: { every: ["diseases", "genes"] },
  styles: ["medical literature", "case reports"],
};
