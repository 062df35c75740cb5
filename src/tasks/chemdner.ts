// CHEMDNER (Krallinger et al. 2015): recognise chemicals in sentences of PubMed abstracts; its seven kinds are one. Appendix D, Table 5.

import { fivePerLabel } from "./few-shot.ts";
import { types } from "./graph-words.ts";
import type { Task } from "./task.ts";

export const chemdner: Task<"ner"> = {
  id: "chemdner",
  name: "CHEMDNER",
  summary: "Find every chemical that a sentence mentions.",
  family: "ner",
  shape: "token",
  taskName: "chemical entity recognition",
  domain: "chemical",
  labels: [{ id: "Chemical", name: "chemical", description: "a drug or another chemical, by name, formula or abbreviation" }],
  shots: fivePerLabel,
  metrics: [{ name: "f1" }, { name: "precision" }, { name: "recall" }],
  topics: { every: { kind: "nodes", types: types.chemical } },
  entityTypes: { every: ["drugs", "chemicals"] },
  styles: ["medical literature", "patient-doctor dialogues"],
};
