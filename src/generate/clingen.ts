// ClinGen (section 4.2) and its ablations (Table 3): one topic and one style drawn at random for each prompt. Knows no family of tasks.

import { ClinfuseError } from "../base/errors.ts";
import type { Rng } from "../base/rng.ts";
import { type TopicOrigin, topicOrigins } from "../knowledge/gather.ts";
import type { Topic } from "../knowledge/topic.ts";
import { leastCovered } from "./deficit.ts";
import type { Choice, Past } from "./history.ts";
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
  title: ({ topics, styles, draws }) =>
    `ClinGen ${withTopics[topics]}${styles === "none" ? ", w/o Styles" : ""}${draws === "deficit" ? ", least covered first" : ""}`,
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
  chooser: ({ draws }) => (draws === "deficit" ? leastDrawn : undefined),
  drawsAhead: ({ topics, draws }) => (topics === "none" || draws === "deficit" ? undefined : drawn),
  attempt(i, context, tools, stream, signal) {
    const { marks, writer } = context.config;
    const chosen = context.choice ?? drawn(i, context, stream);
    return prompted({ demonstrations: writer.demonstrations, marks, ...chosen }, context, tools, stream, signal);
  },
};

/** Draws the choice that the run has covered least. */
function leastDrawn(i: number, context: Context<Config>, past: readonly Past[], stream: Rng): Choice {
  const { config, task, knowledge } = context;
  const topicsFor = (label: string) => topicsOf(label, context, stream);
  const styles = config.styles === "none" ? [] : knowledge.styles;
  if (config.styles !== "none" && styles.length === 0) throw lacking("styles", labelAt(task, i));
  return leastCovered({ labels: task.labels.map(({ id }) => id), topicsFor, styles }, past, i, stream);
}

/** One topic and one style, uniformly at random (paper). */
function drawn(i: number, context: Context<Config>, stream: Rng): Choice {
  const label = labelAt(context.task, i);
  const topics = topicsOf(label, context, stream);
  const topic = topics.length > 0 ? { topic: stream.fork("topic").pick(topics) } : {};
  return { label, ...topic, ...drawStyle(label, context, stream) };
}

/** Topics that the label's is drawn from; none for a source without. */
function topicsOf(label: string, { config, knowledge }: Context<Config>, stream: Rng): readonly Topic[] {
  if (config.topics === "none") return [];
  const topics = knowledge.topicsFor(label);
  if (topics.length === 0) throw lacking("topics", label);
  return config.topics === "both" ? eitherOrigin(topics, stream) : topics;
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
