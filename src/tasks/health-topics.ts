// Topics of a pair of sentences about health: diseases, symptoms and drugs (section 4.1.1). Knows no task.

import { types } from "./graph-words.ts";
import type { TopicQuery } from "./topic-query.ts";

/** The same for every label: the second sentence has the topic that came with the first. */
export const healthTopics = {
  topics: {
    every: { kind: "nodes", types: [...types.disease, ...types.symptom, "Drug", "Compound", "drug"] } satisfies TopicQuery,
  },
  entityTypes: { every: ["diseases", "symptoms", "drugs", "side effects"] },
} as const;
