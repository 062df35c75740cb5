// ClinGen (section 4.2) and its ablations (Table 3): one topic and one style drawn at random for each prompt. Knows no family of tasks.

import { ClinfuseError } from "../base/errors.ts";
import type { Rng } from "../base/rng.ts";
import { type TopicOrigin, topicOrigins } from "../knowledge/gather.ts";
import type { Topic } from "../knowledge/topic.ts";
import { labelAt, prompted } from "./prompted.ts";
import type { ConfigOf, Context, Need, Source } from "./source.ts";

type Config = ConfigOf<"clingen">;

const withTopics: Readonly<Record<TopicOrigin, string>> = {
  kg: "with KG",
  llm: "with LLM",
  both: "with KG and LLM",
  list: "with a list",
  none: "w/o Topics",
};

export const clingen: Source<Config> = {
  name: "ClinGen",
  group: "clingen",
  summary: "Each prompt names one clinical topic and one style of writing.",
  title: ({ topics, styles }) => `ClinGen ${withTopics[topics]}${styles === "none" ? ", w/o Styles" : ""}`,
  needs: ({ topics, styles }) => {
    const asks = topicOrigins[topics];
    const needs: readonly (readonly [Need, boolean])[] = [
      ["topics", topics !== "none"],
      ["styles", styles !== "none"],
      ["graph", asks.graph],
      ["suggestions", asks.model || styles === "llm"],
    ];
    return ["writer", "demonstrations", ...needs.flatMap(([need, asked]) => (asked ? [need] : []))];
  },
  knowledge: ({ topics, styles }) => ({ topics, styles }),
  rounds: () => [],
  extent: (size) => size,
  attempt(i, context, tools, stream, signal) {
    const label = labelAt(context.task, i);
    const { marks, writer } = context.config;
    const drawn = { ...drawTopic(label, context, stream), ...drawStyle(label, context, stream) };
    return prompted({ label, demonstrations: writer.demonstrations, marks, ...drawn }, context, tools, stream, signal);
  },
};

function drawTopic(label: string, { config, knowledge }: Context<Config>, stream: Rng): { topic?: Topic } {
  if (config.topics === "none") return {};
  const topics = knowledge.topicsFor(label);
  if (topics.length === 0) throw lacking("topics", label);
  const pool = config.topics === "both" ? eitherOrigin(topics, stream) : topics;
  return { topic: stream.fork("topic").pick(pool) };
}

/** The topics of one origin, drawn first, so that the longer list does not drown the shorter. All of them where there is but one. */
function eitherOrigin(topics: readonly Topic[], stream: Rng): readonly Topic[] {
  const origin = stream.fork("origin").pick(["kg", "llm"] as const);
  const own = topics.filter(({ source }) => source === origin);
  return own.length > 0 ? own : topics;
}

function drawStyle(label: string, { config, knowledge }: Context<Config>, stream: Rng): { style?: string } {
  if (config.styles === "none") return {};
  if (knowledge.styles.length === 0) throw lacking("styles", label);
  return { style: stream.fork("style").pick(knowledge.styles).name };
}

const lacking = (what: string, label: string) =>
  new ClinfuseError("no-topics", `ClinGen needs ${what} for "${label}" and has none`, { what: label });
