// The driver's part for filters of doubtful examples: a run's examples are judged once, whatever filters ask. Knows no worker and no storage.

import type { Verdict } from "../analyse/factuality.ts";
import type { Drive, Part } from "./drive-cell.ts";
import { isOf, put } from "./drive-cell.ts";
import { graphOf } from "./drive-knowledge.ts";
import { type Judged, judging, trustKeys } from "./judging.ts";
import type { NotebookData } from "./notebook.ts";
import type { Made, Product } from "./product.ts";
import { readLog, trainRequestOf } from "./requests.ts";
import { isOfHead, type TrainRequest } from "./steps.ts";
import { stopwatch } from "./stopwatch.ts";
import { copiesBy } from "./text-copies.ts";
import { leftOutBy, type Trust, type TrustFilter, trustOf } from "./trust.ts";

export interface Filtered {
  readonly by: TrustFilter;
  /** Positions of the run's examples that stage II learns from. */
  readonly kept: readonly number[];
  /** What judging the run took, whichever cell asked first. */
  readonly milliseconds: number;
}

/** The judge's stage I: its key, and that of its encoder's files as far as they are known. */
interface StageOne {
  readonly few: string;
  readonly weights: string | undefined;
}

/** Examples that the cell's filter leaves. Undefined for a cell without a filter. */
export async function* filteredBy(work: Drive, data: NotebookData, made: Made, of: StageOne): Part<Filtered | undefined> {
  const { filter } = work.cell.config;
  if (filter === undefined) return undefined;
  const { value, milliseconds } = yield* judgedFor(filter, work, data, made, of);
  const left = new Set(leftOutBy(value, [filter]));
  return { by: filter, kept: Array.from({ length: made.accepted }, (_, i) => i).filter((i) => !left.has(i)), milliseconds };
}

/** The judges' word on the run's examples with that of leakage, where the filter asks for it and it was not told yet. */
async function* judgedFor(
  filter: TrustFilter,
  work: Drive,
  data: NotebookData,
  made: Made,
  of: StageOne,
): Part<Product<"trust">> {
  const found = yield* trustIn(work, data, made, of);
  const { cell, ports, store, signal } = work;
  if (filter !== "leakage" || found.value.copied) return found;
  if (!ports.copies) throw new Error("nobody can tell here which texts are copies");
  const clock = stopwatch(found.milliseconds);
  const { synthetic } = await readLog(ports.pipeline.readRun, made.run, made.accepted);
  const texts = synthetic.map(({ example }) => example);
  const copied = await copiesBy(ports.copies, { data, source: cell.config.source, texts }, signal);
  return yield* put(store, { ...found, milliseconds: clock(), value: { ...found.value, copied } });
}

/** Every judge's word on the run's examples but leakage's: found, or told by trainings of its own and the graph. */
async function* trustIn(work: Drive, data: NotebookData, made: Made, { few, weights }: StageOne): Part<Product<"trust">> {
  const { cell, ports, store, signal } = work;
  const config = { ...cell.config, seed: cell.seeds.training };
  const graph = ports.verdicts ? yield* graphOf(work, config.graph) : undefined;
  const own = { accepted: made.accepted, epochs: config.train?.syntheticEpochs, graph };
  const { now: key } = await trustKeys(config.task, [few, made.run], own);
  const found = await store.find("trust", key);
  if (found?.state === "whole" && isOf(found.value, weights)) {
    yield { type: "found", kind: "trust", key };
    return found;
  }
  yield { type: "step", step: "train" };
  const clock = stopwatch();
  const { synthetic } = await readLog(ports.pipeline.readRun, made.run, made.accepted);
  const examples = synthetic.map(({ example }) => example);
  const save = `${cell.place}-trust`;
  const request = { ...(await trainRequestOf(config, data, examples, save, ports.trainer.recipe)), keepModel: false };
  const told = yield* judge(work, request);
  const asked = { task: config.task, examples, graph: config.graph };
  const verdicts: readonly Verdict[] | undefined = graph === undefined ? undefined : await ports.verdicts?.(asked, signal);
  const judged = trustOf({ examples, ...told, ...(verdicts ? { verdicts } : {}) });
  const value: Trust = { ...judged, ...(weights === undefined ? {} : { weights }) };
  const product: Product<"trust"> = { kind: "trust", key, state: "whole", milliseconds: clock(), value };
  yield* put(store, product);
  return product;
}

async function* judge({ ports, signal }: Drive, request: TrainRequest): Part<Judged> {
  let judged: Judged | undefined;
  for await (const told of judging(ports.trainer, request, signal)) {
    if (told.type === "judged") judged = told.judged;
    else if (!isOfHead(told.event) && told.event.type !== "scored") yield { type: "train", event: told.event };
  }
  if (!judged) throw new Error("judging ended without a word");
  return judged;
}
