// Families of tasks and their labels in words for readers who begin one of their own.

import type { Family } from "../../tasks/families.ts";

interface FamilyWords {
  readonly hint: string;
  /** One of its labels. */
  readonly label: string;
  readonly labels: string;
  readonly example: string;
  readonly meaning: string;
}

export const familyWords: Readonly<Record<Family, FamilyWords>> = {
  ner: {
    hint: "Mark every mention of a kind of thing: drugs, findings, devices.",
    label: "Entity type",
    labels: "Entity types",
    example: "adverse event",
    meaning: "harm that a treatment did to the patient",
  },
  attribute: {
    hint: "Mark what belongs together in one sentence: a drug with its dose, route and frequency.",
    label: "Attribute",
    labels: "Attributes",
    example: "Dosage",
    meaning: "how much of the drug is taken",
  },
  classification: {
    hint: "Give a text one label, or several: urgent or routine; which topics it speaks of.",
    label: "Label",
    labels: "Labels",
    example: "urgent",
    meaning: "the patient must be seen today",
  },
  relation: {
    hint: "Tell how two marked entities of a sentence belong together: a drug causes a symptom, or does not.",
    label: "Relation",
    labels: "Relations",
    example: "causes",
    meaning: "the sentence says that the drug causes the symptom",
  },
  pair: {
    hint: "Compare two texts: the same question or another; a claim and its evidence.",
    label: "Label",
    labels: "Labels",
    example: "same",
    meaning: "both texts ask the same thing",
  },
};
