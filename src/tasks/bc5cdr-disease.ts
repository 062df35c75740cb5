// BC5CDR-Disease (Li et al. 2016): recognise diseases in sentences of PubMed abstracts. Appendix D, Table 5.

import { fivePerLabel } from "./few-shot.ts";
import { types } from "./graph-words.ts";
import type { Task } from "./task.ts";

export const bc5cdrDisease: Task<"ner"> = {
  id: "bc5cdr-disease",
  name: "BC5CDR-Disease",
  summary: "Find every disease that a sentence mentions.",
  family: "ner",
  shape: "token",
  taskName: "disease entity recognition",
  domain: "disease",
  labels: [{ id: "Disease", name: "disease", description: "a disease, disorder, symptom or adverse effect" }],
  shots: fivePerLabel,
  metrics: [{ name: "f1" }, { name: "precision" }, { name: "recall" }],
  topics: { every: { kind: "nodes", types: [...types.disease, ...types.symptom] } },
  entityTypes: { every: ["diseases", "symptoms", "side effects"] },
  styles: ["medical literature", "patient-doctor dialogues"],
};
