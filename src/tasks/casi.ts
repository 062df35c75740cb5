// CASI (Agrawal et al. 2022, Moon et al. 2014): medications of a clinical text and what belongs to each. Appendix D, Table 5.

import { fiveInAll } from "./few-shot.ts";
import { types } from "./graph-words.ts";
import type { Label, Task } from "./task.ts";

const attribute = (id: string, description: string, nodes?: readonly string[]): Label => ({
  id,
  name: id,
  description,
  ...(nodes ? { nodes } : {}),
});

export const casi: Task<"attribute"> = {
  id: "casi",
  name: "CASI",
  summary: "Find the medications of a clinical text, with dosage, route, frequency, reason and duration.",
  family: "attribute",
  shape: "token",
  taskName: "clinical attributes recognition",
  domain: "clinical attributes",
  // In the order of Listings 3 and 9.
  labels: [
    attribute("Medication", "the name of a drug", types.drug),
    attribute("Dosage", "how much of it is taken"),
    attribute("Route", "the way by which it is taken"),
    attribute("Frequency", "how often it is taken"),
    attribute("Reason", "what it is taken for", [...types.disease, ...types.symptom]),
    attribute("Duration", "how long it is taken"),
  ],
  shots: fiveInAll,
  metrics: [{ name: "f1" }, { name: "precision" }, { name: "recall" }],
  topics: { every: { kind: "nodes", types: ["Drug", "Compound", "drug"] } },
  entityTypes: { every: ["drugs"] },
  styles: ["clinical reports", "patient-doctor dialogues"],
};
