// Where a run's rows come from and what its scores are of, in words. Pure.

import type { NotebookData } from "../experiment/notebook.ts";

const sources: ReadonlyMap<string, string> = new Map([
  ["sample", "the sample that ships with Clinfuse"],
  ["own", "the examples of a task of one's own"],
]);

export const sourceWords = ({ source }: Pick<NotebookData, "source">): string => sources.get(source) ?? source;

/** Tells whether the scores are those of the validation set, because there were no test examples. */
export const isValidationScored = ({ validation, test }: Pick<NotebookData, "validation" | "test">): boolean =>
  test.length > 0 && test.length === validation.length && JSON.stringify(test) === JSON.stringify(validation);

export const validationScored =
  "There were no test examples: these scores are of the validation set, which chose the best epoch, and flatter the model.";
