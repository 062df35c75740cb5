// CDR, chemical-disease relations (Li et al. 2016): whether a sentence says that a chemical causes a disease. Appendix D, Table 5.

import { fivePerLabel } from "./few-shot.ts";
import { edges, relations, types, unlinked } from "./graph-words.ts";
import type { Task } from "./task.ts";
import type { TopicQuery } from "./topic-query.ts";

const causes: TopicQuery = {
  kind: "first",
  of: [
    { kind: "any", of: edges(relations.causes, types.drug, [...types.disease, ...types.effect, ...types.symptom]) },
    // The graph that ships has no edge from a drug to its effects. Findings that it does not link to the drug stand for them. Such a sentence
    // need not be true: it trains the form of the relation alone.
    ...unlinked(["Drug"], ["Symptom"]),
  ],
};

const doesNotCause: TopicQuery = {
  kind: "first",
  of: [
    { kind: "any", of: edges(relations.treats, types.drug, types.disease) },
    ...unlinked(types.drug, types.disease, relations.causes),
  ],
};

export const cdr: Task<"relation"> = {
  id: "cdr",
  name: "CDR",
  summary: "Tell whether a sentence says that a chemical causes a disease.",
  family: "relation",
  shape: "relation",
  taskName: "chemical disease relation extraction",
  domain: "Chemical Disease Relation",
  head: { word: "chemical", type: "Chemical" },
  tail: { word: "disease", type: "Disease" },
  // In the order of ClinGen's label.txt; descriptions from its released code.
  labels: [
    {
      id: "not_induce",
      name: "not induce",
      description: "the sentence does not indicate that the chemical cause the disease",
      negative: true,
    },
    { id: "induce", name: "induce", description: "the sentence indicates that the chemical cause the disease" },
  ],
  shots: fivePerLabel,
  metrics: [
    { name: "f1", average: "positive" },
    { name: "precision", average: "positive" },
    { name: "recall", average: "positive" },
  ],
  topics: { each: { not_induce: doesNotCause, induce: causes } },
  entityTypes: { each: { not_induce: ["drugs", "diseases"], induce: ["drugs", "side effects"] } },
  styles: ["medical literature", "case reports"],
};
