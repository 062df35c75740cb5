// Verdicts of evidence on a claim, in the order of ClinGen's label.txt; descriptions from its released code. Knows no task.

import type { Label } from "./task.ts";

export const refute: Label = { id: "refute", name: "refute", description: "the evidence contradict the claim" };

export const unproven: Label = {
  id: "unproven",
  name: "unproven",
  description:
    "the evidence is not relevant to the claim and does not provide enough information to support or contradict the claim",
};

export const support: Label = {
  id: "support",
  name: "support",
  description: "the evidence support or justify the correctness of the claim",
};

export const mixture: Label = {
  id: "mixture",
  name: "mixture",
  description: "some information from the evidence support the claim and some information from the evidence contradict the claim",
};
