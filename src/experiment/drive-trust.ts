// The driver's part for filters of doubtful examples: a run is judged once by each judge that a filter asks. Knows no worker and no storage.

import type { Example } from "../tasks/example.ts";
import type { Drive, Part } from "./drive-cell.ts";
import { isOf, put } from "./drive-cell.ts";
import { graphOf } from "./drive-knowledge.ts";
import { trustKeys, type Watched, watching } from "./judging.ts";
import type { NotebookData } from "./notebook.ts";
import { decisionKey } from "./plan.ts";
import { type Made, type Product, productKey } from "./product.ts";
import { readLog, trainRequestOf } from "./requests.ts";
import { isOfHead, type TrainRequest } from "./steps.ts";
import { stopwatch } from "./stopwatch.ts";
import { copiesBy } from "./text-copies.ts";
import type { DataKeys } from "./training-basis.ts";
import { type JudgeId, leftOutBy, type Trust, type TrustFilter, trustFilters, trustOf, wordOf } from "./trust.ts";

export interface Filtered {
  readonly by: TrustFilter;
  /** Positions of the run's examples that stage II learns from. */
  readonly kept: readonly number[];
  /** What judging the run took, whichever cell asked first. */
  readonly milliseconds: number;
}

/** A run to be judged. */
interface Asked {
  readonly work: Drive;
  readonly data: NotebookData;
  readonly keys: DataKeys;
  readonly made: Made;
  /** Key of the stage I that is a judge. */
  readonly few: string;
  /** Key of the encoder's files; undefined where it is not here. */
  readonly weights: string | undefined;
}

interface Judge {
  /** What its word follows from beside the run. `graph`: key of the graph's content; undefined where none is held. */
  follows(asked: Asked, graph: string | undefined): object;
  /** Tells whether a word of every judge, as older versions kept it, has its own. */
  spoke(trust: Trust): boolean;
  judge(asked: Asked, examples: readonly Example[], graph: string | undefined): Part<Trust> | Promise<Trust>;
}

const judges: Readonly<Record<Exclude<JudgeId, "reader">, Judge>> = {
  training: {
    follows: ({ few, work: { cell } }) => ({
      few,
      epochs: cell.config.train?.syntheticEpochs,
      ...decisionKey(cell.config.task),
    }),
    spoke: () => true,
    async *judge({ work, data, weights }, examples) {
      const { config, seeds, place } = work.cell;
      const of = { ...config, seed: seeds.training };
      const request = await trainRequestOf(of, data, examples, `${place}-trust`, work.ports.trainer.recipe);
      const told = yield* watched(work, { ...request, keepModel: false });
      return { ...trustOf({ examples, ...told, baseline: [] }), ...(weights === undefined ? {} : { weights }) };
    },
  },
  graph: {
    follows: (_, graph) => ({ graph }),
    spoke: () => true,
    async judge({ work: { ports, cell, signal } }, examples, graph) {
      const { task, graph: id } = cell.config;
      const verdicts = graph === undefined ? undefined : await ports.verdicts?.({ task, examples, graph: id }, signal);
      return wordOf(verdicts ? { verdicts } : {});
    },
  },
  shown: {
    follows: ({ keys }) => ({ rows: keys }),
    spoke: ({ copied }) => copied !== undefined,
    async judge({ work: { ports, cell, signal }, data }, texts) {
      if (!ports.copies) throw new Error("nobody can tell here which texts are copies");
      return wordOf({ copied: await copiesBy(ports.copies, { data, source: cell.config.source, texts }, signal) });
    },
  },
};

/** Examples that the cell's filter leaves. Undefined for a cell without a filter. */
export async function* filteredBy(asked: Asked): Part<Filtered | undefined> {
  const { work, made } = asked;
  const { filter } = work.cell.config;
  if (filter === undefined) return undefined;
  const { value, milliseconds } = yield* wordIn(asked, trustFilters[filter].judge);
  const left = new Set(leftOutBy(value, [filter]));
  return { by: filter, kept: Array.from({ length: made.accepted }, (_, i) => i).filter((i) => !left.has(i)), milliseconds };
}

/** The judge's word on the run: found, or told now and kept. */
async function* wordIn(asked: Asked, id: JudgeId): Part<Product<"trust">> {
  if (id === "reader") throw new Error("unreachable: no reader decides in a plan");
  const { work, made, weights } = asked;
  const { cell, ports, store } = work;
  const judge = judges[id];
  const graph = ports.verdicts ? yield* graphOf(work, cell.config.graph) : undefined;
  const key = await productKey("trust", [made.run], { judge: id, accepted: made.accepted, ...judge.follows(asked, graph) });
  for (const at of [key, await keyOfAll(asked, graph)]) {
    const found = await store.find("trust", at);
    if (found?.state !== "whole" || !isOf(found.value, weights) || (at !== key && !judge.spoke(found.value))) continue;
    yield { type: "found", kind: "trust", key: at };
    return found;
  }
  yield { type: "step", step: "train" };
  const clock = stopwatch();
  const { synthetic } = await readLog(ports.pipeline.readRun, made.run, made.accepted);
  const examples = synthetic.map(({ example }) => example);
  const told = judge.judge(asked, examples, graph);
  const value = told instanceof Promise ? await told : yield* told;
  return yield* put(store, { kind: "trust", key, state: "whole", milliseconds: clock(), value });
}

/** Key of the word of every judge, as older versions kept it. */
async function keyOfAll({ work: { cell }, made, few }: Asked, graph: string | undefined): Promise<string> {
  const own = { accepted: made.accepted, epochs: cell.config.train?.syntheticEpochs, graph };
  return (await trustKeys(cell.config.task, [few, made.run], own)).now;
}

async function* watched({ ports, signal }: Drive, request: TrainRequest): Part<Watched> {
  const watch = watching(ports.trainer, request, signal);
  for (;;) {
    const next = await watch.next();
    if (next.done) return next.value;
    const { event } = next.value;
    if (!isOfHead(event) && event.type !== "scored") yield { type: "train", event };
  }
}
