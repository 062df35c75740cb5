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
 * A question's words do not depend on the answers before it; how often it comes does. So those that would follow one without an answer are asked
 * beside it: of each list as many as were answered, then until its patience ends, so that the questions of a list double from file to file. Names of
 * requests are `NAME-k-HASH`. Errors: `no-topics`, and those of the graph.
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
  const ahead = aheadOf();
  const asking: LanguageModel = {
    id: model,
    contextTokens: Number.POSITIVE_INFINITY,
    slots: 1,
    deterministic: true,
    async complete(question) {
      const { messages, seed } = question;
      const id = `${name}-k-${(await sha256(canonicalJson({ messages, seed }))).slice(0, 12)}`;
      const completion = completionOf(id, answers.get(id));
      const supposed = ahead(canonicalJson(messages), completion !== undefined);
      if (!completion) unanswered.push({ id, request: question });
      return completion ?? { text: supposed, finish: "stop", promptTokens: 0, completionTokens: 0 };
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

/** What an unanswered question is supposed to have brought: a new name as often as the same words were answered, then nothing. */
function aheadOf(): (words: string, answered: boolean) => string {
  const left = new Map<string, number>();
  let names = 0;
  return (words, answered) => {
    const before = left.get(words) ?? 0;
    left.set(words, before + (answered ? 1 : -1));
    return before > 0 && !answered ? `1. ${invented(names++)}` : "";
  };
}

const consonants = "bdfgklmnprst";

/** A name that no answer holds; another for each number. */
function invented(number: number): string {
  const [a, b, c] = [number % 12, Math.floor(number / 12) % 12, Math.floor(number / 144) % 12].map((i) => consonants[i]);
  return `zo${a}u${b}o${c}ux`;
}
