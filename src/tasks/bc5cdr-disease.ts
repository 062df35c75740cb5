// BC5CDR-Disease (Li et al. 2016): recognise diseases in sentences of PubMed abstracts. Appendix D, Table 5.

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
  shots: 5,
  metrics: [{ name: "f1" }, { name: "precision" }, { name: "recall" }],
  topics: { every: { kind: "nodes", types: ["Disease", "Symptom"] } },
  entityTypes: { every: ["diseases", "symptoms", "side effects"] },
  styles: ["medical literature", "patient-doctor dialogues"],
};
