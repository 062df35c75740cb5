// The steps' names, and for each one sentence of what it does and why.

import type { Step } from "../../experiment/notebook.ts";

export const stepTitles: Readonly<Record<Step, string>> = {
  task: "Task",
  knowledge: "Knowledge",
  generate: "Generate",
  train: "Train",
  evaluate: "Evaluate",
  analyse: "Analyse",
};

export const stepLedes: Readonly<Record<Step, string>> = {
  task: "Choose what the model shall learn and give it five examples of each label; all later text and training grow from them.",
  knowledge:
    "Gather what the prompts will be about: topics from clinical knowledge, and styles of writing. They keep the text varied and true to the field.",
  generate:
    "A language model writes labelled examples, in this tab unless you choose another machine. Each is steered by one topic and one style; unusable ones are thrown away, with the reason.",
  train:
    "Fine-tune an encoder in two stages, first on the few real examples, then on the synthetic ones, and keep the epoch that validates best.",
  evaluate: "See on the real test set what the synthetic text was worth, where the model errs, and take everything with you.",
  analyse: "Set the synthetic text beside the real: how far apart, how varied, which entities, and whether anything was copied.",
};
