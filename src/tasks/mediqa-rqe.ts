// MEDIQA-RQE (Ben Abacha and Demner-Fushman 2016): does an answer to one health question answer another? Appendix D, Table 5.

import { fivePerLabel } from "./few-shot.ts";
import { healthTopics } from "./health-topics.ts";
import type { Task } from "./task.ts";

export const mediqaRqe: Task<"pair"> = {
  id: "mediqa-rqe",
  name: "MEDIQA-RQE",
  summary: "Tell whether the answer to a known question also answers a patient's.",
  family: "pair",
  shape: "pair",
  taskName: "recognizing question entailment",
  domain: "Question Entailment",
  firstContent: "health question",
  secondContent: "health question",
  // In the order of ClinGen's label.txt. Descriptions as in its released code, whose "question A" and "question B" no listing of the paper names.
  labels: [
    {
      id: "not_entail",
      name: "not entail",
      description: "the answer to the second health question is not a answer to the first health question",
    },
    {
      id: "entail",
      name: "entail",
      description: "every answer to the second health question is also a complete or partial answer to the first health question",
    },
  ],
  shots: fivePerLabel,
  metrics: [{ name: "accuracy" }],
  ...healthTopics,
  styles: ["medical literature", "patient-doctor dialogues"],
};
