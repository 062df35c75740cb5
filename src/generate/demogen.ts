// DemoGen (Meng et al. 2023, Yoo et al. 2021; App. E): ZeroGen's listing with few-shot examples in the prompt. Knows no family of tasks.

import { labelAt, prompted } from "./prompted.ts";
import type { ConfigOf, Source } from "./source.ts";

export const demogen: Source<ConfigOf<"demogen">> = {
  name: "DemoGen",
  group: "prompting",
  summary: "The bare instruction with a few real examples of the label in the prompt. Needs no knowledge.",
  title: () => "DemoGen",
  needs: () => ["writer", "demonstrations"],
  rounds: () => [],
  extent: (size) => size,
  attempt(i, context, tools, stream, signal) {
    const { demonstrations } = context.config.writer;
    return prompted({ label: labelAt(context.task, i), demonstrations, marks: "model" }, context, tools, stream, signal);
  },
};
