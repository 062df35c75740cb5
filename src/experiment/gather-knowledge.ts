// Section 4.1: topics from the graph or the language model, styles from the language model or the paper. Knows no storage.

import { rng } from "../base/rng.ts";
import type { LanguageModel } from "../engines/language-model.ts";
import { graphLexicon } from "../knowledge/graph-lexicon.ts";
import type { KnowledgeGraph } from "../knowledge/knowledge-graph.ts";
import { sampleTopics } from "../knowledge/sample-topics.ts";
import type { Style } from "../knowledge/topic.ts";
import { taskById } from "../tasks/catalogue.ts";
import type { KnowledgeEvent, KnowledgeRequest } from "./steps.ts";

export interface KnowledgePorts {
  /** Needed for topics from the graph. */
  readonly graph?: KnowledgeGraph;
  /** Asked for only when styles or topics are to come from it. */
  readonly model: () => LanguageModel;
}

/** Ends with `gathered`. Errors: `no-topics`, and those of graph and model. */
export async function* gatherKnowledge(
  request: KnowledgeRequest,
  ports: KnowledgePorts,
  signal: AbortSignal,
): AsyncGenerator<KnowledgeEvent, void> {
  signal.throwIfAborted();
  const task = taskById(request.task);
  const stream = rng("knowledge", request.seed);
  if (!ports.graph) throw new Error("gatherKnowledge: expected a graph for topics from the graph");
  const topics = await sampleTopics(ports.graph, task, { count: request.topicCount, names: "natural" }, stream);
  const lexicon = await graphLexicon(ports.graph, task);
  const styles: Style[] = task.styles.map((name) => ({ name, source: "paper" }));
  yield { type: "gathered", knowledge: { topics, styles, lexicon } };
}
