// MedNLI (Shivade 2017): does a hypothesis follow from a sentence of a clinical note? Its corpus is on PhysioNet alone. Appendix D, Table 5.

import { fivePerLabel } from "./few-shot.ts";
import { healthTopics } from "./health-topics.ts";
import { inferenceLabels } from "./inference-labels.ts";
import type { Task } from "./task.ts";

export const mednli: Task<"pair"> = {
  id: "mednli",
  name: "MedNLI",
  summary: "Tell whether a statement follows from a sentence of a clinical note.",
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
