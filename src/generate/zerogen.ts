// ZeroGen (Ye et al. 2022a; App. E): the baseline's listing alone, without knowledge, styles or demonstrations. Knows no family of tasks.

import { labelAt, prompted } from "./prompted.ts";
import type { ConfigOf, Source } from "./source.ts";

export const zerogen: Source<ConfigOf<"zerogen">> = {
  name: "ZeroGen",
  group: "prompting",
  summary: "The bare instruction and the label: the baseline to compare with. Needs no knowledge.",
  title: () => "ZeroGen",
  needs: () => ["writer"],
  rounds: () => [],
  extent: (size) => size,
  attempt(i, context, tools, stream, signal) {
    const asked = { label: labelAt(context.task, i), demonstrations: "none", marks: "model" } as const;
    return prompted(asked, context, tools, stream, signal);
  },
};
