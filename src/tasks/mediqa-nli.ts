// MEDIQA-NLI (Ben Abacha et al. 2019): does a hypothesis follow from a clinical text? A test set alone, on PhysioNet. Appendix D, Table 5.

import { fivePerLabel } from "./few-shot.ts";
import { healthTopics } from "./health-topics.ts";
import { inferenceLabels } from "./inference-labels.ts";
import type { Task } from "./task.ts";

export const mediqaNli: Task<"pair"> = {
  id: "mediqa-nli",
  name: "MEDIQA-NLI",
  summary: "Tell whether a statement about a patient follows from a clinical text.",
  family: "pair",
  shape: "pair",
  taskName: "recognizing text entailment",
  domain: "Natural Language Entailment",
  firstContent: "claim",
  secondContent: "hypothesis",
  labels: inferenceLabels,
  shots: fivePerLabel,
  metrics: [{ name: "accuracy" }],
  ...healthTopics,
  styles: ["medical literature", "patient-doctor dialogues"],
};
