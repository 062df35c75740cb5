// Labels of relation corpora that state a pair a row: GAD's, ChemProt's and CDR's, as labels of the task. Knows no file.

import type { Task } from "../../tasks/task.ts";
import { chemprotGroups } from "./chemprot-groups.ts";
import { coversLabels, type LabelNames } from "./labels.ts";

interface RelationLabels {
  readonly names: LabelNames;
  /** Names of the corpus that no label of the task stands for; rows that carry them are left out. */
  readonly others: readonly string[];
}

const inverse = (names: LabelNames): LabelNames =>
  Object.fromEntries(Object.entries(names).map(([name, id]) => [name.replace("cpr:", ""), id]));

/** A corpus each. COSINE numbers ChemProt's groups; "false" is BLURB's word for a pair without an evaluated relation. */
const corpora: readonly RelationLabels[] = [
  { names: { "1": "Has_relation", "0": "No_relation" }, others: [] },
  { names: { "1": "induce", "0": "not_induce", cid: "induce", true: "induce", false: "not_induce" }, others: [] },
  {
    names: { ...chemprotGroups, ...inverse(chemprotGroups), false: "NOT" },
    others: ["cpr:0", "cpr:1", "cpr:2", "cpr:7", "cpr:8", "0", "1", "2", "7", "8"],
  },
];

export const relationLabels = (task: Task): RelationLabels | undefined =>
  task.shape === "relation" ? corpora.find(({ names }) => coversLabels(task, names)) : undefined;
