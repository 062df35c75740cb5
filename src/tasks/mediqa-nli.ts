// MEDIQA-NLI (Ben Abacha et al. 2019): does a hypothesis follow from a clinical text? A test set alone, on PhysioNet. Appendix D, Table 5.

import { mednli } from "./mednli.ts";
import type { Task } from "./task.ts";

/** MedNLI's labels and words: it was made as another test set of the same task. */
export const mediqaNli: Task<"pair"> = {
  ...mednli,
  id: "mediqa-nli",
  name: "MEDIQA-NLI",
  summary: "Tell whether a statement about a patient follows from a clinical text.",
};
