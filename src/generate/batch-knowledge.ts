// Knowledge for a batch: questions to the language model for topics and styles, as many at once as can be known. Knows no file.

import { ClinfuseError } from "../base/errors.ts";
import { canonicalJson, sha256 } from "../base/hash.ts";
import type { LanguageModel } from "../engines/language-model.ts";
import { gatherKnowledge, type KnowledgeRequest } from "../knowledge/gather.ts";
import type { KnowledgeGraph } from "../knowledge/knowledge-graph.ts";
import type { KnowledgeData } from "../knowledge/topic.ts";
import { completionOf, type NamedRequest, type Recording } from "./recorded-model.ts";

export type Gathered =
  | { readonly knowledge: KnowledgeData; readonly remarks: readonly string[] }
  /** Questions without an answer, in the order in which they would be asked. */
  | { readonly unanswered: readonly NamedRequest[] };

/**
 * A question's words do not depend on the answers before it; how often it comes does. So a question without an answer is taken to have brought
 * nothing, and those that would follow are asked beside it: each list's until its patience ends. Names of requests are `NAME-k-HASH`. Errors:
 * `no-topics`, and those of the graph.
 */
export async function gatherRecorded(
  request: KnowledgeRequest,
  { name, model, graph }: { readonly name: string; readonly model: string; readonly graph: KnowledgeGraph | undefined },
  { answers }: Recording,
  signal: AbortSignal,
): Promise<Gathered> {
  const remarks: string[] = [];
  const unanswered: NamedRequest[] = [];
  let knowledge: KnowledgeData | undefined;
  const asking: LanguageModel = {
    id: model,
    contextTokens: Number.POSITIVE_INFINITY,
    slots: 1,
    deterministic: true,
    async complete(question) {
      const { messages, seed } = question;
      const id = `${name}-k-${(await sha256(canonicalJson({ messages, seed }))).slice(0, 12)}`;
      const completion = completionOf(id, answers.get(id));
      if (!completion) unanswered.push({ id, request: question });
      return completion ?? { text: "", finish: "stop", promptTokens: 0, completionTokens: 0 };
    },
    close: async () => undefined,
  };
  try {
    for await (const event of gatherKnowledge(request, { ...(graph ? { graph } : {}), model: () => asking }, signal)) {
      if (event.type === "remark") remarks.push(event.text);
      if (event.type === "gathered") knowledge = event.knowledge;
    }
  } catch (error) {
    const isOfNothing = error instanceof ClinfuseError && error.code === "no-topics" && unanswered.length > 0;
    if (!isOfNothing) throw error;
  }
  if (unanswered.length > 0) return { unanswered };
  if (!knowledge) throw new Error("gatherKnowledge ended without `gathered`");
  return { knowledge, remarks };
}
