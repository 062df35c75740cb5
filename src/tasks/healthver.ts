// HealthVer (Sarrouti et al. 2021): does a scientific text bear out a claim about COVID-19? The claim stands first. Appendix D, Table 5.

import { fivePerLabel } from "./few-shot.ts";
import { healthTopics } from "./health-topics.ts";
import type { Task } from "./task.ts";
import { refute, support, unproven } from "./verdicts.ts";

export const healthver: Task<"pair"> = {
  id: "healthver",
  name: "HealthVer",
  summary: "Tell whether a text supports a claim about COVID-19.",
  family: "pair",
  shape: "pair",
  taskName: "health fact verification",
  domain: "Fact Verification",
  firstContent: "health news",
  secondContent: "evidence",
  labels: [refute, unproven, support],
  shots: fivePerLabel,
  metrics: [{ name: "f1", average: "macro" }, { name: "accuracy" }],
  ...healthTopics,
  styles: ["medical literature", "patient-doctor dialogues"],
};
