// MQP (McCreery et al. 2020): do two medical questions ask the same? Appendix D, Table 5.

import type { PairTask } from "./task.ts";

export const mqp: PairTask = {
  id: "mqp",
  name: "MQP",
  summary: "Tell whether two medical questions ask the same thing.",
  family: "pair",
  kind: "pair",
  objective: "single",
  taskName: "sentence similarity calculation",
  domain: "Sentence Similarity Calculation",
  firstContent: "claim",
  secondContent: "sentence",
  labels: [
    { id: "not_equivalent", name: "not_equivalent", description: "its meaning is different from the first sentence" },
    { id: "equivalent", name: "equivalent", description: "it has the same meaning as the first sentence" },
  ],
  metrics: ["accuracy"],
  topics: { kind: "nodes", types: ["Disease", "Symptom", "Drug"] },
  entityTypes: ["diseases", "symptoms", "drugs"],
  styles: ["medical literature", "patient-doctor dialogues"],
};
