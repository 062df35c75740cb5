// The one driver of plans: asks the store for each product of a cell and computes what is missing. Knows no worker and no storage.

import { ClinfuseError, isAbort } from "../base/errors.ts";
import { runId } from "../generate/run-config.ts";
import type { Feedback } from "../generate/source.ts";
import { needs, sourceOf, writerOf } from "../generate/sources.ts";
import type { KnowledgeData } from "../knowledge/topic.ts";
import { blankOf } from "../tasks/shapes.ts";
import { batchWriter, isByBatchFile, writerElsewhere } from "./batch-file.ts";
import { driveAnswers } from "./drive-answers.ts";
import { type CellEvent, type Drive, type DriveEvent, type DriveOptions, failureOf, type Part, put } from "./drive-cell.ts";
import { knowledgeOf, openWriter } from "./drive-knowledge.ts";
import { driveTraining } from "./drive-training.ts";
import { feedbackAt } from "./feedback.ts";
import type { NotebookData, Step } from "./notebook.ts";
import { dataKeys, type Plan, sharedExamples, stageOneName } from "./plan.ts";
import type { ExperimentPorts } from "./ports.ts";
import type { Made, Product, ProductStore } from "./product.ts";
import { readLog } from "./requests.ts";
import { madeKey, runConfigOf } from "./run-inputs.ts";
import type { GenerateRequest } from "./steps.ts";
import { type Stopwatch, stopwatch } from "./stopwatch.ts";
import type { DataKeys } from "./training-basis.ts";
import { written } from "./written.ts";

/**
 * Drives each cell of the plan to the target, in order; each ends with its `result`. A product is put into the store before the event
 * that tells it. Leaving the loop, or a kill, therefore loses only the work in flight: the same plan over the same store resumes.
 * Throws what the steps throw, unless told to keep going.
 */
export async function* drive(
  plan: Plan,
  store: ProductStore,
  ports: ExperimentPorts,
  signal: AbortSignal,
  { until = "scores", again = false, knowledge, keepGoing = false }: DriveOptions = {},
): AsyncGenerator<DriveEvent, void> {
  const stages = plan.cells.map(stageOneName);
  for (const [cell, of] of plan.cells.entries()) {
    yield { type: "cell", cell, cells: plan.cells.length, of };
    const sharesStageOne = stages.filter((name) => name === stages[cell]).length > 1;
    const work: Drive = { cell: of, store, ports, signal, until, again, sharesStageOne };
    try {
      for await (const event of driveCell(work, knowledge)) yield { ...event, cell };
    } catch (error) {
      if (!keepGoing || signal.aborted || isAbort(error)) throw error;
      yield { type: "failed", cell, failure: failureOf(error) };
    }
  }
}

async function* driveCell(work: Drive, given: KnowledgeData | undefined): AsyncGenerator<CellEvent, void> {
  const { cell, ports, until } = work;
  const data = await ports.data(cell);
  const base = { data, keys: await dataKeys(data) };
  const known = given ?? (await ports.written?.(cell, data));
  const gathered = known ? { value: known, milliseconds: 0 } : yield* knowledgeOf(work, base.keys, data);
  const spent: Partial<Record<Step, number>> = { knowledge: gathered.milliseconds };
  const soFar = { ...base, knowledge: gathered.value, spent };
  if (until === "knowledge") return yield { type: "result", result: soFar };

  const made = yield* madeOf(work, base.keys, data, gathered.value);
  if (made) spent.generate = made.milliseconds;
  const withMade = { ...soFar, ...(made ? { made: made.value } : {}) };
  if (until === "made") return yield { type: "result", result: withMade };
  if (made && sourceOf(cell.config.source).answers) {
    const { predictions, ...answered } = yield* driveAnswers(work, base.keys, data, made);
    return yield { type: "result", result: { ...withMade, answered, predictions } };
  }

  const { training, milliseconds, predictions } = yield* driveTraining(work, base.keys, data, made && sharedOf(work, made.value));
  spent.train = milliseconds;
  yield { type: "result", result: { ...withMade, training, predictions } };
}

/** The run as stage II sees it: its first accepted examples, as many as the cell's share of the set says, and one at least. */
function sharedOf({ cell }: Drive, made: Made): Made {
  const { share = 100 } = cell.config;
  return share === 100 ? made : { ...made, accepted: sharedExamples(made.accepted, share) };
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
  const { key, size } = await madeKey(cell, keys, data, knowledge);
  if (size === 0) return undefined;
  const found = await store.find("made", key);
  const ofEngine = config.engine === "auto" || found?.value.writer === undefined || found.value.writer.engine === config.engine;
  if (found?.state === "whole" && ofEngine && found.value.size >= size) {
    yield { type: "found", kind: "made", key };
    if (found.value.size === size && (found.value.tokens || !found.value.writer)) return found;
    const { synthetic, rejected, tokens } = await readLog(ports.pipeline.readRun, found.value.run, size);
    return { ...found, value: { ...found.value, size, accepted: synthetic.length, rejected, tokens } };
  }
  if (isByBatchFile(config)) return yield* heldElsewhere(work, data, knowledge, { key, size });
  yield { type: "step", step: "generate" };
  const clock = stopwatch(ofEngine ? found?.milliseconds : 0);
  const asked = writerOf(config.source);
  const writer = asked && (yield* openWriter(work, asked.model));
  const request: GenerateRequest = {
    config: await runConfigOf(config, writer?.id, data, knowledge, cell.seeds.training),
    demonstrations: data.train,
    gold: data.gold ?? [],
    knowledge,
    ...(needs(config.source, "test") ? { items: data.test.map(blankOf) } : {}),
  };
  const begun: Made = { run: "", ...(writer ? { writer } : {}), size, accepted: 0, rejected: {} };
  const product: Product<"made"> = { kind: "made", key, state: "begun", milliseconds: 0, value: begun };
  return yield* make(work, { request, data, keys }, product, clock);
}

/** The examples of a run that another machine wrote, as many as its log holds: nothing here can write more. */
async function* heldElsewhere(
  { cell, ports, store }: Drive,
  data: NotebookData,
  knowledge: KnowledgeData,
  { key, size }: Pick<Product<"made">, "key"> & { readonly size: number },
): Part<Product<"made">> {
  const { config, seeds } = cell;
  const id = batchWriter(writerOf(config.source)?.model ?? "");
  const run = await runId(await runConfigOf({ ...config, seed: seeds.text }, id, data, knowledge, seeds.training));
  const { synthetic, rejected, tokens } = await readLog(ports.pipeline.readRun, run, size);
  if (synthetic.length === 0) {
    const remedy = "Read its answers under Generate, or choose a language model of this browser there.";
    throw new ClinfuseError("nothing-accepted", "another machine writes this run, and none of its examples is here", { remedy });
  }
  const value = { run, writer: writerElsewhere(id), size, accepted: synthetic.length, rejected, tokens };
  return yield* put(store, { kind: "made", key, state: "whole", milliseconds: 0, value });
}

interface Making {
  readonly request: GenerateRequest;
  readonly data: NotebookData;
  readonly keys: DataKeys;
}

/** Writes the run to its end, through its barriers. What is kept of it says how long it took, also where it was left. */
async function* make(work: Drive, making: Making, begun: Product<"made">, clock: Stopwatch): Part<Product<"made">> {
  const { ports, store } = work;
  const { request, data, keys } = making;
  const { source } = request.config;
  let product = begun;
  const now = (): Product<"made"> => ({ ...product, milliseconds: clock() });
  let feedback: Feedback | undefined;
  try {
    for (let goesOn = true; goesOn; ) {
      goesOn = false;
      for await (const part of written(work, request, data, feedback)) {
        if (part.type !== "generate") {
          yield part;
          continue;
        }
        const { event } = part;
        if (event.type === "opened") {
          product = { ...product, value: { ...product.value, run: event.run } };
          yield* put(store, now());
        }
        yield part;
        if (clock.due()) await store.put(now());
        if (event.type !== "wants-feedback") continue;
        const choice = sourceOf(source).feedback?.(source);
        if (!choice)
          throw new Error(`the run stands at a barrier after ${event.after} examples, and its source takes no feedback`);
        const { synthetic } = await readLog(ports.pipeline.readRun, product.value.run, event.after);
        feedback = yield* feedbackAt(work, { choice, accepted: synthetic.map(({ example }) => example), data, keys });
        goesOn = true;
      }
    }
    const { synthetic, rejected, tokens } = await readLog(ports.pipeline.readRun, product.value.run, product.value.size);
    product = { ...product, state: "whole", value: { ...product.value, accepted: synthetic.length, rejected, tokens } };
  } finally {
    if (product.state === "begun" && product.value.run !== "") await store.put(now());
  }
  return yield* put(store, now());
}
