// MQP (McCreery et al. 2020): do two medical questions ask the same? Appendix D, Table 5.

import type { Task } from "./task.ts";

export const mqp: Task<"pair"> = {
  id: "mqp",
  name: "MQP",
  summary: "Tell whether two medical questions ask the same thing.",
  family: "pair",
  shape: "pair",
  taskName: "sentence similarity calculation",
  domain: "Sentence Similarity Calculation",
  firstContent: "claim",
  secondContent: "sentence",
  labels: [
    { id: "not_equivalent", name: "not_equivalent", description: "its meaning is different from the first sentence" },
    { id: "equivalent", name: "equivalent", description: "it has the same meaning as the first sentence" },
  ],
  shots: 5,
  metrics: [{ name: "accuracy" }],
  topics: { every: { kind: "nodes", types: ["Disease", "Symptom", "Drug"] } },
  entityTypes: { every: ["diseases", "symptoms", "drugs"] },
  styles: ["medical literature", "patient-doctor dialogues"],
};
