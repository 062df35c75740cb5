// Labels of natural language inference about a patient, in the order of ClinGen's label.txt. MedNLI and MEDIQA-NLI share them.

import type { Label } from "./task.ts";

/** Names as the paper writes them; descriptions from ClinGen's released code. */
export const inferenceLabels: readonly Label[] = [
  {
    id: "entail",
    name: "entailment",
    description: "the hypothesis is definitely a true description of the patient given the premise",
  },
  {
    id: "neutral",
    name: "neutral",
    description: "the hypothesis might or might not be a true description of the patient given the premise",
  },
  {
    id: "contradict",
    name: "contradiction",
    description: "the hypothesis is definitely a false description of the patient given the premise",
  },
];
