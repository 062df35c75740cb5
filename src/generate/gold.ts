// Supervised-Full: the task's real training rows beyond the few-shot set, as they are. Knows no family of tasks.

import { labelsOf } from "../tasks/shapes.ts";
import type { ConfigOf, Source } from "./source.ts";

export const gold: Source<ConfigOf<"gold">> = {
  name: "Supervised-Full",
  group: "real",
  summary: "All real training rows of the folder, in place of synthetic ones: the upper bound. Needs a folder with train.jsonl.",
  title: () => "Supervised-Full",
  needs: () => ["gold"],
  rounds: () => [],
  extent: (_, rows) => rows,
  verbatim: true,
  async attempt(i, context) {
    const row = context.gold[i];
    if (!row) return undefined;
    const origin = { kind: "derived", from: [i], by: "gold" } as const;
    return { label: labelsOf(row)[0] ?? "", origin, parsed: { ok: true, value: row } };
  },
};
