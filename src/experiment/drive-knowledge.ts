// Section 4.1 of a cell: finds its knowledge or has it gathered, and keeps each answer of the language model. Knows no worker.

import { ClinfuseError } from "../base/errors.ts";
import { needs, writerOf } from "../generate/sources.ts";
import type { KnowledgeRequest } from "../knowledge/gather.ts";
import { type KnowledgeData, noKnowledge } from "../knowledge/topic.ts";
import { isByBatchFile } from "./batch-file.ts";
import { type Drive, type Part, put } from "./drive-cell.ts";
import { starterGraph } from "./experiment-config.ts";
import type { NotebookData } from "./notebook.ts";
import { contentKey, type Product, productKey } from "./product.ts";
import { knowledgeRequestOf } from "./requests.ts";
import type { ModelInfo } from "./steps.ts";
import { type Stopwatch, stopwatch } from "./stopwatch.ts";
import type { DataKeys } from "./training-basis.ts";

/** Section 4.1; a source that works without knowledge gathers none. */
export async function* knowledgeOf(
  work: Drive,
  data: DataKeys,
  { train }: NotebookData,
): Part<{ value: KnowledgeData; milliseconds: number }> {
  const { store, again, until } = work;
  const config = { ...work.cell.config, seed: work.cell.seeds.text };
  const asked = knowledgeRequestOf(config, train);
  if (!asked) return { value: noKnowledge, milliseconds: 0 };
  const clock = stopwatch();
  const graph = needs(config.source, "graph") ? yield* graphOf(work, config.graph) : undefined;
  const { demonstrations: _, ...request } = asked;
  const writer = needs(config.source, "suggestions") ? writerOf(config.source)?.model : undefined;
  const key = await productKey("knowledge", [data.train], { ...request, graph, writer });
  const found = await store.find("knowledge", key);
  if (found?.state === "whole" && !(again && until === "knowledge")) {
    yield { type: "found", kind: "knowledge", key };
    return found;
  }
  yield { type: "step", step: "knowledge" };
  if (writer !== undefined) yield* openWriter(work, writer);
  return yield* gathered(work, asked, key, clock);
}

/** Asks for what lacks. Each answer is in the store before the next is asked for; with the last of them the knowledge is put. */
async function* gathered(
  { ports, store, signal }: Drive,
  asked: KnowledgeRequest,
  key: string,
  sitting: Stopwatch,
): Part<Product<"knowledge">> {
  const said = await productKey("suggestions", [key], {});
  const before = await store.find("suggestions", said);
  const kept = before?.state === "begun" ? before : undefined;
  if (kept) yield { type: "found", kind: "suggestions", key: said };
  const clock = () => (kept?.milliseconds ?? 0) + sitting();
  let answers = kept?.value ?? [];
  const suggestions = (state: "begun" | "whole"): Product<"suggestions"> => ({
    kind: "suggestions",
    key: said,
    state,
    milliseconds: clock(),
    value: answers,
  });
  let value = noKnowledge;
  try {
    for await (const event of ports.pipeline.gatherKnowledge({ ...asked, kept: answers }, signal)) {
      if (event.type === "said") {
        answers = [...answers.slice(0, event.at), event.answer];
        yield* put(store, suggestions("begun"));
      }
      yield { type: "knowledge", event };
      if (event.type === "gathered") value = event.knowledge;
    }
  } catch (error) {
    // Answers without a usable topic are not worth resuming: another try asks anew.
    if (error instanceof ClinfuseError && error.code === "no-topics") await store.put(suggestions("whole"));
    throw error;
  }
  if (answers.length > 0) await store.put(suggestions("whole"));
  return yield* put(store, { kind: "knowledge", key, state: "whole", milliseconds: clock(), value });
}

/** Key of the graph's content, as far as its description tells; the one that ships is imported first. */
export async function* graphOf({ ports, signal }: Drive, id: string): Part<string | undefined> {
  if (id === starterGraph) {
    for await (const event of ports.pipeline.importStarter(null, signal)) yield { type: "knowledge", event };
  }
  const info = (await ports.pipeline.graphs(null)).find((graph) => graph.id === id);
  return info && contentKey(info);
}

/** Opens the language model that writes. */
export async function* openWriter({ cell, ports, signal }: Drive, model: string): Part<ModelInfo> {
  if (isByBatchFile(cell.config)) {
    const remedy = "Have it write under Generate, “Have another machine write”, or choose a language model of this browser.";
    throw new ClinfuseError("model-missing", `${model} is on another machine, which this browser does not reach`, { remedy });
  }
  let opened: ModelInfo | undefined;
  for await (const event of ports.pipeline.openModel({ model, engine: cell.config.engine }, signal)) {
    yield { type: "knowledge", event };
    if (event.type === "opened") opened = event.model;
  }
  if (!opened) throw new Error(`openModel ended without \`opened\` (${model})`);
  return opened;
}
