// The one driver of plans: asks the store for each product of a cell and computes what is missing. Knows no worker and no storage.

import type { GenerateEvent, Synthetic } from "../generate/log.ts";
import type { Feedback } from "../generate/source.ts";
import { needs, sourceOf, writerOf } from "../generate/sources.ts";
import type { KnowledgeEvent } from "../knowledge/gather.ts";
import type { ImportEvent } from "../knowledge/graphs.ts";
import { type KnowledgeData, noKnowledge } from "../knowledge/topic.ts";
import { driveTraining } from "./drive-training.ts";
import type { NotebookData, Step, TrainingResult } from "./notebook.ts";
import { type Cell, dataKeys, type Plan, stageOneName } from "./plan.ts";
import type { ExperimentPorts } from "./ports.ts";
import { contentKey, type KeptKind, type Made, type Product, type ProductStore, productKey } from "./product.ts";
import { knowledgeRequestOf, readLog } from "./requests.ts";
import { runConfigOf } from "./run-inputs.ts";
import type { GenerateRequest, ModelInfo, OpenModelEvent, PredictEvent, TrainRunEvent } from "./steps.ts";
import { type Stopwatch, stopwatch } from "./stopwatch.ts";
import type { DataKeys } from "./training-basis.ts";

/** How far a cell is driven. */
export type Target = "knowledge" | "made" | "scores";

/** Events of a cell, flat: `cell` is its position in the plan. */
export type CellEvent =
  /** A step begins to compute. */
  | { readonly type: "step"; readonly step: Step }
  /** A product was there already. */
  | { readonly type: "found"; readonly kind: KeptKind; readonly key: string }
  /** A product was begun, or is whole now; it is in the store. */
  | { readonly type: "product"; readonly state: "begun" | "whole"; readonly kind: KeptKind; readonly key: string }
  | { readonly type: "knowledge"; readonly event: KnowledgeEvent | ImportEvent | OpenModelEvent }
  | { readonly type: "generate"; readonly event: GenerateEvent }
  | { readonly type: "train"; readonly event: TrainRunEvent | Exclude<PredictEvent, { type: "predicted" }> }
  /** All that the training told so far, where that is more than its last event: what was found, then what became whole. */
  | { readonly type: "training"; readonly training: TrainingResult }
  | { readonly type: "result"; readonly result: CellResult };

export type DriveEvent = { readonly cell: number } & (
  | CellEvent
  | { readonly type: "cell"; readonly cells: number; readonly of: Cell }
);

export interface CellResult {
  readonly data: NotebookData;
  readonly keys: DataKeys;
  readonly knowledge: KnowledgeData;
  /** Absent where the target came before it, and for a source that makes nothing. */
  readonly made?: Made;
  /** Absent where the target came before it. */
  readonly training?: TrainingResult;
  /** Milliseconds of each step, over all sittings. */
  readonly spent: Readonly<Partial<Record<Step, number>>>;
}

export interface DriveOptions {
  readonly until?: Target;
  /** Compute the target's product although it is there; it stays until the new one is whole. */
  readonly again?: boolean;
  /** Knowledge in the place of what would be gathered: the user may have edited it. */
  readonly knowledge?: KnowledgeData;
}

/** What the parts of the driver share. */
export interface Drive {
  readonly cell: Cell;
  readonly store: ProductStore;
  readonly ports: ExperimentPorts;
  readonly signal: AbortSignal;
  readonly until: Target;
  readonly again: boolean;
  /** Whether another cell of the plan begins with the same stage I. */
  readonly sharesStageOne: boolean;
}

export type Part<T> = AsyncGenerator<CellEvent, T>;

/**
 * Drives each cell of the plan to the target, in order; each ends with its `result`. A product is put into the store before the event
 * that tells it, so that leaving the loop, or a kill, loses only what was in flight: the same plan over the same store goes on there.
 * Throws what the steps throw.
 */
export async function* drive(
  plan: Plan,
  store: ProductStore,
  ports: ExperimentPorts,
  signal: AbortSignal,
  { until = "scores", again = false, knowledge }: DriveOptions = {},
): AsyncGenerator<DriveEvent, void> {
  const stages = plan.cells.map(stageOneName);
  for (const [cell, of] of plan.cells.entries()) {
    yield { type: "cell", cell, cells: plan.cells.length, of };
    const sharesStageOne = stages.filter((name) => name === stages[cell]).length > 1;
    const work: Drive = { cell: of, store, ports, signal, until, again, sharesStageOne };
    for await (const event of driveCell(work, knowledge)) yield { ...event, cell };
  }
}

async function* driveCell(work: Drive, given: KnowledgeData | undefined): AsyncGenerator<CellEvent, void> {
  const { cell, ports, until } = work;
  const data = await ports.data(cell);
  const base = { data, keys: await dataKeys(data) };
  const gathered = given ? { value: given, milliseconds: 0 } : yield* knowledgeOf(work, base.keys, data);
  const spent: Partial<Record<Step, number>> = { knowledge: gathered.milliseconds };
  const soFar = { ...base, knowledge: gathered.value, spent };
  if (until === "knowledge") return yield { type: "result", result: soFar };

  const made = yield* madeOf(work, base.keys, data, gathered.value);
  if (made) spent.generate = made.milliseconds;
  const withMade = { ...soFar, ...(made ? { made: made.value } : {}) };
  if (until === "made") return yield { type: "result", result: withMade };

  const { training, milliseconds } = yield* driveTraining(work, base.keys, data, made?.value);
  spent.train = milliseconds;
  yield { type: "result", result: { ...withMade, training } };
}

/** Puts a product into the store, then tells it. */
export async function* put<K extends KeptKind>(store: ProductStore, product: Product<K>): Part<Product<K>> {
  await store.put(product as unknown as Parameters<ProductStore["put"]>[0]);
  yield { type: "product", state: product.state, kind: product.kind, key: product.key };
  return product;
}

/** Section 4.1; a source that works without knowledge gathers none. */
async function* knowledgeOf(
  work: Drive,
  data: DataKeys,
  { train }: NotebookData,
): Part<{ value: KnowledgeData; milliseconds: number }> {
  const { ports, store, signal, again, until } = work;
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
  let value = noKnowledge;
  for await (const event of ports.pipeline.gatherKnowledge(asked, signal)) {
    yield { type: "knowledge", event };
    if (event.type === "gathered") value = event.knowledge;
  }
  return yield* put(store, { kind: "knowledge", key, state: "whole", milliseconds: clock(), value });
}

/** Key of the graph's content, as far as its description tells; the one that ships is imported first. */
async function* graphOf({ ports, signal }: Drive, id: string): Part<string | undefined> {
  if (id === "starter") {
    for await (const event of ports.pipeline.importStarter(null, signal)) yield { type: "knowledge", event };
  }
  const info = (await ports.pipeline.graphs(null)).find((graph) => graph.id === id);
  return info && contentKey(info);
}

async function* openWriter({ cell, ports, signal }: Drive, model: string): Part<ModelInfo> {
  let opened: ModelInfo | undefined;
  for await (const event of ports.pipeline.openModel({ model, engine: cell.config.engine }, signal)) {
    yield { type: "knowledge", event };
    if (event.type === "opened") opened = event.model;
  }
  if (!opened) throw new Error(`openModel ended without \`opened\` (${model})`);
  return opened;
}

/**
 * Section 4.2. The product is of the choices; the run that it names is of the very model that wrote, and holds the log. Undefined for a
 * source that makes nothing.
 */
async function* madeOf(
  work: Drive,
  keys: DataKeys,
  data: NotebookData,
  knowledge: KnowledgeData,
): Part<Product<"made"> | undefined> {
  const { ports, store, cell } = work;
  const config = { ...cell.config, seed: cell.seeds.text };
  const size = sourceOf(config.source).extent(config.size, data.gold?.length ?? 0);
  if (size === 0) return undefined;
  const choices = await runConfigOf(config, undefined, data, knowledge);
  const key = await productKey("made", [keys.train, choices.knowledge], { ...choices, size: undefined });
  const found = await store.find("made", key);
  const ofEngine = config.engine === "auto" || found?.value.writer === undefined || found.value.writer.engine === config.engine;
  if (found?.state === "whole" && ofEngine && found.value.size >= size) {
    yield { type: "found", kind: "made", key };
    if (found.value.size === size) return found;
    const { synthetic, rejected } = await readLog(ports.pipeline.readRun, found.value.run, size);
    return { ...found, value: { ...found.value, size, accepted: synthetic.length, rejected } };
  }
  yield { type: "step", step: "generate" };
  const clock = stopwatch(ofEngine ? found?.milliseconds : 0);
  const asked = writerOf(config.source);
  const writer = asked && (yield* openWriter(work, asked.model));
  const request: GenerateRequest = {
    config: await runConfigOf(config, writer?.id, data, knowledge),
    demonstrations: data.train,
    gold: data.gold ?? [],
    knowledge,
  };
  const begun: Made = { run: "", ...(writer ? { writer } : {}), size, accepted: 0, rejected: {} };
  return yield* make(work, request, { kind: "made", key, state: "begun", milliseconds: 0, value: begun }, clock);
}

/** Writes the run to its end, through its barriers. What is kept of it says how long it took, also where it was left. */
async function* make(work: Drive, request: GenerateRequest, begun: Product<"made">, clock: Stopwatch): Part<Product<"made">> {
  const { ports, store, signal, cell } = work;
  let product = begun;
  const now = (): Product<"made"> => ({ ...product, milliseconds: clock() });
  let feedback: Feedback | undefined;
  try {
    for (let goesOn = true; goesOn; ) {
      goesOn = false;
      for await (const event of ports.pipeline.generate({ ...request, ...(feedback ? { feedback } : {}) }, signal)) {
        if (event.type === "opened") {
          product = { ...product, value: { ...product.value, run: event.run } };
          yield* put(store, now());
        }
        yield { type: "generate", event };
        if (clock.due()) await store.put(now());
        if (event.type !== "wants-feedback") continue;
        if (!ports.feedback)
          throw new Error(`the run stands at a barrier after ${event.after} examples, and nobody gives feedback`);
        feedback = await ports.feedback({ cell, run: product.value.run, after: event.after });
        goesOn = true;
      }
    }
    const { synthetic, rejected } = await readLog(ports.pipeline.readRun, product.value.run, product.value.size);
    product = { ...product, state: "whole", value: { ...product.value, accepted: synthetic.length, rejected } };
  } finally {
    if (product.state === "begun" && product.value.run !== "") await store.put(now());
  }
  return yield* put(store, now());
}

/** The examples that a cell trains on. */
export async function syntheticOf({ ports }: Pick<Drive, "ports">, made: Made | undefined): Promise<readonly Synthetic[]> {
  if (!made) return [];
  return (await readLog(ports.pipeline.readRun, made.run, made.accepted)).synthetic;
}
