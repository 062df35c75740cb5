// NCBI-Disease (Dogan et al. 2014): recognise diseases in sentences of PubMed abstracts; its subtypes are one. Appendix D, Table 5.

import { fivePerLabel } from "./few-shot.ts";
import { types } from "./graph-words.ts";
import type { Task } from "./task.ts";

export const ncbiDisease: Task<"ner"> = {
  id: "ncbi-disease",
  name: "NCBI-Disease",
  summary: "Find every disease that a sentence mentions.",
  family: "ner",
  shape: "token",
  taskName: "disease entity recognition",
  domain: "disease",
  labels: [{ id: "Disease", name: "disease", description: "a disease, disorder or syndrome, or a class of them" }],
  shots: fivePerLabel,
  metrics: [{ name: "f1" }, { name: "precision" }, { name: "recall" }],
  topics: { every: { kind: "nodes", types: types.disease } },
  entityTypes: { every: ["diseases"] },
  styles: ["medical literature", "patient-doctor dialogues"],
};
