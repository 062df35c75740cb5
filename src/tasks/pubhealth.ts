// PUBHEALTH (Kotonya and Toni 2020): does a journalist's explanation bear out a claim of health news? Appendix D, Table 5.

import { fivePerLabel } from "./few-shot.ts";
import { healthTopics } from "./health-topics.ts";
import type { Task } from "./task.ts";
import { mixture, refute, support, unproven } from "./verdicts.ts";

export const pubhealth: Task<"pair"> = {
  id: "pubhealth",
  name: "PUBHEALTH",
  summary: "Tell whether evidence supports a claim of health news.",
  family: "pair",
  shape: "pair",
  taskName: "health fact verification",
  domain: "Fact Verification",
  firstContent: "health news",
  secondContent: "evidence",
  labels: [refute, unproven, support, mixture],
  shots: fivePerLabel,
  metrics: [{ name: "f1", average: "macro" }, { name: "accuracy" }],
  ...healthTopics,
  styles: ["medical literature", "patient-doctor dialogues"],
};
