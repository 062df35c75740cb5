// HoC, the hallmarks of cancer (Baker et al. 2016): which of ten hallmarks a sentence of a PubMed abstract speaks of. Appendix D, Table 5.

import { fivePerLabel } from "./few-shot.ts";
import { types } from "./graph-words.ts";
import type { Label, Task } from "./task.ts";
import type { TopicQuery } from "./topic-query.ts";

/** Listings 4 and 10 have no slot for a description. */
const hallmark = (id: string, description: string): Label => ({ id, name: id, description });

/** In the order of ClinGen's label.txt. */
const labels: readonly Label[] = [
  hallmark("evading growth suppressors", "cells that go on dividing against signals to stop"),
  hallmark("tumor promoting inflammation", "inflammation that helps a tumour to grow"),
  hallmark("enabling replicative immortality", "cells that divide without limit"),
  hallmark("cellular energetics", "cells with another metabolism, for instance of glucose"),
  hallmark("resisting cell death", "cells that escape death, or die"),
  hallmark("activating invasion and metastasis", "cells that invade tissue and spread"),
  hallmark("genomic instability and mutation", "damage to DNA and mutations"),
  hallmark("inducing angiogenesis", "growth of blood vessels"),
  hallmark("sustaining proliferative signaling", "signals by which cells keep dividing"),
  hallmark("avoiding immune destruction", "cells that escape the immune system"),
];

const cancers = [
  "cancer",
  "carcinoma",
  "leukemia",
  "lymphoma",
  "melanoma",
  "myeloma",
  "neoplasm",
  "sarcoma",
  "tumor",
  "blastoma",
  "glioma",
];

/** A graph that knows nothing of hallmarks still has what a cancer document is about: pathways and processes, else the cancers, else genes. */
const subtopics: TopicQuery = {
  kind: "first",
  of: [
    { kind: "nodes", types: [...types.pathway, ...types.process] },
    { kind: "nodes", types: types.disease, endings: cancers },
    { kind: "nodes", types: types.gene },
  ],
};

export const hoc: Task<"classification"> = {
  id: "hoc",
  name: "HOC",
  summary: "Tell which hallmarks of cancer a sentence speaks of.",
  family: "classification",
  shape: "sentence",
  // Each sentence of ClinGen's files has a hallmark.
  carries: "some",
  taskName: "hallmarks of cancer classification",
  domain: "Cancer Document",
  labels,
  shots: fivePerLabel,
  metrics: [
    { name: "f1", average: "macro" },
    { name: "f1", average: "micro" },
    { name: "f1", average: "example" },
  ],
  topics: { every: subtopics },
  entityTypes: { each: Object.fromEntries(labels.map(({ id }) => [id, [`subtopics of ${id} in cancer`]])) },
  styles: ["medical literature", "clinical reports"],
};
