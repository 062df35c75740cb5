// Facts of the paper's Table 5 and of ClinGen's label files: labels in their order, those that do not count, and the metrics, the main one first.

import { expect, it } from "vitest";
import { tasks } from "../../../src/tasks/catalogue.ts";
import type { Task } from "../../../src/tasks/task.ts";

const averaged = (...averages: string[]) => averages.map((average) => `f1 ${average}`);
const ofPositives = ["f1 positive", "precision positive", "recall positive"];
const ofSpans = ["f1", "precision", "recall"]; // exact, micro
const inference = ["entail", "neutral", "contradict"];

/** Labels, the negative one, metrics. "F1" of several labels is macro, as the laboratory's own trainer has it. */
const facts: Readonly<
  Record<string, readonly [labels: readonly string[], negative: string | undefined, metrics: readonly string[]]>
> = {
  litcovid: [
    ["epidemic forecasting", "treatment", "prevention", "mechanism", "case report", "transmission", "diagnosis"],
    undefined,
    averaged("macro", "micro", "example"),
  ],
  hoc: [
    [
      "evading growth suppressors",
      "tumor promoting inflammation",
      "enabling replicative immortality",
      "cellular energetics",
      "resisting cell death",
      "activating invasion and metastasis",
      "genomic instability and mutation",
      "inducing angiogenesis",
      "sustaining proliferative signaling",
      "avoiding immune destruction",
    ],
    undefined,
    averaged("macro", "micro", "example"),
  ],
  gad: [["has_relation", "no_relation"], "no_relation", ofPositives],
  cdr: [["not_induce", "induce"], "not_induce", ofPositives],
  chemprot: [
    ["upregulator", "downregulator", "agonist", "antagonist", "product_of", "not"],
    "not",
    ["f1 micro without not", "f1 macro without not"],
  ],
  mednli: [inference, undefined, ["accuracy"]],
  "mediqa-nli": [inference, undefined, ["accuracy"]],
  "mediqa-rqe": [["not_entail", "entail"], undefined, ["accuracy"]],
  pubhealth: [["refute", "unproven", "support", "mixture"], undefined, ["f1 macro", "accuracy"]],
  healthver: [["refute", "unproven", "support"], undefined, ["f1 macro", "accuracy"]],
  mqp: [["not_equivalent", "equivalent"], undefined, ["accuracy"]],
  "bc5cdr-disease": [["Disease"], undefined, ofSpans],
  "bc5cdr-chemical": [["Chemical"], undefined, ofSpans],
  "ncbi-disease": [["Disease"], undefined, ofSpans],
  chemdner: [["Chemical"], undefined, ofSpans],
  casi: [["Medication", "Dosage", "Route", "Frequency", "Reason", "Duration"], undefined, ofSpans],
};

const metricsOf = (task: Task) =>
  task.metrics.map(({ name, average, without }) =>
    [name, ...(average ? [average] : []), ...(without ? [`without ${without}`] : [])].join(" "),
  );

it("has the sixteen tasks of Table 5, in its order", () => {
  expect(tasks.map(({ id }) => id)).toEqual(Object.keys(facts));
});

it.each(tasks.map((task) => [task.id, task] as const))("%s", (id, task) => {
  const [labels, negative, metrics] = facts[id] as (typeof facts)[string];
  expect(task.labels.map((label) => label.id)).toEqual(labels);
  expect(task.labels.flatMap((label) => (label.negative ? [label.id] : []))).toEqual(negative ? [negative] : []);
  expect(metricsOf(task)).toEqual(metrics);
  expect(task.shots).toEqual({ count: 5, per: id === "casi" ? "task" : "label" });
});
