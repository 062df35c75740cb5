// MQP (McCreery et al. 2020): do two medical questions ask the same? Appendix D, Table 5.

import { fivePerLabel } from "./few-shot.ts";
import { healthTopics } from "./health-topics.ts";
import type { Task } from "./task.ts";

export const mqp: Task<"pair"> = {
  id: "mqp",
  name: "MQP",
  summary: "Tell whether two medical questions ask the same thing.",
  family: "pair",
  shape: "pair",
  wording: 2,
  taskName: "sentence similarity calculation",
  domain: "Sentence Similarity Calculation",
  firstContent: "claim",
  secondContent: "sentence",
  // In the order of ClinGen's label.txt. Its released code gives each label the description of the other; here each has its own.
  labels: [
    {
      id: "not_equivalent",
      name: "not equivalent",
      description: "two sentences may look similar syntactically but contextually dissimilar",
    },
    { id: "equivalent", name: "equivalent", description: "two sentences are syntactically dissimilar but contextually similar" },
  ],
  shots: fivePerLabel,
  metrics: [{ name: "accuracy" }],
  ...healthTopics,
  styles: ["medical literature", "patient-doctor dialogues"],
};

/** The words before `wording` 2: runs that were begun in them go on in them. */
export const mqpBefore: Task<"pair"> = {
  ...mqp,
  labels: [
    { id: "not_equivalent", name: "not_equivalent", description: "its meaning is different from the first sentence" },
    { id: "equivalent", name: "equivalent", description: "it has the same meaning as the first sentence" },
  ],
};
