// The real procedures of a batch over stores in memory, for tests of the page. Knows no page.

import type { ProductStore } from "../../src/experiment/product.ts";
import type { AttemptEntry, RunStore } from "../../src/generate/log.ts";
import { runId } from "../../src/generate/run-config.ts";
import { batchProcedures } from "../../src/procedures/batch.ts";
import type { Services } from "../../src/ui/services.ts";
import { starterFiles } from "./fake-stores.ts";

type Logs = Map<string, AttemptEntry[]>;
type Batches = Pick<Services["generate"], "batchState" | "askBatch" | "atBarrier" | "readBatch" | "batchLines" | "takeBatch">;

export function fakeBatches(log: Logs, products: ProductStore): Batches {
  const batches = batchProcedures({
    products: async () => products,
    runs: async () => runsOver(log),
    graphs: async () => (await starterFiles).store,
    hold: async () => () => undefined,
  });
  const still = new AbortController().signal;
  return {
    batchState: (argument, signal = still) => batches.batchState(argument, signal),
    askBatch: (argument, signal = still) => batches.askBatch(argument, signal),
    atBarrier: (argument, signal = still) => batches.atBarrier(argument, signal),
    readBatch: (argument, signal = still) => batches.readBatch(argument, signal),
    batchLines: (argument, signal = still) => batches.batchLines(argument, signal),
    takeBatch: (argument, signal = still) => batches.takeBatch(argument, signal),
  };
}

/** The port of runs over the logs that the fake worker reads. */
function runsOver(log: Logs): RunStore {
  return {
    async open(config) {
      const id = await runId(config);
      const held = log.get(id) ?? [];
      log.set(id, held);
      return { id, config, next: held.length };
    },
    async append(id, entries) {
      log.get(id)?.push(...entries.filter((entry) => entry.type !== "feedback"));
    },
    async *read(id) {
      yield* [...(log.get(id) ?? [])];
    },
  };
}
