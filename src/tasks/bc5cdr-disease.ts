// BC5CDR-Disease (Li et al. 2016): recognise diseases in sentences of PubMed abstracts. Appendix D, Table 5.

import type { NerTask } from "./task.ts";

export const bc5cdrDisease: NerTask = {
  id: "bc5cdr-disease",
  name: "BC5CDR-Disease",
  summary: "Find every disease that a sentence mentions.",
  family: "ner",
  kind: "token",
  objective: "token",
  taskName: "disease entity recognition",
  domain: "disease",
  labels: [{ id: "Disease", name: "disease", description: "a disease, disorder, symptom or adverse effect" }],
  metrics: ["f1", "precision", "recall"],
  topics: { kind: "nodes", types: ["Disease", "Symptom"] },
  entityTypes: ["diseases", "symptoms", "side effects"],
  styles: ["medical literature", "patient-doctor dialogues"],
};
