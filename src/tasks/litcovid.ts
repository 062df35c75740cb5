// LitCovid (Chen et al. 2021): which of seven topics a publication about COVID-19 treats. Appendix D, Table 5.

import { fivePerLabel } from "./few-shot.ts";
import { types } from "./graph-words.ts";
import type { Label, Task } from "./task.ts";
import type { TopicQuery } from "./topic-query.ts";

/** Listings 4 and 10 have no slot for a description. */
const subject = (id: string, description: string): Label => ({ id, name: id, description });

/** In the order of ClinGen's label.txt. */
const labels: readonly Label[] = [
  subject("epidemic forecasting", "models and forecasts of the spread of the disease"),
  subject("treatment", "how the disease is treated, and with what"),
  subject("prevention", "vaccines, protection and measures against the disease"),
  subject("mechanism", "how the virus works in cells and tissue"),
  subject("case report", "single patients and their course"),
  subject("transmission", "how the virus passes from one to another"),
  subject("diagnosis", "how the disease is found and told from others"),
];

/** Endings of names of what spreads from one person to another. */
const contagions = [
  "influenza",
  "infection",
  "pneumonia",
  "measles",
  "rubella",
  "mumps",
  "fever",
  "tuberculosis",
  "hepatitis",
  "meningitis",
  "encephalitis",
  "bronchitis",
  "cholera",
  "malaria",
  "sepsis",
];

const illness: TopicQuery = { kind: "nodes", types: [...types.symptom, ...types.disease] };
const drugs: TopicQuery = { kind: "nodes", types: ["Drug", "Compound", "drug"] };
/** No graph knows of forecasts and of measures. The infections that they are made for stand for them. */
const spreading: TopicQuery = { kind: "nodes", types: types.disease, endings: contagions };

const mechanisms: TopicQuery = {
  kind: "first",
  of: [
    { kind: "nodes", types: [...types.pathway, ...types.process] },
    { kind: "nodes", types: ["Anatomy", "anatomy"] },
    { kind: "nodes", types: types.gene },
    illness,
  ],
};

export const litcovid: Task<"classification"> = {
  id: "litcovid",
  name: "LitCovid",
  summary: "Tell which topics a publication about COVID-19 treats.",
  family: "classification",
  shape: "sentence",
  carries: "some",
  taskName: "COVID-19 literature topic classification",
  domain: "COVID-19 Literature",
  labels,
  shots: fivePerLabel,
  metrics: [
    { name: "f1", average: "macro" },
    { name: "f1", average: "micro" },
    { name: "f1", average: "example" },
  ],
  topics: {
    each: {
      "epidemic forecasting": spreading,
      treatment: drugs,
      prevention: spreading,
      mechanism: mechanisms,
      "case report": illness,
      transmission: spreading,
      diagnosis: illness,
    },
  },
  entityTypes: { each: Object.fromEntries(labels.map(({ id }) => [id, [`subtopics of ${id} for COVID-19 Literature`]])) },
  styles: ["medical literature", "clinical reports"],
};
