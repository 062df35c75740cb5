// Section 4.1: topics from the graph or the language model, styles from the language model or the paper. Knows no storage.

import { throwIfAborted } from "../base/errors.ts";
import { type Rng, rng } from "../base/rng.ts";
import { datedModel } from "../engines/dated-model.ts";
import type { LanguageModel } from "../engines/language-model.ts";
import { type TaskRef, taskOf } from "../tasks/catalogue.ts";
import type { Example } from "../tasks/example.ts";
import type { Task } from "../tasks/task.ts";
import { graphAlternatives } from "./alternatives.ts";
import { graphLexicon } from "./graph/graph-lexicon.ts";
import { graphSubstitutes } from "./graph/substitutes.ts";
import { sampleTopics } from "./graph-topics.ts";
import { type KeptAnswer, type ResumedModel, resumedModel } from "./kept-answers.ts";
import type { KnowledgeGraph } from "./knowledge-graph.ts";
import { listLexicon, listTopics } from "./list-topics.ts";
import { paperTopics, smallTopics, suggestTopics } from "./model-topics.ts";
import { paperStyles, smallStyles, suggestStyles } from "./styles.ts";
import type { KnowledgeData, Style, Topic } from "./topic.ts";

export type KnowledgeEvent =
  | { readonly type: "asking"; readonly what: "styles" | "topics"; readonly prompt: string }
  | { readonly type: "answered"; readonly what: "styles" | "topics"; readonly text: string; readonly found: number }
  /** An answer to keep at this place: with those before it the step resumes behind it. */
  | { readonly type: "said"; readonly at: number; readonly answer: KeptAnswer }
  | { readonly type: "remark"; readonly text: string } // a decision made on the way, for the user to read
  | { readonly type: "gathered"; readonly knowledge: KnowledgeData };

/**
 * `free`: as the paper asks, at length and at temperature 1. `held`: short, cooler lists, numbered by a grammar, for models that
 * otherwise ramble (model-topics.ts).
 */
export type TopicLists = "free" | "held";

/** Origin of topics: the graph, the language model, the one beside the other, the task's own list, or no topics at all. */
export type TopicOrigin = "kg" | "llm" | "both" | "list" | "none";

/** Questions of each origin. */
export const topicOrigins = {
  kg: { graph: true, model: false },
  llm: { graph: false, model: true },
  both: { graph: true, model: true },
  list: { graph: false, model: false, list: true },
  none: { graph: false, model: false },
} as const satisfies Readonly<Record<TopicOrigin, Asks>>;

interface Asks {
  readonly graph: boolean;
  readonly model: boolean;
  readonly list?: true;
}

export interface KnowledgeRequest {
  readonly task: TaskRef;
  readonly graph: string;
  readonly topics: TopicOrigin;
  readonly topicCount: number;
  /** Licences under which the graph's topics must be; absent, any. */
  readonly licences?: readonly string[];
  /** Names for marks and for substitution must be under them too: a request of before meant topics alone. */
  readonly licensedNames?: true;
  readonly suggestStyles: boolean;
  /** Names of the graph to put in the place of others (`Substitutes`). */
  readonly names?: "substitutes";
  /** Names of the graph in the place of each of the demonstrations' mentions. */
  readonly alternatives?: true;
  /** No styles at all. */
  readonly withoutStyles?: true;
  /** Form of the questions for topics and styles to the language model. */
  readonly topicLists: TopicLists;
  readonly demonstrations: readonly Example[];
  readonly seed: number;
  /** Answers of an earlier sitting (`said`): they are not asked again. */
  readonly kept?: readonly KeptAnswer[];
}

/** Tells whether a request wants a graph: for topics, or for names. */
export const readsGraph = ({ topics, names, alternatives }: KnowledgeRequest): boolean =>
  topicOrigins[topics].graph || names !== undefined || alternatives === true;

export interface KnowledgePorts {
  /** For topics from the graph. */
  readonly graph?: KnowledgeGraph;
  /** Asked for only when styles or topics are to come from it. */
  readonly model: () => LanguageModel;
  /** The day for a chat template that asks for one. A resumed step tells the day of its first answer. */
  readonly today?: string;
}

/** Tells each new answer (`said`) before what was made of it, and ends with `gathered`. Errors: `no-topics`, `aborted`, and those of graph and model. */
export async function* gatherKnowledge(
  request: KnowledgeRequest,
  ports: KnowledgePorts,
  signal: AbortSignal,
): AsyncGenerator<KnowledgeEvent, void> {
  const { kept = [] } = request;
  let resumed: ResumedModel | undefined;
  const model = () => {
    resumed ??= resumedModel(ports.model(), kept);
    return datedModel(resumed.model, kept[0]?.date ?? ports.today);
  };
  for await (const event of gathering(request, { ...ports, model }, signal)) {
    for (const said of resumed?.fresh() ?? []) yield { type: "said", ...said };
    yield event;
  }
}

async function* gathering(
  request: KnowledgeRequest,
  ports: KnowledgePorts,
  signal: AbortSignal,
): AsyncGenerator<KnowledgeEvent, void> {
  throwIfAborted(signal);
  const task = taskOf(request.task);
  const stream = rng("knowledge", request.seed);
  const topics = yield* gatherTopics(request, task, ports, stream, signal);
  const styles = yield* gatherStyles(request, task, ports, stream, signal);
  const names = await gatherNames(request, task, ports, stream);
  const alternatives = request.alternatives && ports.graph ? await gatherAlternatives(request, task, ports.graph) : undefined;
  throwIfAborted(signal);
  if (alternatives) yield { type: "remark", text: alternatives.remark };
  yield {
    type: "gathered",
    knowledge: { topics, styles, ...names, ...(alternatives ? { alternatives: alternatives.names } : {}) },
  };
}

/** Licences under which names must be; undefined for any. */
const nameLicences = ({ licences, licensedNames }: KnowledgeRequest) => (licensedNames ? licences : undefined);

type Names = Pick<KnowledgeData, "lexicon" | "substitutes">;

async function gatherNames(request: KnowledgeRequest, task: Task, { graph }: KnowledgePorts, stream: Rng): Promise<Names> {
  const { topics, names, demonstrations } = request;
  const licences = nameLicences(request);
  if (graph && names) {
    return {
      lexicon: [],
      substitutes: await graphSubstitutes(graph, task, demonstrations, stream.fork("substitutes"), licences),
    };
  }
  if (graph) return { lexicon: await graphLexicon(graph, task, licences) };
  return { lexicon: "list" in topicOrigins[topics] ? listLexicon(task) : [] };
}

async function gatherAlternatives(request: KnowledgeRequest, task: Task, graph: KnowledgeGraph) {
  const names = await graphAlternatives(graph, task, request.demonstrations, nameLicences(request));
  const mentions = Object.values(names).flatMap((of) => Object.values(of));
  const without = mentions.filter((of) => of.length === 0).length;
  const remark = `${mentions.length} names are marked in the few examples; for ${mentions.length - without} of them the graph has others like them.`;
  return { names, remark };
}

/** Topics of each label; where both are asked, the graph's before the model's. */
async function* gatherTopics(
  request: KnowledgeRequest,
  task: Task,
  ports: KnowledgePorts,
  stream: Rng,
  signal: AbortSignal,
): AsyncGenerator<KnowledgeEvent, Record<string, Topic[]>> {
  const { topics, topicCount, topicLists, licences } = request;
  const asks = topicOrigins[topics];
  const found: Record<string, Topic[]>[] = [];
  if (asks.graph) {
    const { graph } = ports;
    if (!graph) throw new Error("gatherKnowledge: expected a graph for topics from a graph");
    found.push(
      await sampleTopics(graph, task, { count: topicCount, names: "natural", ...(licences ? { licences } : {}) }, stream),
    );
  }
  if (asks.model) {
    const suggestion = topicLists === "held" ? smallTopics : paperTopics;
    found.push(yield* suggestTopics(ports.model(), task, stream, signal, { ...suggestion, perType: topicCount }));
  }
  if ("list" in asks) found.push(listTopics(task, topicCount, stream));
  const labels = new Set(found.flatMap((of) => Object.keys(of)));
  return Object.fromEntries([...labels].map((label) => [label, found.flatMap((of) => of[label] ?? [])]));
}

async function* gatherStyles(
  { suggestStyles: asks, withoutStyles, topicLists, demonstrations }: KnowledgeRequest,
  task: Task,
  ports: KnowledgePorts,
  stream: Rng,
  signal: AbortSignal,
): AsyncGenerator<KnowledgeEvent, Style[]> {
  if (withoutStyles) return [];
  const suggestion = topicLists === "held" ? smallStyles : paperStyles;
  if (asks) return yield* suggestStyles(ports.model(), task, demonstrations, stream, signal, suggestion);
  return task.styles.map((name): Style => ({ name, source: "paper" }));
}
