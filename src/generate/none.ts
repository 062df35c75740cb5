// Supervised-Few: the few-shot examples alone. The source that makes nothing.

import type { ConfigOf, Source } from "./source.ts";

export const none: Source<ConfigOf<"none">> = {
  name: "Supervised-Few",
  group: "real",
  summary: "The real examples alone, and none made from them: the lower bound.",
  title: () => "Supervised-Few",
  needs: () => [],
  rounds: () => [],
  extent: () => 0,
  attempt: async () => undefined,
};
