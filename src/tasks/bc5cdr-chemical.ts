// BC5CDR-Chemical (Li et al. 2016): recognise chemicals in sentences of PubMed abstracts. Appendix D, Table 5.

import { fivePerLabel } from "./few-shot.ts";
import { types } from "./graph-words.ts";
import type { Task } from "./task.ts";

export const bc5cdrChemical: Task<"ner"> = {
  id: "bc5cdr-chemical",
  name: "BC5CDR-Chemical",
  summary: "Find every chemical that a sentence mentions.",
  family: "ner",
  shape: "token",
  taskName: "chemical entity recognition",
  domain: "chemical",
  labels: [{ id: "Chemical", name: "chemical", description: "a drug or another chemical, by name, formula or abbreviation" }],
  shots: fivePerLabel,
  metrics: [{ name: "f1" }, { name: "precision" }, { name: "recall" }],
  topics: { every: { kind: "nodes", types: types.chemical } },
  entityTypes: { every: ["drugs"] },
  styles: ["medical literature", "patient-doctor dialogues"],
};
