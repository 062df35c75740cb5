// Section 4.1: topics from the graph or the language model, styles from the language model or the paper. Knows no storage.

import { throwIfAborted } from "../base/errors.ts";
import { type Rng, rng } from "../base/rng.ts";
import type { LanguageModel } from "../engines/language-model.ts";
import { taskById } from "../tasks/catalogue.ts";
import type { Example } from "../tasks/example.ts";
import type { Task } from "../tasks/task.ts";
import { graphLexicon } from "./graph/graph-lexicon.ts";
import { sampleTopics } from "./graph-topics.ts";
import type { KnowledgeGraph } from "./knowledge-graph.ts";
import { paperTopics, smallTopics, suggestTopics } from "./model-topics.ts";
import { suggestStyles } from "./styles.ts";
import type { KnowledgeData, Style, Topic } from "./topic.ts";

export type KnowledgeEvent =
  | { readonly type: "asking"; readonly what: "styles" | "topics"; readonly prompt: string }
  | { readonly type: "answered"; readonly what: "styles" | "topics"; readonly text: string; readonly found: number }
  | { readonly type: "remark"; readonly text: string } // a decision made on the way, for the user to read
  | { readonly type: "gathered"; readonly knowledge: KnowledgeData };

/**
 * `free`: as the paper asks, at length and at temperature 1. `held`: short, cooler lists, numbered by a grammar, for models that
 * otherwise ramble (model-topics.ts).
 */
export type TopicLists = "free" | "held";

export interface KnowledgeRequest {
  readonly task: string;
  readonly graph: string;
  readonly topics: "kg" | "llm";
  readonly topicCount: number;
  readonly suggestStyles: boolean;
  /** Form of the question for topics to the language model. */
  readonly topicLists: TopicLists;
  readonly demonstrations: readonly Example[];
  readonly seed: number;
}

export interface KnowledgePorts {
  /** For topics from the graph. */
  readonly graph?: KnowledgeGraph;
  /** Asked for only when styles or topics are to come from it. */
  readonly model: () => LanguageModel;
}

/** Ends with `gathered`. Errors: `no-topics`, `aborted`, and those of graph and model. */
export async function* gatherKnowledge(
  request: KnowledgeRequest,
  ports: KnowledgePorts,
  signal: AbortSignal,
): AsyncGenerator<KnowledgeEvent, void> {
  throwIfAborted(signal);
  const task = taskById(request.task);
  const stream = rng("knowledge", request.seed);
  const topics = yield* gatherTopics(request, task, ports, stream, signal);
  const styles: Style[] = request.suggestStyles
    ? yield* suggestStyles(ports.model(), task, request.demonstrations, stream, signal)
    : task.styles.map((name): Style => ({ name, source: "paper" }));
  const lexicon = ports.graph ? await graphLexicon(ports.graph, task) : [];
  throwIfAborted(signal);
  yield { type: "gathered", knowledge: { topics, styles, lexicon } };
}

function gatherTopics(
  request: KnowledgeRequest,
  task: Task,
  ports: KnowledgePorts,
  stream: Rng,
  signal: AbortSignal,
): AsyncGenerator<KnowledgeEvent, Record<string, Topic[]>> {
  const { topics, topicCount, topicLists } = request;
  if (topics === "llm") {
    const suggestion = topicLists === "held" ? smallTopics : paperTopics;
    return suggestTopics(ports.model(), task, stream, signal, { ...suggestion, perType: topicCount });
  }
  const { graph } = ports;
  if (!graph) throw new Error("gatherKnowledge: expected a graph for topics from a graph");
  return sampled(() => sampleTopics(graph, task, { count: topicCount, names: "natural" }, stream));
}

/** A promise as a generator that yields nothing. */
// biome-ignore lint/correctness/useYield: the graph has nothing to tell on the way
async function* sampled<T>(work: () => Promise<T>): AsyncGenerator<never, T> {
  return await work();
}
