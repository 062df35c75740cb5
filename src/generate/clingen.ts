// ClinGen (section 4.2): one topic and one style drawn at random for each prompt. Knows no family of tasks.

import { ClinfuseError } from "../base/errors.ts";
import { labelAt, prompted } from "./prompted.ts";
import type { ConfigOf, Need, Source } from "./source.ts";

export const clingen: Source<ConfigOf<"clingen">> = {
  name: "ClinGen",
  summary: "Each prompt names one clinical topic and one style of writing.",
  title: ({ topics }) => `ClinGen with ${topics === "kg" ? "KG" : "LLM"}`,
  needs: ({ topics, styles }) => {
    const graph: Need[] = topics === "kg" ? ["graph"] : [];
    const suggestions: Need[] = topics === "llm" || styles === "llm" ? ["suggestions"] : [];
    return ["writer", "demonstrations", "topics", "styles", ...graph, ...suggestions];
  },
  knowledge: ({ topics, styles }) => ({ topics, styles }),
  rounds: () => [],
  extent: (size) => size,
  async attempt(i, context, tools, stream, signal) {
    const { config, knowledge, task } = context;
    const label = labelAt(task, i);
    const topics = knowledge.topicsFor(label);
    if (topics.length === 0 || knowledge.styles.length === 0) {
      const what = topics.length === 0 ? "topics" : "styles";
      throw new ClinfuseError("no-topics", `ClinGen needs ${what} for "${label}" and has none`, { what: label });
    }
    const topic = stream.fork("topic").pick(topics);
    const style = stream.fork("style").pick(knowledge.styles).name;
    const { marks, writer } = config;
    return prompted({ label, demonstrations: writer.demonstrations, marks, topic, style }, context, tools, stream, signal);
  },
};
