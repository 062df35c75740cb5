// Knowledge for a batch: topics and styles asked of the language model are requests like the others, one after the other. Knows no file.

import { gatherKnowledge, type KnowledgeRequest } from "../knowledge/gather.ts";
import type { KnowledgeGraph } from "../knowledge/knowledge-graph.ts";
import type { KnowledgeData } from "../knowledge/topic.ts";
import { type NamedRequest, type Recording, recordedModel, Unanswered } from "./recorded-model.ts";

export type Gathered =
  | { readonly knowledge: KnowledgeData; readonly remarks: readonly string[] }
  /** The request that comes next. */
  | { readonly unanswered: NamedRequest };

/** Names of its requests are `NAME-k-tN`. Errors: `no-topics`, and those of the graph. */
export async function gatherRecorded(
  request: KnowledgeRequest,
  { name, model, graph }: { readonly name: string; readonly model: string; readonly graph: KnowledgeGraph | undefined },
  recording: Recording,
  signal: AbortSignal,
): Promise<Gathered> {
  const remarks: string[] = [];
  const recorded = recordedModel(model, `${name}-k`, recording);
  try {
    for await (const event of gatherKnowledge(request, { ...(graph ? { graph } : {}), model: () => recorded.model }, signal)) {
      if (event.type === "remark") remarks.push(event.text);
      if (event.type === "gathered") return { knowledge: event.knowledge, remarks };
    }
  } catch (error) {
    if (error instanceof Unanswered) return { unanswered: error.asked };
    throw error;
  }
  throw new Error("gatherKnowledge ended without `gathered`");
}
