// ChemProt's groups of relations, by their names and by COSINE's numbers, as labels of the task. Knows no file.

import type { Task } from "../../tasks/task.ts";
import { coversLabels, type LabelNames } from "./labels.ts";

/** CPR:0, 1, 2, 7 and 8 have no label: undefined, part of, regulator, modulator, cofactor. */
export const chemprotGroups: LabelNames = {
  "cpr:3": "Upregulator",
  "cpr:4": "Downregulator",
  "cpr:5": "Agonist",
  "cpr:6": "Antagonist",
  "cpr:9": "Product_of",
  "cpr:10": "NOT",
};

export const servesChemprot = (task: Task): boolean => task.shape === "relation" && coversLabels(task, chemprotGroups);
