// Where a run's rows come from and what its scores are of, in words. Pure.

import { isValidationScored, type NotebookData } from "../experiment/notebook.ts";

const sources: ReadonlyMap<string, string> = new Map([
  ["sample", "the sample that ships with Clinfuse"],
  ["own", "the examples of a task of one's own"],
]);

export const sourceWords = ({ source }: Pick<NotebookData, "source">): string => sources.get(source) ?? source;

/** Noun for one of the examples that the scores are of. */
export const scoredNoun = (data: NotebookData | undefined): string =>
  data && isValidationScored(data) ? "validation example" : "test example";

export const validationScored =
  "There were no test examples: these scores are of the validation set, which chose the best epoch, and flatter the model.";
